# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Active Directory keeps DNS: names of the objects, records and zone properties as bytes (MS-DNSP 2.3). Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from .._kms import SERVICE, normal_name
from .errors import Malformed, SettingWrong

_SRV, _TOMBSTONE = 33, 0
# Types of records that make a name somebody else's to answer for: NS below the top of a zone, CNAME, DNAME.
_NS, _CNAME, _DNAME = 2, 5, 39

# MS-DNSP 2.3.2.1.1: DSPROPERTY_ZONE_TYPE, with the values of DNS_ZONE_TYPE, 2.2.5.1.1; DSPROPERTY_ZONE_ALLOW_UPDATE,
# with those of DNS_ZONE_UPDATE, 2.2.6.1.1.
_ZONE_TYPE, _ALLOW_UPDATE = 1, 2
_PRIMARY = 1


class Updates(str, Enum):
    """Which dynamic updates a zone accepts."""

    NONE = "none"
    NONSECURE = "nonsecure_and_secure"
    SECURE = "secure"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Node:
    """Where a domain's record belongs: its zone and the name of its object there."""

    domain: str
    zone: str
    zone_dn: str

    @property
    def owner_name(self) -> str:
        return f"{SERVICE}.{self.domain}"

    @property
    def label(self) -> str:
        """The name within the zone. It is one component, dots and all (MS-DNSP 2.3); ``@`` is the top of the zone."""
        return self.owner_name.removesuffix(self.zone).rstrip(".") or "@"

    @property
    def labels_above(self) -> tuple[str, ...]:
        """The names within the zone from this one up to its top, the top left out."""
        parts = [] if self.label == "@" else self.label.split(".")
        return tuple(".".join(parts[index:]) for index in range(len(parts)))

    @property
    def dn(self) -> str:
        return f"DC={self.label},{self.zone_dn}"


@dataclass(frozen=True)
class Records:
    """What a node holds. Without a live SRV value no host is published."""

    live: int = 0
    other: int = 0
    tombstoned: bool = False


def domain_name(text: str, option: str) -> str:
    """A domain as the directory has it, in ASCII and lower case. Raises SettingWrong."""
    name = normal_name(text)
    try:
        name = name.encode("ascii" if name.isascii() else "idna").decode("ascii")
    except UnicodeError as error:
        raise SettingWrong(f"{option}: {text!r} is not a domain name.") from error
    labels = name.split(".")
    # The name becomes part of a distinguished name, so that nothing but these may be in it (RFC 4514, section 2.4).
    if not all(0 < len(label) < 64 and label.replace("-", "").replace("_", "").isalnum() for label in labels):
        raise SettingWrong(f"{option}: {text!r} is not a domain name.")
    return name


def zones_above(domain: str) -> tuple[str, ...]:
    """The zones that may hold a domain's record, the nearest first: the record's own name may be one, or ``_tcp``."""
    labels = f"{SERVICE}.{domain}".split(".")
    return tuple(".".join(labels[index:]) for index in range(len(labels)))


def leads_away(values: Iterable[bytes]) -> str | None:
    """What of a node below the top of a zone says that others answer for it, in a word; None where nothing does."""
    words = {_NS: "a delegation", _CNAME: "an alias", _DNAME: "an alias"}
    return next((words[kind] for value in values if (kind := _kind(value)) in words), None)


def records_in(values: Iterable[bytes], tombstoned: bool) -> Records:
    """What the values of ``dnsRecord`` are (MS-DNSP 2.3.2.2). Raises Malformed."""
    kinds = [_kind(value) for value in values]
    live = 0 if tombstoned else kinds.count(_SRV)
    other = sum(kind not in (_SRV, _TOMBSTONE) for kind in kinds)
    return Records(live, other, tombstoned or (bool(kinds) and set(kinds) == {_TOMBSTONE}))


def _kind(value: bytes) -> int:
    if len(value) < 24:
        raise Malformed("a DNS record of the directory is too short")
    _length, kind = struct.unpack_from("<HH", value)
    return int(kind)


def updates_of(properties: Iterable[bytes]) -> Updates:
    """Which updates the zone accepts, from its ``dNSProperty`` (MS-DNSP 2.3.2.1). A property that makes no sense is
    left out, as a DNS server does."""
    words = {0: Updates.NONE, 1: Updates.NONSECURE, 2: Updates.SECURE}
    found = _property(properties, _ALLOW_UPDATE)
    return Updates.UNKNOWN if found is None else words.get(found, Updates.UNKNOWN)


def is_primary(properties: Iterable[bytes]) -> bool:
    """Whether the directory has the zone's records, and not only a note of who is to be asked for them, as for stubs
    and conditional forwarders. A zone that does not say counts as one that has."""
    return _property(properties, _ZONE_TYPE) in (_PRIMARY, None)


def _property(properties: Iterable[bytes], wanted: int) -> int | None:
    """The first byte of a property, which is all that these small numbers need."""
    for value in properties:
        if len(value) < 21:
            continue
        length, _name_length, _flag, _version, number = struct.unpack_from("<5I", value)
        if number == wanted and length >= 1:
            return value[20]
    return None
