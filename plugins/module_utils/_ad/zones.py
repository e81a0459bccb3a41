# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the directory keeps a DNS zone, and the record's object in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._kms import SERVICE
from . import filters
from .directory import Directory
from .dns_node import Node, Records, Updates, is_primary, leads_away, records_in, updates_of, zones_above
from .entry import Entry
from .errors import NotAllowed, NotFound, Refused
from .security_descriptor import SecurityDescriptor

OWNER_AND_DACL = 5


@dataclass(frozen=True)
class Place:
    """Where a domain's record belongs, and whether we may create it."""

    node: Node
    updates: Updates
    creatable: bool


@dataclass(frozen=True)
class Found:
    """The record's object. ``writable`` None: the server does not say which parts we may change."""

    descriptor: SecurityDescriptor
    records: Records
    writable: int | None


def find_place(directory: Directory, domain: str, zone: str | None, in_dns: str | None = None) -> Place:
    """The zone that holds the domain's record, in whichever partition. Raises NotFound, Refused.

    ``in_dns``: the zone from which the server answers, where it was asked; otherwise the nearest one above counts.
    """
    names = (zone,) if zone else zones_above(domain)
    if zone and zone not in zones_above(domain):
        what = f"no AD-integrated zone {zone} can hold {SERVICE}.{domain}, which does not lie in it"
        raise Refused(directory.label, what, "Correct zone, or leave it out")
    entries = _entries(directory, names)
    nearest = next((name for name in names if entries[name]), None)
    if in_dns is not None and entries.get(in_dns):
        nearest = in_dns
    if nearest is None or (in_dns is not None and in_dns != nearest):
        raise _no_zone(directory, domain, names, in_dns)
    if len(entries[nearest]) > 1:
        what = f"the zone {nearest} is there more than once: {'; '.join(entry.dn for entry in entries[nearest])}"
        raise Refused(directory.label, what, "Remove the copy that no server loads")
    (entry,) = entries[nearest]
    node = Node(domain, nearest, entry.dn)
    _check_that_it_is_here(directory, node, entry)
    children = [name.lower() for name in entry.texts("allowedChildClassesEffective")]
    return Place(node, updates_of(entry.values("dNSProperty")), "dnsnode" in children)


def _entries(directory: Directory, names: Sequence[str]) -> dict[str, list[Entry]]:
    """The objects of these zones, by name."""
    wanted = filters.every("(objectClass=dnsZone)", filters.any_of(filters.equals("dc", name) for name in names))
    attributes = ["dc", "dNSProperty", "allowedChildClassesEffective"]
    found = [entry for base in containers(directory) for entry in directory.children(base, wanted, attributes)]
    return {name: [entry for entry in found if entry.text("dc").lower() == name] for name in names}


def _no_zone(directory: Directory, domain: str, names: Sequence[str], in_dns: str | None) -> NotFound:
    what = f"no AD-integrated zone of this server holds {domain} (looked for {', '.join(names)})"
    if in_dns is not None:
        what = (
            f"DNS answers for {SERVICE}.{domain} from the zone {in_dns}, "
            "which is not an AD-integrated zone of this server"
        )
    advice = (
        "Name a domain controller that is a DNS server of the zone in server. A zone in a file has no such list: limit "
        "its updates in the configuration of its server"
    )
    return NotFound(directory.label, what, advice)


def _check_that_it_is_here(directory: Directory, node: Node, zone: Entry) -> None:
    """Whether the records of the name are kept in this zone at all. Raises Refused."""
    advice = "Name a domain controller that holds the zone in which the record is, or limit updates on its own server"
    if not is_primary(zone.values("dNSProperty")):
        what = f"the zone {node.zone} is only a stub here, naming another server to ask"
        raise Refused(directory.label, what, advice)
    for label in node.labels_above:
        entry = directory.read(f"DC={label},{node.zone_dn}", ["dnsRecord", "dNSTombstoned"])
        if entry is None or entry.text("dNSTombstoned").upper() == "TRUE":
            continue
        word = leads_away(entry.values("dnsRecord"))
        if word is not None:
            what = f"{node.owner_name} is not kept in the zone {node.zone}: {label}.{node.zone} is {word} there"
            raise Refused(directory.label, what, advice)


def containers(directory: Directory) -> list[str]:
    """Every application partition may hold zones, and the domain itself does since Windows 2000 (MS-DNSP 2.3)."""
    root = directory.root
    skipped = {root.text(name).lower() for name in ("configurationNamingContext", "schemaNamingContext")}
    contexts = [name for name in root.names("namingContexts") if name.lower() not in skipped]
    contexts = [name for name in contexts if not name.lower().endswith(tuple(f",{one}" for one in skipped if one))]
    return [f"CN=MicrosoftDNS,{name}" for name in contexts] + [
        f"CN=MicrosoftDNS,CN=System,{root.text('defaultNamingContext')}"
    ]


def read_node(directory: Directory, node: Node) -> Found | None:
    """None when it is not there. Raises NotAllowed when we may not read its permissions."""
    attributes = ["nTSecurityDescriptor", "dnsRecord", "dNSTombstoned", "sDRightsEffective"]
    entry = directory.read(node.dn, attributes, OWNER_AND_DACL)
    if entry is None:
        return None
    descriptor = entry.values("nTSecurityDescriptor")
    if not descriptor:
        what = f"the permissions of {node.dn} cannot be read with the account that signed in"
        raise NotAllowed(directory.label, what, "Use an account that manages the DNS zone, such as a domain admin")
    tombstoned = entry.text("dNSTombstoned").upper() == "TRUE"
    return Found(
        SecurityDescriptor.parse(descriptor[0]),
        records_in(entry.values("dnsRecord"), tombstoned),
        entry.number("sDRightsEffective"),
    )


def create_node(directory: Directory, node: Node, descriptor: SecurityDescriptor) -> None:
    """An object without a record, which has its permissions from the first moment."""
    attributes = {"objectClass": [b"top", b"dnsNode"], "nTSecurityDescriptor": [descriptor.to_bytes()]}
    directory.add(node.dn, attributes, OWNER_AND_DACL)


def write_descriptor(directory: Directory, node: Node, descriptor: SecurityDescriptor, flags: int) -> None:
    directory.replace(node.dn, "nTSecurityDescriptor", [descriptor.to_bytes()], flags)
