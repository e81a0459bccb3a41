# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which DNS domains a forest has, from the objects that say so. Pure.

The names of DNS objects are not to be trusted: by default any account may create a record. One that is not the name
of a domain is left out, as no client can be a member of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .._kms import SERVICE, domain_of
from . import filters
from .dns_node import domain_name, is_primary
from .entry import Entry
from .errors import SettingWrong

# MS-ADTS 6.1.1.2.1.1, systemFlags of a crossRef object: FLAG_CR_NTDS_NC, FLAG_CR_NTDS_DOMAIN.
_IN_FOREST, _DOMAIN = 1, 2

PARTITIONS = filters.every("(objectClass=crossRef)", filters.has_bits("systemFlags", _IN_FOREST))
ZONES = filters.every(
    "(objectClass=dnsZone)", *(filters.no(f"(dc=*.{reverse}.arpa)") for reverse in ("in-addr", "ip6"))
)
# Also that of a zone _tcp.corp.example, which is called _vlmcs there.
RECORDS = filters.every(
    "(objectClass=dnsNode)", filters.begins_with("name", SERVICE.split(".")[0]), filters.no("(dNSTombstoned=TRUE)")
)

# What the DNS server keeps for itself: root hints, the trust anchors of DNSSEC, single names. Others begin with two
# dots (..TrustAnchors, ..Deleted-corp.example), and are not names of domains anyway.
_INTERNAL = {"rootdnsservers", "trustanchors", "globalnames"}


@dataclass(frozen=True)
class Partitions:
    """The domains of the forest, and the application partitions that our domain controller has no copy of."""

    domains: tuple[str, ...]
    unread: tuple[str, ...]


def partitions_in(references: Iterable[Entry], held: Iterable[str]) -> Partitions:
    """From the crossRef objects of CN=Partitions (MS-ADTS 6.1.1.2.1.1)."""
    # Of one that is only intended, dnsRoot is the name of the server that is to make it.
    made = [(_flags(one), one) for one in references if one.text("Enabled").upper() != "FALSE"]
    known = {name.lower() for name in held}
    applications = [one.text("nCName") for flags, one in made if flags & (_IN_FOREST | _DOMAIN) == _IN_FOREST]
    domains = [_domain(text) for flags, one in made if flags & _DOMAIN for text in one.texts("dnsRoot")]
    return Partitions(_sorted(domains), tuple(sorted(name for name in applications if name.lower() not in known)))


def _flags(reference: Entry) -> int:
    return reference.number("systemFlags") or 0


def zones_in(found: Iterable[Entry]) -> dict[str, str]:
    """Names of the zones that have records of hosts, by the distinguished name of their object in lower case."""
    zones = ((one.dn.lower(), _domain(one.text("dc"))) for one in found if is_primary(one.values("dNSProperty")))
    return {dn: name for dn, name in zones if name is not None and not _is_foreign(name)}


def _is_foreign(zone: str) -> bool:
    return zone in _INTERNAL or f".{zone}".endswith((".in-addr.arpa", ".ip6.arpa"))


def client_zones(zones: Mapping[str, str]) -> tuple[str, ...]:
    """The zones whose name is that of a domain: not ``_msdcs.corp.example`` and its like (RFC 2782, RFC 8552)."""
    return _sorted(name for name in zones.values() if not name.startswith("_"))


def publishing_in(nodes: Iterable[Entry], zones: Mapping[str, str]) -> tuple[str, ...]:
    """The domains in these zones that have a record."""
    owners = [f"{one.text('name')}.{zones[parent]}" for one in nodes if (parent := _parent(one.dn).lower()) in zones]
    # Of a zone that has the record's own name, the record is at its top.
    owners += zones.values()
    return _sorted(_domain(domain) for owner in owners if (domain := domain_of(owner)) is not None)


def _parent(dn: str) -> str:
    """The name without its first part, in which a comma is escaped (RFC 4514, section 2.4)."""
    return re.sub(r"^(?:\\.|[^,\\])*,", "", dn)


def _domain(text: str) -> str | None:
    try:
        return domain_name(text, "")
    except SettingWrong:
        return None


def _sorted(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name is not None}))
