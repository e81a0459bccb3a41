# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a domain controller, and what is too much. The real one is asked in tests/servers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._ad import forest, present
from ansible_collections.winfleet.activation.plugins.module_utils._ad.directory import Directory
from ansible_collections.winfleet.activation.plugins.module_utils._ad.entry import Entry
from ansible_collections.winfleet.activation.plugins.module_utils._ad.errors import NotFound, Refused

BASE = "DC=corp,DC=example"
CONFIGURATION = f"CN=Configuration,{BASE}"
DOMAIN_ZONES, SYSTEM = f"CN=MicrosoftDNS,DC=DomainDnsZones,{BASE}", f"CN=MicrosoftDNS,CN=System,{BASE}"


def entry(dn: str, **values: str | list[str]) -> Entry:
    texts = {name: [value] if isinstance(value, str) else value for name, value in values.items()}
    return Entry(dn, {name: [one.encode() for one in found] for name, found in texts.items()})


ROOT = entry(
    "",
    namingContexts=[BASE, CONFIGURATION, f"DC=DomainDnsZones,{BASE}"],
    defaultNamingContext=BASE,
    configurationNamingContext=CONFIGURATION,
    schemaNamingContext=f"CN=Schema,{CONFIGURATION}",
)
PARTITIONS = [
    entry(f"CN=CORP,CN=Partitions,{CONFIGURATION}", nCName=BASE, dnsRoot="corp.example", systemFlags="3"),
    entry("CN=y", nCName=f"DC=ForestDnsZones,{BASE}", dnsRoot="ForestDnsZones.corp.example", systemFlags="5"),
]


@dataclass
class Tree:
    """A directory as ``read_forest`` uses it: objects by what they lie below."""

    root: Entry = ROOT
    objects: dict[str, list[Entry]] = field(default_factory=dict)
    label: str = "dc1.corp.example"

    def children(self, dn: str, found_by: str, attributes: Sequence[str], most: int | None = None) -> list[Entry]:
        found = self.objects.get(dn, []) if "dnsNode" not in found_by else []
        return [one for one in found if "name" not in self._attributes(one)]

    def below(self, dn: str, found_by: str, attributes: Sequence[str], most: int | None = None) -> list[Entry]:
        return [one for one in self.objects.get(dn, []) if "name" in self._attributes(one)]

    @staticmethod
    def _attributes(one: Entry) -> set[str]:
        return {name for name in ("name", "dc") if one.values(name)}


def read(**objects: Any) -> forest.Forest:
    return forest.read_forest(cast(Directory, Tree(**objects)))


def zone(name: str, container: str = DOMAIN_ZONES) -> Entry:
    return entry(f"DC={name},{container}", dc=name)


def test_in_the_order_of_where_they_are_from() -> None:
    lab = entry(f"DC=_vlmcs._tcp.lab,DC=corp.example,{DOMAIN_ZONES}", name="_vlmcs._tcp.lab")
    found = read(
        objects={
            f"CN=Partitions,{CONFIGURATION}": PARTITIONS,
            DOMAIN_ZONES: [zone("corp.example"), zone("acme.example"), lab],
            SYSTEM: [zone("old.example", SYSTEM)],
        }
    )
    assert found.names == ("corp.example", "acme.example", "old.example", "lab.corp.example")
    assert present.forest(found) == {
        "domain_controller": "dc1.corp.example",
        "domains": ["corp.example"],
        "zones": ["acme.example", "corp.example", "old.example"],
        "published": ["lab.corp.example"],
        "unread_partitions": [f"DC=ForestDnsZones,{BASE}"],
    }


@pytest.mark.parametrize("root", [ROOT, entry("", namingContexts="dc=corp,dc=example")], ids=["hidden", "another kind"])
def test_a_server_without_a_forest(root: Entry) -> None:
    with pytest.raises(NotFound, match="not an Active Directory server"):
        read(root=root)


def many(zones: int) -> dict[str, list[Entry]]:
    some = [zone(f"z{number}.example") for number in range(zones)]
    return {f"CN=Partitions,{CONFIGURATION}": PARTITIONS, DOMAIN_ZONES: some}


def test_as_many_as_may_be() -> None:
    assert len(read(objects=many(forest.MOST_DOMAINS - 1)).names) == forest.MOST_DOMAINS


def test_too_many_are_refused() -> None:
    with pytest.raises(Refused, match=r"more than 1,000 .* name the domains in domains"):
        read(objects=many(forest.MOST_DOMAINS))


def test_names_that_count_for_nothing_are_not_read_for_ever() -> None:
    nonsense = [
        entry(f"DC=_vlmcs{number},DC=corp.example,{DOMAIN_ZONES}", name=f"_vlmcs{number}") for number in range(20_001)
    ]
    with pytest.raises(Refused, match="more than 20,000"):
        read(objects={**many(1), DOMAIN_ZONES: [zone("corp.example"), *nonsense]})
