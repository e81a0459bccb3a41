# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activation objects as a directory may show them. A real one is asked in tests/servers."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils import _host_skus
from ansible_collections.winfleet.activation.plugins.module_utils._ad import (
    activation_objects,
    activation_present,
    rights,
    sid,
)
from ansible_collections.winfleet.activation.plugins.module_utils._ad.activation_writers import OF_OBJECT, writers_in
from ansible_collections.winfleet.activation.plugins.module_utils._ad.directory import Directory
from ansible_collections.winfleet.activation.plugins.module_utils._ad.entry import Entry
from ansible_collections.winfleet.activation.plugins.module_utils._ad.errors import NotFound, Refused
from ansible_collections.winfleet.activation.plugins.module_utils._ad.security_descriptor import (
    ALLOW,
    DENY,
    INHERIT_ONLY,
    Ace,
    SecurityDescriptor,
)

BASE = "DC=emea,DC=corp,DC=example"
FOREST = "DC=corp,DC=example"
CONFIGURATION = f"CN=Configuration,{FOREST}"
SCHEMA = f"CN=Schema,{CONFIGURATION}"
CONTAINER = f"CN=Activation Objects,CN=Microsoft SPP,CN=Services,{CONFIGURATION}"
DOMAIN_SID = "S-1-5-21-1-2-3"
CLERK = f"{DOMAIN_SID}-1104"
ROOT = {
    "defaultNamingContext": [BASE.encode()],
    "rootDomainNamingContext": [FOREST.encode()],
    "configurationNamingContext": [CONFIGURATION.encode()],
    "schemaNamingContext": [SCHEMA.encode()],
}


@dataclass
class Tree:
    """A directory as ``read_activation`` uses it. ``asked`` are the attributes that it was asked for."""

    root: Entry = field(default_factory=lambda: Entry("", ROOT))
    objects: dict[str, dict[str, list[bytes]]] = field(default_factory=dict)
    label: str = "dc1.corp.example"
    asked: set[str] = field(default_factory=set)

    def read(self, dn: str, attributes: Sequence[str], sd_flags: int | None = None) -> Entry | None:
        self.asked |= set(attributes)
        if dn in (BASE, FOREST):
            return Entry(dn, {"objectSid": [sid.to_bytes(DOMAIN_SID)]})
        return Entry(dn, self.objects[dn]) if dn in self.objects else None

    def references(self, dn: str, found_by: str, attribute: str) -> list[Entry]:
        name = f"<GUID=00000000-0000-0000-0000-000000000001>;<SID={DOMAIN_SID}>;{FOREST}"
        return [Entry(f"CN=CORP,{dn}", {attribute: [name.encode()]})]

    def children(self, dn: str, found_by: str, attributes: Sequence[str], most: int | None = None) -> list[Entry]:
        self.asked |= set(attributes)
        return [Entry(name, found) for name, found in self.objects.items() if name.partition(",")[2] == dn]


def tree(**more: Any) -> Tree:
    return Tree(objects={SCHEMA: {"objectVersion": [b"88"]}, CONTAINER: {}, **more})


def result(directory: Tree) -> dict[str, Any]:
    found = activation_objects.read_activation(cast(Directory, directory))
    return activation_present.activation(found, {})


def test_a_schema_before_2012() -> None:
    found = result(Tree(objects={SCHEMA: {"objectVersion": [b"47"]}}))
    assert (found["present"], found["missing"], found["schema_version"]) == (False, "schema", 47)
    assert found["reason"] == (
        "The schema of the forest has version 47 and does not define activation objects. They were introduced with "
        "Windows Server 2012, whose schema has version 56: raise it with that release's adprep "
        "/forestprep or a later one's."
    )
    assert found["forest"] == "corp.example"


def test_no_container() -> None:
    known = {f"CN=ms-SPP-Activation-Objects-Container,{SCHEMA}": {"cn": [b"x"]}}
    found = result(Tree(objects=known))
    assert (found["present"], found["missing"], found["schema_version"]) == (False, "container", None)
    assert CONTAINER in found["reason"]
    assert "0x80072030" in found["reason"]


def test_no_active_directory() -> None:
    with pytest.raises(NotFound, match="not an Active Directory server"):
        result(Tree(root=Entry("", {})))


def test_only_what_is_named_is_asked_for() -> None:
    directory = tree(**{f"CN=ao1,{CONTAINER}": {"cn": [b"ao1"]}})
    result(directory)
    assert not {name for name in directory.asked if "License" in name or "onId" in name or name == "*"}
    assert {"msSPP-CSVLKPid", "msSPP-KMSIds", "nTSecurityDescriptor"} <= directory.asked


def test_an_object_of_which_little_is_shown() -> None:
    broken = {
        "msSPP-CSVLKSkuId": [b"short"],
        "msSPP-KMSIds": [b"", uuid.UUID(int=5).bytes_le],
        "whenCreated": [b"yesterday"],
        "nTSecurityDescriptor": [b"\x01\x00"],
    }
    found = result(tree(**{f"CN=ao1,{CONTAINER}": {}, f"CN=ao2,{CONTAINER}": broken}))
    nothing = dict.fromkeys(("partial_product_key", "csvlk_pid", "sku_id", "product", "created", "changed"))
    for name, ids in (("ao1", None), ("ao2", [str(uuid.UUID(int=5))])):
        dn = f"CN={name},{CONTAINER}"
        assert {"dn": dn, "name": dn, "kms_ids": ids, "writable_by": None, **nothing} in found["objects"]


def test_times_and_identifiers() -> None:
    shown = {
        "displayName": [b"Corp AO"],
        # MS-DTYP 2.3.4.2: the first three groups are little-endian.
        "msSPP-CSVLKSkuId": [bytes.fromhex("83b9f347537c454dabc6bcd91e2dd90a")],
        "whenCreated": [b"20260131120000.0Z"],
        "whenChanged": [b"20260201000001.0Z"],
    }
    [found] = result(tree(**{f"CN=ao1,{CONTAINER}": shown}))["objects"]
    assert (found["sku_id"], found["product"]) == ("47f3b983-7c53-4d45-abc6-bcd91e2dd90a", "Office LTSC 2021")
    assert (found["created"], found["changed"]) == ("2026-01-31T12:00:00Z", "2026-02-01T00:00:01Z")


def test_more_objects_than_anybody_has() -> None:
    many = {f"CN=ao{number},{CONTAINER}": {} for number in range(activation_objects.MOST_OBJECTS + 1)}
    with pytest.raises(Refused, match="more than 1,000 activation objects"):
        result(tree(**many))


def test_unknown_products_stay_unknown() -> None:
    assert _host_skus.product_of("F3D89BBF-C0EC-47CE-A8FA-E5A5F97E447F") == "Office LTSC 2024"
    assert _host_skus.product_of("11111111-2222-3333-4455-66778899aabb") is None
    assert _host_skus.product_of(None) is None


# --- Who may write ----------------------------------------------------------------------------------------------------

TRUSTED = frozenset({sid.SYSTEM, f"{DOMAIN_SID}-519"})


def descriptor(*aces: Ace, owner: str | None = sid.SYSTEM) -> bytes:
    return SecurityDescriptor(owner=owner).with_aces(aces, protected=False).to_bytes()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (descriptor(Ace.make(ALLOW, rights.READ, CLERK)), []),
        (descriptor(Ace.make(ALLOW, rights.WRITE_PROPERTY, sid.SYSTEM)), []),
        (descriptor(Ace.make(ALLOW, rights.GENERIC_WRITE, CLERK)), [(CLERK, "write properties")]),
        (
            descriptor(Ace.make(ALLOW, rights.DELETE, CLERK), Ace.make(ALLOW, rights.WRITE_DAC, CLERK)),
            [(CLERK, "delete, change permissions")],
        ),
        (descriptor(Ace.make(ALLOW, rights.DELETE, CLERK, INHERIT_ONLY)), []),
        (descriptor(Ace.make(DENY, rights.DELETE, CLERK)), []),
        (descriptor(owner=CLERK), [(CLERK, "owner")]),
        (descriptor(Ace.make(ALLOW, rights.DELETE, CLERK), owner=CLERK), [(CLERK, "owner, delete")]),
        # No list at all forbids nothing.
        (SecurityDescriptor(owner=sid.SYSTEM).to_bytes(), [(sid.EVERYONE, None)]),
    ],
)
def test_writers(given: bytes, expected: list[tuple[str, str | None]]) -> None:
    found = writers_in([given], OF_OBJECT, TRUSTED)
    assert found is not None
    assert [one.trustee for one in found] == [trustee for trustee, _words in expected]
    for writer, (_trustee, words) in zip(found, expected, strict=True):
        assert words is None or writer.words == words


@pytest.mark.parametrize("values", [[], [b""], [struct.pack("<BBHIIII", 1, 0, 0x8004, 9999, 0, 0, 0)]])
def test_no_descriptor_says_nothing(values: list[bytes]) -> None:
    assert writers_in(values, OF_OBJECT, TRUSTED) is None
