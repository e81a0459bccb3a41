# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python values into the XML of method inputs and instances (DSP0230; MS-WSMV for names and namespaces).

Written as text, not as trees: ten thousand hosts are asked the same few things.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias, cast

from . import uris
from .errors import UsageError
from .escaping import escape_attribute, escape_text
from .values import Instance, Interval, Reference, Timestamp, Value, moment_text

Argument: TypeAlias = "Value | Sequence[Value]"

_XMLNS_CIM = f' xmlns:cim="{uris.CIM}"'
_XMLNS_XSI = f' xmlns:xsi="{uris.XSI}"'


def class_element(name: str, uri: str, content: str) -> str:
    """An element in a class namespace, with the declarations its content needs and no others."""
    declarations = f' xmlns:p="{escape_attribute(uri, "The URI")}"'
    # Escaped text holds no "<", so these can only be ours.
    if "<cim:" in content:
        declarations += _XMLNS_CIM
    if " xsi:nil=" in content:
        declarations += _XMLNS_XSI
    return f"<p:{name}{declarations}>{content}</p:{name}>" if content else f"<p:{name}{declarations}/>"


def input_parameters(arguments: Mapping[str, object], method: str) -> str:
    """Parameters of a method. None and an empty array are left out: an absent parameter is null."""
    parts: list[str] = []
    for name, value in arguments.items():
        what = f"Argument {uris.checked_name(name, f'An argument of {method}')} of {method}"
        parts.extend(_elements(name, _items(value, what), what))
    return "".join(parts)


def instance_properties(properties: Mapping[str, object], class_name: str) -> str:
    """Properties of an instance to be written. None and an empty array are written as null."""
    parts: list[str] = []
    for name, value in properties.items():
        what = f"Property {uris.checked_name(name, f'A property of {class_name}')} of {class_name}"
        parts.extend(_elements(name, _items(value, what), what) or [f'<p:{name} xsi:nil="true"/>'])
    return "".join(parts)


def selector_set(selectors: Mapping[str, str]) -> str:
    """The keys of one instance as a header; empty without keys."""
    if not selectors:
        return ""
    items = [_selector(name, value) for name, value in selectors.items()]
    return f"<w:SelectorSet>{''.join(items)}</w:SelectorSet>"


def _selector(name: str, value: str) -> str:
    text = _scalar(value, f"Selector {name[:40]!r}")
    return f'<w:Selector Name="{escape_attribute(name, "A selector name")}">{text}</w:Selector>'


def _items(value: object, what: str) -> Sequence[object]:
    if value is None:
        return ()
    if isinstance(value, (str, bool, int, float, datetime, Interval)):
        return (value,)
    if isinstance(value, Sequence):
        return value
    raise UsageError(f"{what} is a {_kind(value)}, which has no wire form here. Nothing was sent.")


def _elements(name: str, items: Sequence[object], what: str) -> list[str]:
    return [f"<p:{name}>{_scalar(item, what)}</p:{name}>" for item in items]


def _scalar(value: object, what: str) -> str:
    if isinstance(value, str):
        return escape_text(value, what)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _real(value, what)
    if isinstance(value, datetime):
        return _moment(value, what)
    if isinstance(value, Interval):
        return f"<cim:Interval>{escape_text(value.text, what)}</cim:Interval>"
    raise UsageError(f"{what} holds a {_kind(value)}, which has no wire form here. Nothing was sent.")


def _real(value: float, what: str) -> str:
    if not math.isfinite(value):
        raise UsageError(f"{what} is {value}, which is not a CIM real. Nothing was sent.")
    return repr(value)


def _moment(value: datetime, what: str) -> str:
    if value.utcoffset() is None:
        raise UsageError(f"{what} is a moment without an offset from UTC. Nothing was sent; give it a time zone.")
    text = value.text if isinstance(value, Timestamp) else moment_text(value)
    return f"<cim:Datetime>{escape_text(text, what)}</cim:Datetime>"


def _kind(value: object) -> str:
    # Windows drops nulls inside arrays, so positions would shift: refuse rather than write something else.
    if value is None:
        return "null inside an array"
    return {Instance: "embedded object", Reference: "reference"}.get(type(value), type(value).__name__)


def written(value: object) -> Value:
    """What a value just written will read back as: any sequence is an array, an empty one a null."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return cast("Value", tuple(value) or None)
    return cast("Value", value)
