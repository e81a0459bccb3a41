# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts and zones where a directory is unlike the Samba of tests/servers: large, or ambiguous."""

from __future__ import annotations

import struct
from typing import Any, cast

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._ad import accounts, sid, zones
from ansible_collections.winfleet.activation.plugins.module_utils._ad.accounts import Account, Domain
from ansible_collections.winfleet.activation.plugins.module_utils._ad.directory import Directory
from ansible_collections.winfleet.activation.plugins.module_utils._ad.entry import Entry
from ansible_collections.winfleet.activation.plugins.module_utils._ad.errors import (
    Elsewhere,
    NotFound,
    Refused,
    SettingWrong,
)

BASE = "DC=corp,DC=example"
DOMAIN = Domain(BASE, "S-1-5-21-1-2-3", "S-1-5-21-1-2-3", "CORP")


def entry(dn: str, **attributes: Any) -> Entry:
    texts = {name: value if isinstance(value, list) else [value] for name, value in attributes.items()}
    return Entry(
        dn, {name: [one if isinstance(one, bytes) else one.encode() for one in found] for name, found in texts.items()}
    )


class Shelf:
    """A directory that answers every search with the same objects, and reads the pieces that it is given."""

    label = "dc1.corp.example"

    def __init__(self, *found: Entry, pieces: dict[str, Entry] | None = None, root: Entry | None = None) -> None:
        self.found = list(found)
        self.pieces = pieces or {}
        self.root = root or Entry("", {})

    def below(self, _dn: str, _filter: str, _attributes: list[str]) -> list[Entry]:
        return self.found

    def children(self, dn: str, _filter: str, _attributes: list[str]) -> list[Entry]:
        return [one for one in self.found if one.dn.endswith(f",{dn}")]

    def read(self, _dn: str, attributes: list[str]) -> Entry | None:
        return self.pieces.get(attributes[0])


def shelf(*found: Entry, **more: Any) -> Directory:
    return cast(Directory, Shelf(*found, **more))


def computer(dn: str, number: int, account: str, host: str = "") -> Entry:
    return entry(dn, objectSid=sid.to_bytes(f"{DOMAIN.sid}-{number}"), sAMAccountName=account, dNSHostName=host)


KMS01 = computer("CN=KMS01,OU=A", 1201, "KMS01$", "kms01.corp.example")
ELSEWHERE = computer("CN=KMS01,OU=B", 1202, "KMS01$", "kms01.other.example")
NAMELESS = computer("CN=KMS01,OU=C", 1203, "KMS01$")


def test_a_computer_goes_by_its_host_name() -> None:
    found = accounts.find_computer(shelf(KMS01, ELSEWHERE), DOMAIN, "kms01.corp.example")
    assert found == Account("CN=KMS01,OU=A", f"{DOMAIN.sid}-1201", "CORP\\KMS01$")


def test_a_computer_without_a_host_name_goes_by_its_account() -> None:
    assert accounts.find_computer(shelf(NAMELESS), DOMAIN, "kms01.corp.example").dn == "CN=KMS01,OU=C"


def test_a_computer_without_a_host_name_is_of_its_own_domain() -> None:
    """A pre-staged account: approved is a host of another domain, whose name begins alike."""
    with pytest.raises(NotFound, match=r"no computer account of kms01\.other\.example"):
        accounts.find_computer(shelf(NAMELESS), DOMAIN, "kms01.other.example")


def test_a_computer_of_the_same_name_elsewhere_is_another_one() -> None:
    with pytest.raises(NotFound, match="no computer account of kms01"):
        accounts.find_computer(shelf(ELSEWHERE), DOMAIN, "kms01.corp.example")


def test_a_short_name_that_may_be_several() -> None:
    with pytest.raises(Refused, match="may be any of CN=KMS01,OU=A, CN=KMS01,OU=B"):
        accounts.find_computer(shelf(KMS01, ELSEWHERE), DOMAIN, "kms01")


@pytest.mark.parametrize(("text", "host"), [("KMS01.corp.example:1688", "kms01.corp.example"), ("kms01", "kms01")])
def test_hosts_as_the_other_modules_take_them(text: str, host: str) -> None:
    assert accounts.host_name(text) == host


def test_a_host_that_is_none() -> None:
    with pytest.raises(SettingWrong, match="approved_hosts"):
        accounts.host_name("kms01:99999")


def group(kind: str = "-2147483646", number: int = 1106, **more: Any) -> Entry:
    identifier = sid.to_bytes(f"{DOMAIN.sid}-{number}")
    return entry("CN=G", objectSid=identifier, sAMAccountName="G", objectClass=["top", "group"], groupType=kind, **more)


def test_the_members_of_a_large_group_come_in_pieces() -> None:
    first = group(**{"member;range=0-1": ["CN=1", "CN=2"]})
    pieces = {
        "member;range=2-*": entry("CN=G", **{"member;range=2-3": ["CN=3", "CN=4"]}),
        "member;range=4-*": entry("CN=G", **{"member;range=4-*": ["CN=5"]}),
    }
    found = accounts.find_group(shelf(first, pieces=pieces), DOMAIN, "G")
    assert found.members == ("CN=1", "CN=2", "CN=3", "CN=4", "CN=5")
    assert not found.writable


def test_a_group_that_may_be_changed() -> None:
    found = accounts.find_group(shelf(group(member="CN=1", allowedAttributesEffective=["Member"])), DOMAIN, "CORP\\G")
    assert (found.members, found.writable) == (("CN=1",), True)


@pytest.mark.parametrize(
    ("found", "text", "words"),
    [
        (group("2"), "G", "distribution group"),
        (group(number=515), "G", "more than the approved"),
        (group(), "OTHER\\G", "belongs to the domain OTHER"),
        (KMS01, "KMS01$", "is not a group"),
    ],
)
def test_groups_that_will_not_do(found: Entry, text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        accounts.find_group(shelf(found), DOMAIN, text)


ROOT = entry(
    "",
    defaultNamingContext=BASE,
    configurationNamingContext=f"CN=Configuration,{BASE}",
    schemaNamingContext=f"CN=Schema,CN=Configuration,{BASE}",
    namingContexts=[
        BASE,
        f"CN=Configuration,{BASE}",
        f"CN=Schema,CN=Configuration,{BASE}",
        f"DC=DomainDnsZones,{BASE}",
    ],
)


def zone(name: str, partition: str, **more: Any) -> Entry:
    return entry(f"DC={name},CN=MicrosoftDNS,{partition}{BASE}", dc=name, **more)


def test_the_nearest_zone_counts() -> None:
    far, near = zone("corp.example", "DC=DomainDnsZones,"), zone("Emea.corp.example", "CN=System,")
    found = zones.find_place(shelf(far, near, root=ROOT), "emea.corp.example", None)
    assert found.node.dn == f"DC=_vlmcs._tcp,DC=Emea.corp.example,CN=MicrosoftDNS,CN=System,{BASE}"
    assert not found.creatable


def test_a_zone_that_is_there_twice() -> None:
    both = zone("corp.example", "DC=DomainDnsZones,"), zone("corp.example", "CN=System,")
    with pytest.raises(Refused, match="more than once"):
        zones.find_place(shelf(*both, root=ROOT), "corp.example", None)


def test_a_place_where_the_object_may_be_made() -> None:
    one = zone("corp.example", "DC=DomainDnsZones,", allowedChildClassesEffective=["dnsNode"])
    assert zones.find_place(shelf(one, root=ROOT), "corp.example", "corp.example").creatable


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (("_vlmcs._tcp.corp.example", "_tcp.corp.example", "corp.example"), "DC=@,DC=_vlmcs._tcp.corp.example"),
        (("_tcp.corp.example", "corp.example"), "DC=_vlmcs,DC=_tcp.corp.example"),
        (("corp.example",), "DC=_vlmcs._tcp,DC=corp.example"),
        (("example",), "DC=_vlmcs._tcp.corp,DC=example"),
    ],
)
def test_the_zone_that_serves_the_record_is_the_one_to_lock(held: tuple[str, ...], expected: str) -> None:
    """Kind: a place is guessed from the domain. A list on an object that nobody serves protects nothing."""
    found = zones.find_place(shelf(*(zone(name, "CN=System,") for name in held), root=ROOT), "corp.example", None)
    assert found.node.dn == f"{expected},CN=MicrosoftDNS,CN=System,{BASE}"


def test_the_zone_that_was_named_counts() -> None:
    both = [zone(name, "CN=System,") for name in ("_tcp.corp.example", "corp.example")]
    found = zones.find_place(shelf(*both, root=ROOT), "corp.example", "_tcp.corp.example")
    assert found.node.dn.startswith("DC=_vlmcs,DC=_tcp.corp.example,")
    with pytest.raises(Refused, match=r"no AD-integrated zone other\.example can hold"):
        zones.find_place(shelf(*both, root=ROOT), "corp.example", "other.example")


def test_what_dns_says_counts_more_than_what_is_near() -> None:
    both = [zone(name, "CN=System,") for name in ("_tcp.corp.example", "corp.example")]
    found = zones.find_place(shelf(*both, root=ROOT), "corp.example", None, "corp.example")
    assert found.node.zone == "corp.example"
    with pytest.raises(NotFound, match=r"from the zone _tcp\.corp\.example, which is not an AD-integrated zone"):
        zones.find_place(shelf(both[1], root=ROOT), "corp.example", None, "_tcp.corp.example")
    with pytest.raises(NotFound, match=r"DNS answers for _vlmcs\._tcp\.corp\.example from the zone corp\.example"):
        zones.find_place(shelf(*both, root=ROOT), "corp.example", "_tcp.corp.example", "corp.example")


def test_a_zone_that_is_only_a_note_of_others() -> None:
    stub = zone("corp.example", "CN=System,", dNSProperty=struct.pack("<5I", 4, 0, 0, 1, 1) + b"\x03\0\0\0\0")
    with pytest.raises(Refused, match="only a stub here, naming another server"):
        zones.find_place(shelf(stub, root=ROOT), "corp.example", None)


def test_a_name_that_is_delegated_below_the_zone() -> None:
    name_server = struct.pack("<HHBBHIIII", 4, 2, 5, 0xF0, 0, 1, 0, 0, 0) + b"data"
    pieces = {"dnsRecord": entry("DC=_tcp", dnsRecord=name_server)}
    with pytest.raises(Refused, match=r"is not kept in the zone corp\.example: .*_tcp\.corp\.example is a delegation"):
        zones.find_place(shelf(zone("corp.example", "CN=System,"), pieces=pieces, root=ROOT), "corp.example", None)


# --- A domain controller that does not hold the first domain of the forest -------------------------------------------

ROOT_SID = "S-1-5-21-9-8-7"


class Child(Shelf):
    """Of emea.corp.example. The first domain's object is somewhere else; the reference to it is here."""

    def __init__(self, reference: str | None) -> None:
        root = entry(
            "",
            defaultNamingContext="DC=emea,DC=corp,DC=example",
            rootDomainNamingContext=BASE,
            configurationNamingContext=f"CN=Configuration,{BASE}",
        )
        super().__init__(root=root)
        self.reference = reference

    def read(self, dn: str, attributes: list[str]) -> Entry | None:
        if dn == BASE:
            raise Elsewhere(self.label, f"reading {dn}: this server does not hold it")
        return entry(dn, objectSid=sid.to_bytes(DOMAIN.sid)) if attributes == ["objectSid"] else None

    def references(self, dn: str, found_by: str, attribute: str) -> list[Entry]:
        assert (dn, found_by) == (f"CN=Partitions,CN=Configuration,{BASE}", f"(nCName={BASE})")
        return [entry("CN=CORP", **{attribute: self.reference})] if self.reference else []


def test_the_administrators_of_the_forest_are_known_in_a_child_domain() -> None:
    """MS-ADTS 3.1.1.3.4.1.5: the reference names the first domain with its identifier."""
    child = cast(Directory, Child(f"<GUID=11111111-2222-3333-4444-555555555555>;<SID={ROOT_SID}>;{BASE}"))
    assert accounts.read_domain(child) == Domain("DC=emea,DC=corp,DC=example", DOMAIN.sid, ROOT_SID, "")


@pytest.mark.parametrize("reference", [None, BASE, f"<GUID=1>;{BASE}", f"<GUID=1>;<SID=S-1-x>;{BASE}"])
def test_a_first_domain_without_an_identifier_is_not_guessed(reference: str | None) -> None:
    """Taken for a stranger, Enterprise Admins would lose their right."""
    with pytest.raises(Refused, match="security identifier of the forest's first domain"):
        accounts.read_domain(cast(Directory, Child(reference)))
