# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CIM values in XML, both ways.

Encodings of MS-WSMV section 2.2.4.1 and DSP0230 (WS-CIM mapping): a null scalar is `xsi:nil`, arrays are repeated
elements, a datetime is wrapped in `cim:Datetime` or `cim:Interval`.  Properties come in alphabetical order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from .cim import CimObject

XSI = "http://www.w3.org/2001/XMLSchema-instance"
CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_QUOTES = {"'": "&apos;", '"': "&quot;"}
_DMTF = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{6})([+-])(\d{3})\Z")
_INTEGER = re.compile(r"[+-]?[0-9]+\Z")
_INTEGER_TYPE = re.compile(r"([us])int(8|16|32|64)\Z")


# DSP0230, table of CIM data types.
_WSCIM_TYPES = {
    "boolean": "cimBoolean",
    "char16": "cimChar16",
    "datetime": "cimDateTime",
    "real32": "cimFloat",
    "real64": "cimDouble",
    "sint8": "cimByte",
    "sint16": "cimShort",
    "sint32": "cimInt",
    "sint64": "cimLong",
    "string": "cimString",
    "uint8": "cimUnsignedByte",
    "uint16": "cimUnsignedShort",
    "uint32": "cimUnsignedInt",
    "uint64": "cimUnsignedLong",
}


class ValueFormatError(ValueError):
    """A value that does not fit its CIM type."""


@dataclass(frozen=True)
class Style:
    """How properties are written: with the class prefix, or bare as in a fragment."""

    prefix: str = "p:"
    datetime_prefix: str = "cim:"
    null_arrays: Literal["absent", "nil"] = "absent"
    typed: bool = False
    """Each value tells its type, as answers to DMTF URIs do (MS-WSMV)."""


def escaped(text: str) -> str:
    """Text for an element or attribute; WinRM writes a question mark for control characters."""
    return escape(_FORBIDDEN.sub("?", text), _QUOTES)


def properties_xml(types: Mapping[str, str], values: Mapping[str, Any], style: Style) -> str:
    """Every property of `types`, in alphabetical order without regard to case."""
    return "".join(_property_xml(name, types[name], values.get(name), style) for name in _ordered(types))


def _ordered(names: Iterable[str]) -> list[str]:
    return sorted(names, key=str.lower)


def _property_xml(name: str, cim_type: str, value: Any, style: Style) -> str:
    tag = f"{style.prefix}{name}"
    if not cim_type.endswith("[]"):
        return _element(tag, cim_type, value, style)
    elements = [one for one in value or () if one is not None]
    if not elements:
        return "" if style.null_arrays == "absent" else f'<{tag} xsi:nil="true"/>'
    return "".join(_element(tag, cim_type[:-2], one, style) for one in elements)


def _element(tag: str, cim_type: str, value: Any, style: Style) -> str:
    told = f' xsi:type="cim:{_WSCIM_TYPES[cim_type]}"' if style.typed and cim_type in _WSCIM_TYPES else ""
    if value is None:
        return f'<{tag}{told} xsi:nil="true"/>'
    if isinstance(value, CimObject):
        return _embedded(tag, value, style)
    if cim_type == "datetime":
        return f"<{tag}{told}>{_datetime(value, style)}</{tag}>"
    return f"<{tag}{told}>{escaped(scalar_text(value))}</{tag}>"


def _embedded(tag: str, value: CimObject, style: Style) -> str:
    inner = "".join(
        _element(f"p1:{name}", _type_of(one), one, style)
        for name in _ordered(value.values)
        for one in _as_list(value.values[name])
    )
    uri = f"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/{escaped(value.class_name)}"
    return f'<{tag} xmlns:p1="{uri}" xsi:type="p1:{escaped(value.class_name)}_Type">{inner}</{tag}>'


def _type_of(value: Any) -> str:
    return "datetime" if isinstance(value, datetime | timedelta) else ""


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def scalar_text(value: Any) -> str:
    """Plain text of a string, number or boolean."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _datetime(value: Any, style: Style) -> str:
    if isinstance(value, str):
        value = parse_dmtf(value)
    if isinstance(value, timedelta):
        tag, text = "Interval", _interval_text(value)
    else:
        tag, text = "Datetime", datetime_text(value)
    return f"<{style.datetime_prefix}{tag}>{text}</{style.datetime_prefix}{tag}>"


def datetime_text(value: datetime) -> str:
    """`2013-04-15T16:28:38.376625Z`: trailing zeros of the fraction are cut, offset zero is Z."""
    if value.tzinfo is None:
        value = value.replace(tzinfo=timezone.utc)
    text = value.strftime("%Y-%m-%dT%H:%M:%S")
    if value.microsecond:
        text += f".{value.microsecond:06d}".rstrip("0")
    minutes = int((value.utcoffset() or timedelta()).total_seconds() // 60)
    if not minutes:
        return f"{text}Z"
    hours, rest = divmod(abs(minutes), 60)
    return f"{text}{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"


def _interval_text(value: timedelta) -> str:
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
    return f"P{value.days}DT{hours}H{minutes}M{seconds}{fraction}S"


def parse_dmtf(text: str) -> datetime:
    """A datetime in the form of DSP0004, `20130415162838.376625+000`."""
    match = _DMTF.match(text)
    if not match:
        raise ValueFormatError(f"not a CIM datetime: {text!r}")
    *parts, sign, minutes = match.groups()
    offset = timedelta(minutes=int(minutes) * (-1 if sign == "-" else 1))
    try:
        moment = datetime.strptime("".join(parts[:6]), "%Y%m%d%H%M%S")
    except ValueError as error:
        raise ValueFormatError(f"not a CIM datetime: {text!r}") from error
    return moment.replace(microsecond=int(parts[6]), tzinfo=timezone(offset))


def is_nil(element: Element) -> bool:
    """Whether an element is marked `xsi:nil`."""
    return element.get(f"{{{XSI}}}nil") in ("true", "1")


def element_text(element: Element) -> str | None:
    """The text of a parameter or property; the child of a datetime counts as its text; None for nil."""
    if is_nil(element):
        return None
    child = next(iter(element), None)
    return (element.text if child is None else child.text) or ""


def parse_scalar(cim_type: str, text: str) -> Any:
    """The Python value of wire text, checked against its CIM type."""
    integer = _INTEGER_TYPE.match(cim_type)
    if integer:
        return _parse_integer(cim_type, integer[1] == "u", int(integer[2]), text.strip())
    if cim_type == "boolean":
        return _parse_boolean(text.strip())
    if cim_type == "datetime":
        return _parse_datetime(text.strip())
    if cim_type in ("real32", "real64"):
        try:
            return float(text)
        except ValueError as error:
            raise ValueFormatError(f"not a number: {text!r}") from error
    return text


def _parse_integer(cim_type: str, unsigned: bool, bits: int, text: str) -> int:
    if not _INTEGER.match(text):
        raise ValueFormatError(f"not a {cim_type}: {text!r}")
    low, high = (0, 2**bits - 1) if unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    if not low <= int(text) <= high:
        raise ValueFormatError(f"out of the range of {cim_type}: {text}")
    return int(text)


def _parse_boolean(text: str) -> bool:
    if text not in ("true", "false", "1", "0"):
        raise ValueFormatError(f"not a boolean: {text!r}")
    return text in ("true", "1")


def _parse_datetime(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parse_dmtf(text)
