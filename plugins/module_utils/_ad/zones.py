# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the directory keeps a DNS zone, and the record's object in it."""

from __future__ import annotations

from dataclasses import dataclass

from . import filters
from .directory import Directory
from .dns_node import Node, Records, Updates, records_in, updates_of, zones_above
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


def find_place(directory: Directory, domain: str, zone: str | None) -> Place:
    """The nearest zone above the domain, in whichever partition. Raises NotFound, Refused."""
    names = (zone,) if zone else zones_above(domain)
    wanted = filters.every("(objectClass=dnsZone)", filters.any_of(filters.equals("dc", name) for name in names))
    attributes = ["dc", "dNSProperty", "allowedChildClassesEffective"]
    found = [entry for base in containers(directory) for entry in directory.children(base, wanted, attributes)]
    by_name = {name: [entry for entry in found if entry.text("dc").lower() == name] for name in names}
    nearest = next((name for name in names if by_name[name]), None)
    if nearest is None:
        what = f"no AD-integrated zone of this server holds {domain} (looked for {', '.join(names)})"
        advice = (
            "Name a domain controller that is a DNS server of the zone in server. A zone in a file has no such list: "
            "limit its updates in the configuration of its server"
        )
        raise NotFound(directory.label, what, advice)
    entries = by_name[nearest]
    if len(entries) > 1:
        what = f"the zone {nearest} is there more than once: {'; '.join(entry.dn for entry in entries)}"
        raise Refused(directory.label, what, "Remove the copy that no server loads")
    (entry,) = entries
    children = [name.lower() for name in entry.texts("allowedChildClassesEffective")]
    return Place(Node(domain, nearest, entry.dn), updates_of(entry.values("dNSProperty")), "dnsnode" in children)


def containers(directory: Directory) -> list[str]:
    """Every application partition may hold zones, and the domain itself does since Windows 2000 (MS-DNSP 2.3)."""
    root = directory.root
    skipped = {root.text(name).lower() for name in ("configurationNamingContext", "schemaNamingContext")}
    contexts = [name for name in root.texts("namingContexts") if name.lower() not in skipped]
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
    writable = entry.text("sDRightsEffective")
    return Found(
        SecurityDescriptor.parse(descriptor[0]),
        records_in(entry.values("dnsRecord"), tombstoned),
        int(writable) if writable.isdigit() else None,
    )


def create_node(directory: Directory, node: Node, descriptor: SecurityDescriptor) -> None:
    """An object without a record, which has its permissions from the first moment."""
    attributes = {"objectClass": [b"top", b"dnsNode"], "nTSecurityDescriptor": [descriptor.to_bytes()]}
    directory.add(node.dn, attributes, OWNER_AND_DACL)


def write_descriptor(directory: Directory, node: Node, descriptor: SecurityDescriptor, flags: int) -> None:
    directory.replace(node.dn, "nTSecurityDescriptor", [descriptor.to_bytes()], flags)
