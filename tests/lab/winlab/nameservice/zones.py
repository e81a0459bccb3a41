# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The zones of the lab's name server, and SRV records on their way into them and out."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator

import dns.name
import dns.rdata
import dns.rdtypes.IN.SRV
import dns.zone

from ..zone import OWNER, SrvRecord

# What a Windows DNS server and its clients give to records that say nothing about it.
TTL = 3600
_SERVER = "ns1"
_OWNER = dns.name.from_text(OWNER, None)


class ZoneSet:
    """Zones with absolute names. Each has SOA, NS and the address of the server from the start."""

    def __init__(self, origins: Iterable[str], address: str) -> None:
        self._zones: dict[dns.name.Name, dns.zone.Zone] = {}
        for text in origins:
            origin = dns.name.from_text(text)
            self._zones.setdefault(origin, _fresh_zone(origin, address))

    def __iter__(self) -> Iterator[dns.zone.Zone]:
        return iter(self._zones.values())

    def origins(self) -> list[str]:
        """The names of the zones, without the final dot."""
        return [origin.to_text(omit_final_dot=True) for origin in self._zones]

    def exact(self, origin: dns.name.Name) -> dns.zone.Zone | None:
        """The zone of this name."""
        return self._zones.get(origin)

    def find(self, name: dns.name.Name) -> dns.zone.Zone | None:
        """The zone a name lies in: the deepest one that contains it."""
        holding = [origin for origin in self._zones if name.is_subdomain(origin)]
        return self._zones[max(holding, key=len)] if holding else None

    def add_addresses(self, hosts: Iterable[tuple[str, str]]) -> None:
        """Hosts with their addresses, all at once; those outside the zones are nobody's business here."""
        by_zone: dict[dns.name.Name, list[tuple[dns.name.Name, dns.rdata.Rdata]]] = {}
        for name, address in hosts:
            owner = dns.name.from_text(name)
            if (zone := self.find(owner)) is not None:
                kind = "A" if ipaddress.ip_address(address).version == 4 else "AAAA"
                by_zone.setdefault(zone_origin(zone), []).append((owner, dns.rdata.from_text("IN", kind, address)))
        for origin, found in by_zone.items():
            with self._zones[origin].writer() as transaction:
                for owner, rdata in found:
                    transaction.add(owner, TTL, rdata)
                transaction.update_serial(name=origin)


def add(zone: dns.zone.Zone, name: dns.name.Name, rdata: dns.rdata.Rdata, ttl: int = TTL) -> None:
    """Add one record, with a new serial when it was not there."""
    held = zone.get_rdataset(name, rdata.rdtype)
    if held is not None and rdata in held:
        return
    with zone.writer() as transaction:
        transaction.add(name, ttl, rdata)
        transaction.update_serial(name=zone_origin(zone))


def remove(zone: dns.zone.Zone, name: dns.name.Name, rdata: dns.rdata.Rdata) -> None:
    """Delete one record by value."""
    with zone.writer() as transaction:
        transaction.delete(name, rdata)
        transaction.update_serial(name=zone_origin(zone))


def zone_origin(zone: dns.zone.Zone) -> dns.name.Name:
    """The name of a zone; zones of this room always have one."""
    assert zone.origin is not None
    return zone.origin


def owner_of(domain: str) -> dns.name.Name:
    """Where the service records of a domain stand."""
    return _OWNER.concatenate(dns.name.from_text(domain))


def domain_of(owner: dns.name.Name) -> str | None:
    """The domain whose service records stand under a name, None when it is another name."""
    if len(owner) <= len(_OWNER) or owner.relativize(domain := owner.split(len(owner) - len(_OWNER))[1]) != _OWNER:
        return None
    return domain.to_text(omit_final_dot=True)


def to_rdata(record: SrvRecord) -> dns.rdata.Rdata:
    """A service record in the form of the wire."""
    text = f"{record.priority} {record.weight} {record.port} {dns.name.from_text(record.target)}"
    return dns.rdata.from_text("IN", "SRV", text)


def from_rdata(domain: str, rdata: dns.rdata.Rdata) -> SrvRecord:
    """A service record from the form of the wire."""
    assert isinstance(rdata, dns.rdtypes.IN.SRV.SRV)
    target = rdata.target.to_text(omit_final_dot=True)
    return SrvRecord(domain, target, rdata.port, rdata.priority, rdata.weight)


def folded(record: SrvRecord) -> SrvRecord:
    """Names in DNS differ in more than case, or not at all."""
    return SrvRecord(
        record.domain.lower(), record.target.lower().rstrip("."), record.port, record.priority, record.weight
    )


def _fresh_zone(origin: dns.name.Name, address: str) -> dns.zone.Zone:
    zone = dns.zone.Zone(origin, relativize=False)
    server = dns.name.from_text(_SERVER, origin)
    mailbox = dns.name.from_text("hostmaster", origin)
    soa = f"{server} {mailbox} 1 900 600 86400 {TTL}"
    with zone.writer() as transaction:
        transaction.add(origin, TTL, dns.rdata.from_text("IN", "SOA", soa))
        transaction.add(origin, TTL, dns.rdata.from_text("IN", "NS", str(server)))
        transaction.add(server, TTL, dns.rdata.from_text("IN", "A", address))
    return zone
