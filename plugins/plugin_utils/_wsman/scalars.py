# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scalar CIM values from their text: by declared type, or by form where nobody declared one.

Text that does not fit its declared type is kept as text: a status or a number format nobody has met yet must not
break an audit. By form, only what reads back unchanged is converted: ``true`` and ``false``, and the canonical
decimals that fit a CIM integer. ``0409`` and ``1.50`` stay text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from .values import Interval, Value, parse_datetime

ScalarReader = Callable[[str], Value]

_CANONICAL = re.compile(r"0|-?[1-9][0-9]{0,19}")
_LONGEST_INTEGER = 40
_INTEGER = re.compile(rf"[+-]?[0-9]{{1,{_LONGEST_INTEGER}}}")
_REAL = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,4})?")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1


def by_form(text: str) -> Value:
    """The value by what the text looks like, losslessly."""
    if text == "true":
        return True
    if text == "false":
        return False
    if _CANONICAL.fullmatch(text) and _SMALLEST <= int(text) <= _LARGEST:
        return int(text)
    return text


def reader_for(cim_type: str) -> ScalarReader:
    """The reader for a scalar of a CIM type name, in any case. A type without a reader of its own reads as text."""
    return _READERS.get(cim_type.strip().casefold(), _text)


def reader_for_xsi(type_name: str) -> ScalarReader:
    """The reader for the local name of an ``xsi:type``: WS-CIM's ``cimUnsignedInt`` or XML Schema's ``unsignedInt``."""
    folded = type_name.casefold()
    return _XSI_READERS.get(folded[3:] if folded.startswith("cim") else folded, _text)


def _text(text: str) -> Value:
    return text


def _boolean(text: str) -> Value:
    return _BOOLEANS.get(text.strip().casefold(), text)


def _integer(text: str) -> Value:
    # Nearly all of them; the pattern would say the same.
    if len(text) <= _LONGEST_INTEGER and text.isascii() and text.isdigit():
        return int(text)
    stripped = text.strip()
    return int(stripped) if _INTEGER.fullmatch(stripped) else text


def _real(text: str) -> Value:
    stripped = text.strip()
    if not _REAL.fullmatch(stripped):
        return text
    number = float(stripped)
    return number if math.isfinite(number) else text


def _datetime(text: str) -> Value:
    if text.startswith("P"):
        return Interval(text)
    return parse_datetime(text) or text


_INTEGERS = ("uint8", "uint16", "uint32", "uint64", "sint8", "sint16", "sint32", "sint64")
_READERS: Mapping[str, ScalarReader] = {
    **dict.fromkeys(_INTEGERS, _integer),
    **dict.fromkeys(("real32", "real64"), _real),
    "boolean": _boolean,
    "datetime": _datetime,
}

_XSI_INTEGERS = ("byte", "short", "int", "long", "integer")
_XSI_READERS: Mapping[str, ScalarReader] = {
    **dict.fromkeys(_XSI_INTEGERS, _integer),
    **dict.fromkeys((f"unsigned{name}" for name in _XSI_INTEGERS), _integer),
    **dict.fromkeys(("float", "double"), _real),
    "boolean": _boolean,
    "datetime": _datetime,
    "duration": _datetime,
}
