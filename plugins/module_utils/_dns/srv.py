# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SRV records as values: compared as DNS compares them, ordered as RFC 2782 orders them. Pure."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from .._kms import normal_name

# requirements.py tells the user when it is not there.
with contextlib.suppress(ImportError):
    import dns.exception
    import dns.name
    import dns.rdataclass
    import dns.rdatatype
    import dns.rdtypes.IN.SRV

if TYPE_CHECKING:
    from dns.rdtypes.IN.SRV import SRV


@dataclass(frozen=True)
class SrvValue:
    """One value of the record set. Equal when DNS takes it for the same: the target's letter case does not count.

    ``spelling`` is the target as it was read, for it to be sent back the same way.
    """

    priority: int
    weight: int
    port: int
    target: str
    spelling: str = field(default="", compare=False, repr=False)

    @property
    def text(self) -> str:
        """As in a zone file, without the final dot."""
        return f"{self.priority} {self.weight} {self.port} {self.target or '.'}"

    @property
    def order(self) -> tuple[int, int, str, int]:
        """Lowest priority first, then the heavier; then by name, to be the same at every run."""
        return self.priority, -self.weight, self.target, self.port

    def to_rdata(self) -> SRV:
        """For a message. Raises SettingWrong's base, ValueError, for a target that is not a name."""
        name = to_name(self.spelling or self.target)
        return dns.rdtypes.IN.SRV.SRV(  # type: ignore[no-untyped-call]
            dns.rdataclass.IN, dns.rdatatype.SRV, self.priority, self.weight, self.port, name
        )

    @classmethod
    def from_rdata(cls, rdata: Any) -> SrvValue:
        srv = cast("SRV", rdata)
        spelling = srv.target.to_text(omit_final_dot=True) if srv.target != dns.name.root else ""
        return cls(srv.priority, srv.weight, srv.port, normal_name(spelling), spelling)


@dataclass(frozen=True)
class Wildcard:
    """A name ``*``, and the values with which it answers for names that do not exist; none where it is an alias."""

    name: str
    values: tuple[SrvValue, ...] = ()


@dataclass(frozen=True)
class RecordSet:
    """All values under one name, in the order of RFC 2782. ``ttl`` is None where there is no value.

    ``wildcard``: the name does not exist, and this one answers in its place.
    """

    values: tuple[SrvValue, ...] = ()
    ttl: int | None = None
    wildcard: Wildcard | None = None

    @classmethod
    def of(cls, values: Iterable[SrvValue], ttl: int | None = None) -> RecordSet:
        ordered = in_order(values)
        return cls(ordered, ttl if ordered else None)

    def same_values(self, other: RecordSet) -> bool:
        return set(self.values) == set(other.values)


def in_order(values: Iterable[SrvValue]) -> tuple[SrvValue, ...]:
    """Each value once, in the order in which a client of RFC 2782 would prefer them."""
    return tuple(sorted(set(values), key=lambda value: value.order))


def to_name(text: str) -> dns.name.Name:
    """An absolute name; letters outside ASCII in their IDNA form. Raises ValueError."""
    try:
        return dns.name.from_text(text, origin=dns.name.root) if text else dns.name.root
    except (dns.exception.DNSException, UnicodeError, ValueError) as error:
        raise ValueError(f"{text!r} is not a DNS name: {error}") from error


def from_name(name: dns.name.Name) -> str:
    """As we write names: lower case, no final dot."""
    return normal_name(name.to_text())
