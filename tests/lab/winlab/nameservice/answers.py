# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers to queries (RFC 1034, section 4.3.2): authoritative, with addresses of targets added; and whole zones."""

from __future__ import annotations

from collections.abc import Iterator

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataset
import dns.rdatatype
import dns.rdtypes.ANY.NS
import dns.rdtypes.IN.SRV
import dns.rrset
import dns.zone

from .zones import ZoneSet, zone_origin

_ADDRESSES = (dns.rdatatype.A, dns.rdatatype.AAAA)
_SETS_PER_MESSAGE = 200


def fill(response: dns.message.Message, zones: ZoneSet) -> None:
    """Answer the one question of `response`."""
    question = response.question[0]
    zone = zones.find(question.name)
    if zone is None:
        response.set_rcode(dns.rcode.REFUSED)
        return
    response.flags |= dns.flags.AA
    found = list(_sets(zone, question.name, question.rdtype))
    response.answer.extend(found)
    if not found:
        if not _name_exists(zone, question.name):
            response.set_rcode(dns.rcode.NXDOMAIN)
        response.authority.append(_soa(zone))
        return
    for target in _targets(found):
        response.additional.extend(_addresses(zones, target))


def transfer(question: dns.rrset.RRset, zones: ZoneSet) -> Iterator[list[dns.rrset.RRset]]:
    """A whole zone in message-sized portions, the SOA first and last (RFC 5936); nothing for a name that is no zone."""
    zone = zones.exact(question.name)
    if zone is None:
        return
    soa = _soa(zone)
    portion = [soa]
    for name, rdataset in zone.iterate_rdatasets():
        if rdataset.rdtype == dns.rdatatype.SOA:
            continue
        portion.append(_rrset(name, rdataset))
        if len(portion) >= _SETS_PER_MESSAGE:
            yield portion
            portion = []
    yield [*portion, soa]


def _sets(zone: dns.zone.Zone, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Iterator[dns.rrset.RRset]:
    node = zone.get_node(name)
    for rdataset in node or ():
        if rdtype in (rdataset.rdtype, dns.rdatatype.ANY) or rdataset.rdtype == dns.rdatatype.CNAME:
            yield _rrset(name, rdataset)


def _name_exists(zone: dns.zone.Zone, name: dns.name.Name) -> bool:
    """A name also exists when only something below it has records (RFC 4592, section 2.2.2)."""
    return zone.get_node(name) is not None or any(other.is_subdomain(name) for other in zone)


def _targets(sets: list[dns.rrset.RRset]) -> Iterator[dns.name.Name]:
    for rrset in sets:
        for rdata in rrset:
            if isinstance(rdata, dns.rdtypes.IN.SRV.SRV | dns.rdtypes.ANY.NS.NS):
                yield rdata.target


def _addresses(zones: ZoneSet, name: dns.name.Name) -> Iterator[dns.rrset.RRset]:
    if (zone := zones.find(name)) is not None:
        for rdtype in _ADDRESSES:
            if (held := zone.get_rdataset(name, rdtype)) is not None:
                yield _rrset(name, held)


def _soa(zone: dns.zone.Zone) -> dns.rrset.RRset:
    origin = zone_origin(zone)
    return _rrset(origin, zone.find_rdataset(origin, dns.rdatatype.SOA))


def _rrset(name: dns.name.Name, rdataset: dns.rdataset.Rdataset) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset))
