# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which DNS domains a forest has, by the objects of its directory."""

from __future__ import annotations

import struct

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._ad import namespace
from ansible_collections.winfleet.activation.plugins.module_utils._ad.entry import Entry

BASE = "DC=corp,DC=example"
DOMAIN_ZONES, FOREST_ZONES = f"DC=DomainDnsZones,{BASE}", f"DC=ForestDnsZones,{BASE}"
ELSEWHERE = f"DC=DomainDnsZones,DC=emea,{BASE}"
CONTAINER = f"CN=MicrosoftDNS,{DOMAIN_ZONES}"
PRIMARY, STUB, FORWARDER = 1, 3, 4


def reference(partition: str, root: str, flags: int, **more: str) -> Entry:
    values = {"nCName": partition, "dnsRoot": root, "systemFlags": str(flags), **more}
    return Entry(f"CN=x,{BASE}", {name: [value.encode()] for name, value in values.items()})


REFERENCES = {
    "configuration": reference(f"CN=Configuration,{BASE}", "corp.example", 1),
    "schema": reference(f"CN=Schema,CN=Configuration,{BASE}", "corp.example", 1),
    "the first domain": reference(BASE, "Corp.Example", 3),
    "a child": reference(f"DC=emea,{BASE}", "emea.corp.example", 3),
    "another tree": reference("DC=labs,DC=example", "labs.example", 3),
    "one to be made": reference(f"DC=asia,{BASE}", "dc7.corp.example", 3, Enabled="FALSE"),
    "zones": reference(DOMAIN_ZONES, "DomainDnsZones.corp.example", 5),
    "zones to be made": reference(f"DC=Later,{BASE}", "dc7.corp.example", 5, Enabled="FALSE"),
    "zones elsewhere": reference(ELSEWHERE, "DomainDnsZones.emea.corp.example", 5),
    "no domain's name": reference(f"DC=odd,{BASE}", "{{ 7 * 7 }}", 3),
    "no number": Entry("CN=x", {"nCName": [b"DC=y"], "dnsRoot": [b"y.example"], "systemFlags": [b"three"]}),
    "another forest": reference("DC=other,DC=test", "other.test", 0),
}
HELD = [BASE.lower(), f"CN=Configuration,{BASE}", f"CN=Schema,CN=Configuration,{BASE}", DOMAIN_ZONES, FOREST_ZONES]


def test_partitions() -> None:
    found = namespace.partitions_in(REFERENCES.values(), HELD)
    assert found.domains == ("corp.example", "emea.corp.example", "labs.example")
    assert found.unread == (ELSEWHERE,)


def zone(name: str, kind: int | None = PRIMARY) -> Entry:
    said = [] if kind is None else [struct.pack("<6I", 4, 0, 0, 1, 1, kind) + b"\0"]
    return Entry(f"DC={name},{CONTAINER}", {"dc": [name.encode()], "dNSProperty": said})


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (zone("Labs.Example"), ("labs.example",)),
        (zone("labs.example", None), ("labs.example",)),
        (zone("single"), ("single",)),
        (zone("partner.example", FORWARDER), ()),
        (zone("partner.example", STUB), ()),
        (zone("2.0.192.in-addr.arpa"), ()),
        (zone("8.b.d.0.1.0.0.2.ip6.arpa"), ()),
        (zone("in-addr.arpa"), ()),
        (zone("_msdcs.corp.example"), ()),
        (zone("_tcp.corp.example"), ()),
        (zone("RootDNSServers"), ()),
        (zone("..TrustAnchors"), ()),
        (zone("..Deleted-labs.example"), ()),
        (zone("GlobalNames"), ()),
        (zone("."), ()),
        (zone("a b.example"), ()),
    ],
    ids=lambda value: value.text("dc") if isinstance(value, Entry) else None,
)
def test_zones(found: Entry, expected: tuple[str, ...]) -> None:
    assert namespace.client_zones(namespace.zones_in([found])) == expected


def node(name: str, parent: str) -> Entry:
    escaped = name.replace("\\", "\\\\").replace(",", "\\,")
    return Entry(f"DC={escaped},DC={parent},{CONTAINER}", {"name": [name.encode()]})


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (node("_vlmcs._tcp", "corp.example"), ("corp.example",)),
        (node("_VLMCS._TCP.Berlin", "CORP.example"), ("berlin.corp.example",)),
        (node("_vlmcs._tcp.a.b", "corp.example"), ("a.b.corp.example",)),
        (node("_vlmcs", "_tcp.labs.example"), ("labs.example",)),
        (node("_vlmcs", "corp.example"), ()),
        (node("_vlmcs._udp", "corp.example"), ()),
        (node("_vlmcs._tcpip", "corp.example"), ()),
        (node("_vlmcs._tcp", "partner.example"), ()),
        (node("_vlmcs._tcp.{{ 7 * 7 }}", "corp.example"), ()),
        (node("_vlmcs._tcp.x\\,DC=labs.example", "corp.example"), ()),
        (node("_vlmcs._tcp.\x1b[31m", "corp.example"), ()),
        (node("_vlmcs._tcp." + "x" * 64, "corp.example"), ()),
    ],
)
def test_domains_with_a_record(found: Entry, expected: tuple[str, ...]) -> None:
    zones = namespace.zones_in([zone("corp.example"), zone("_tcp.labs.example"), zone("partner.example", FORWARDER)])
    assert namespace.publishing_in([found], zones) == expected


def test_every_name_once() -> None:
    zones = namespace.zones_in([zone("corp.example")])
    nodes = [node("_vlmcs._tcp", "corp.example"), node("_vlmcs._tcp", "Corp.Example")]
    assert namespace.publishing_in(nodes, zones) == ("corp.example",)
