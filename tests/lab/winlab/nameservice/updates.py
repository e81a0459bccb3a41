# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dynamic updates on a zone (RFC 2136, section 3): prerequisites, then all changes or none."""

from __future__ import annotations

import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
import dns.transaction
import dns.update
import dns.zone

from .zones import ZoneSet, zone_origin

_ANY, _NONE = dns.rdataclass.ANY, dns.rdataclass.NONE
_ALL = dns.rdatatype.ANY
_APEX = frozenset({dns.rdatatype.SOA, dns.rdatatype.NS})


class _Refusal(Exception):
    """The update ends here, with this response code."""

    def __init__(self, code: dns.rcode.Rcode) -> None:
        super().__init__(code)
        self.code = code


def apply(message: dns.update.UpdateMessage, zones: ZoneSet) -> dns.rcode.Rcode:
    """Carry out an update and return the response code."""
    if len(message.zone) != 1:
        return dns.rcode.FORMERR
    zone = zones.exact(message.zone[0].name)
    if zone is None or message.zone[0].rdclass != dns.rdataclass.IN:
        return dns.rcode.NOTAUTH
    try:
        with zone.writer() as transaction:
            _check_prerequisites(message.prerequisite, zone, transaction)
            _check_changes(message.update, zone)
            before = _content(transaction)
            for change in message.update:
                _change(change, zone, transaction)
            if _content(transaction) != before:
                transaction.update_serial(name=zone_origin(zone))
    except _Refusal as refusal:
        return refusal.code
    return dns.rcode.NOERROR


def _check_prerequisites(
    prerequisites: list[dns.rrset.RRset], zone: dns.zone.Zone, transaction: dns.transaction.Transaction
) -> None:
    """Section 3.2. Sets given with values must equal those of the zone, no more and no less."""
    values: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], dns.rdataset.Rdataset] = {}
    for wanted in prerequisites:
        if not wanted.name.is_subdomain(zone_origin(zone)):
            raise _Refusal(dns.rcode.NOTZONE)
        if wanted.ttl or wanted.rdclass != dns.rdataclass.IN:
            raise _Refusal(dns.rcode.FORMERR)
        if wanted.deleting is None:
            _fill(values.setdefault((wanted.name, wanted.rdtype), _empty(wanted)), wanted)
            continue
        there = _exists(transaction, wanted.name, wanted.rdtype)
        if wanted.deleting == _ANY and not there:
            raise _Refusal(dns.rcode.NXDOMAIN if wanted.rdtype == _ALL else dns.rcode.NXRRSET)
        if wanted.deleting == _NONE and there:
            raise _Refusal(dns.rcode.YXDOMAIN if wanted.rdtype == _ALL else dns.rcode.YXRRSET)
    for (name, rdtype), expected in values.items():
        held = transaction.get(name, rdtype)
        if held is None or set(held) != set(expected):
            raise _Refusal(dns.rcode.NXRRSET)


def _check_changes(changes: list[dns.rrset.RRset], zone: dns.zone.Zone) -> None:
    """Section 3.4.1: everything is looked at before anything is changed."""
    for change in changes:
        if not change.name.is_subdomain(zone_origin(zone)):
            raise _Refusal(dns.rcode.NOTZONE)
        meta = dns.rdatatype.is_metatype(change.rdtype)
        whole_name = change.deleting == _ANY and change.rdtype == _ALL
        timed = change.deleting is not None and change.ttl
        if (meta and not whole_name) or timed or change.rdclass != dns.rdataclass.IN:
            raise _Refusal(dns.rcode.FORMERR)


def _change(change: dns.rrset.RRset, zone: dns.zone.Zone, transaction: dns.transaction.Transaction) -> None:
    """Section 3.4.2. SOA and the last NS of a zone cannot be deleted."""
    apex = change.name == zone_origin(zone)
    if change.deleting is None:
        _add(change, transaction)
    elif change.deleting == _NONE:
        held = transaction.get(change.name, change.rdtype)
        last_server = apex and change.rdtype == dns.rdatatype.NS and held is not None and set(held) <= set(change)
        if held is not None and not last_server and change.rdtype != dns.rdatatype.SOA:
            transaction.delete(change.name, change.to_rdataset())
    elif change.rdtype == _ALL:
        for rdtype in _types(transaction, change.name):
            if not (apex and rdtype in _APEX):
                transaction.delete(change.name, rdtype)
    elif not (apex and change.rdtype in _APEX):
        transaction.delete(change.name, change.rdtype)


def _add(change: dns.rrset.RRset, transaction: dns.transaction.Transaction) -> None:
    """A record that exists is not added again, but its set takes the new TTL (RFC 2181, section 5.2)."""
    alias = dns.rdatatype.CNAME
    others = set(_types(transaction, change.name)) - {change.rdtype}
    if change.rdtype == dns.rdatatype.SOA or (others if change.rdtype == alias else alias in others):
        return
    together = _empty(change)
    held = transaction.get(change.name, change.rdtype)
    if held is not None and change.rdtype != alias:
        _fill(together, held)
    _fill(together, change)
    together.ttl = change.ttl
    transaction.replace(change.name, together)


def _empty(like: dns.rrset.RRset) -> dns.rdataset.Rdataset:
    return dns.rdataset.Rdataset(dns.rdataclass.IN, like.rdtype, like.covers)


def _fill(rdataset: dns.rdataset.Rdataset, more: dns.rdataset.Rdataset) -> None:
    for rdata in more:
        rdataset.add(rdata)


def _exists(transaction: dns.transaction.Transaction, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> bool:
    if rdtype == _ALL:
        return bool(_types(transaction, name))
    return transaction.get(name, rdtype) is not None


def _types(transaction: dns.transaction.Transaction, name: dns.name.Name) -> list[dns.rdatatype.RdataType]:
    node = transaction.get_node(name)
    return [rdataset.rdtype for rdataset in node] if node is not None else []


def _content(transaction: dns.transaction.Transaction) -> set[tuple[object, ...]]:
    return {(name, rdata, held.ttl) for name, held in transaction.iterate_rdatasets() for rdata in held}
