# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CIM values in Python.

The wire forms are those of DSP0230 (WS-CIM mapping) and MS-WSMV; ``cim_reader`` and ``cim_writer`` convert. Null is
None and never the empty string; integers are whole at every width; a moment keeps the text it came as.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from .uris import split_resource_uri

if TYPE_CHECKING:
    from typing import SupportsIndex

Value: TypeAlias = "bool | int | float | str | datetime | Interval | Instance | Reference | tuple[Value, ...] | None"
Jsonable: TypeAlias = "bool | int | float | str | list[Jsonable] | dict[str, Jsonable] | None"

_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d)(?::?(\d\d))?)", re.ASCII
)
_DURATION = re.compile(r"P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d{1,9}))?S)?)?", re.ASCII)


class Timestamp(datetime):
    """An aware datetime that remembers its wire text, so that nothing is lost on the way to JSON."""

    _text: str

    @property
    def text(self) -> str:
        """The text as the host wrote it; ISO 8601 for a moment that was computed."""
        return getattr(self, "_text", None) or moment_text(self)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[object, ...]:
        if not hasattr(self, "_text"):
            return super().__reduce_ex__(protocol)  # type: ignore[return-value]
        return parse_datetime, (self._text,)


@dataclass(frozen=True)
class Interval:
    """A span of time, ``P0DT0H1M40S`` on the wire."""

    text: str

    @property
    def duration(self) -> timedelta | None:
        """The span, or None where the text is not a day-time duration."""
        found = _DURATION.fullmatch(self.text)
        if not found or self.text[-1] in "PT":
            return None
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[:4])
        fraction = int((found.group(5) or "0").ljust(6, "0")[:6])
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=fraction)


@dataclass(frozen=True)
class Reference:
    """A reference to an instance: an endpoint reference with the class URI and the keys."""

    resource_uri: str
    selectors: Mapping[str, str | Reference]
    address: str = ""

    @property
    def namespace(self) -> str:
        """``root/cimv2``, or empty when the URI is not one of Microsoft's."""
        return split_resource_uri(self.resource_uri)[0]

    @property
    def class_name(self) -> str:
        """The class referred to."""
        return split_resource_uri(self.resource_uri)[1]


@dataclass(frozen=True)
class Instance:
    """An instance, or a projection of one, in which case the class is not told.

    The class can be a subclass of the one queried. A property the host's class does not have is absent, not None.
    """

    class_name: str | None
    properties: Mapping[str, Value]

    @property
    def names(self) -> tuple[str, ...]:
        """Property names in wire order."""
        return tuple(self.properties)

    def get(self, name: str, default: Value = None) -> Value:
        """A property by its name in any case."""
        properties = self.properties
        if name in properties:
            return properties[name]
        actual = self._by_folded_name.get(name.casefold())
        return default if actual is None else properties[actual]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (name in self.properties or name.casefold() in self._by_folded_name)

    @cached_property
    def _by_folded_name(self) -> dict[str, str]:
        return {name.casefold(): name for name in self.properties}


def parse_datetime(text: str) -> Timestamp | None:
    """A moment with an offset; None for anything else, a moment without an offset included: guessing one would lie."""
    found = _MOMENT.fullmatch(text.strip())
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, sign, offset_hours, offset_minutes = found.groups()
    zone = timezone.utc
    try:
        if sign:
            offset = timedelta(hours=int(offset_hours), minutes=int(offset_minutes or 0))
            zone = timezone(-offset if sign == "-" else offset)
        moment = Timestamp(
            int(year), int(month), int(day), int(hour), int(minute), int(second), _microseconds(fraction), zone
        )
    except ValueError:
        return None
    moment._text = text.strip()
    return moment


def _microseconds(fraction: str | None) -> int:
    return int(fraction.ljust(6, "0")[:6]) if fraction else 0


def moment_text(moment: datetime) -> str:
    """ISO 8601 as Windows writes it: fraction without trailing zeros, ``Z`` for offset zero."""
    head = moment.replace(microsecond=0, tzinfo=None).isoformat()
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    offset = moment.utcoffset()
    if offset is None:
        return head + fraction
    if not offset:
        return f"{head}{fraction}Z"
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{head}{fraction}{'-' if offset < timedelta(0) else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def to_jsonable(value: Value) -> Jsonable:
    """The value as JSON can carry it: integers stay integers, moments and intervals keep their text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Timestamp):
        return value.text
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, Interval):
        return value.text
    if isinstance(value, Instance):
        return {name: to_jsonable(item) for name, item in value.properties.items()}
    if isinstance(value, Reference):
        return _reference_as_dict(value)
    return [to_jsonable(item) for item in value]


def _reference_as_dict(reference: Reference) -> dict[str, Jsonable]:
    return {
        "address": reference.address,
        "resource_uri": reference.resource_uri,
        "selectors": {name: to_jsonable(item) for name, item in reference.selectors.items()},
    }
