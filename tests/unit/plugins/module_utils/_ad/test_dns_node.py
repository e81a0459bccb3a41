# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of DNS objects, and what their attributes hold."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winfleet.activation.plugins.module_utils._ad.dns_node import (
    Node,
    Records,
    Updates,
    domain_name,
    is_primary,
    leads_away,
    records_in,
    updates_of,
    zones_above,
)
from ansible_collections.winfleet.activation.plugins.module_utils._ad.errors import Malformed, SettingWrong

ZONE_DN = "DC=corp.example,CN=MicrosoftDNS,DC=DomainDnsZones,DC=corp,DC=example"


def record(kind: int, data: bytes = b"data") -> bytes:
    return struct.pack("<HHBBHIIII", len(data), kind, 5, 0xF0, 0, 1, 0, 0, 0) + data


def property_(number: int, data: bytes) -> bytes:
    return struct.pack("<5I", len(data), 0, 0, 1, number) + data + b"\0"


@pytest.mark.parametrize(
    ("domain", "label"),
    [
        ("corp.example", "_vlmcs._tcp"),
        ("emea.corp.example", "_vlmcs._tcp.emea"),
        ("a.b.corp.example", "_vlmcs._tcp.a.b"),
    ],
)
def test_names_of_the_object(domain: str, label: str) -> None:
    node = Node(domain, "corp.example", ZONE_DN)
    assert node.dn == f"DC={label},{ZONE_DN}"
    assert node.owner_name == f"_vlmcs._tcp.{domain}"


@pytest.mark.parametrize(
    ("zone", "label", "above"),
    [
        ("_vlmcs._tcp.corp.example", "@", ()),
        ("_tcp.corp.example", "_vlmcs", ("_vlmcs",)),
        ("corp.example", "_vlmcs._tcp", ("_vlmcs._tcp", "_tcp")),
        ("example", "_vlmcs._tcp.corp", ("_vlmcs._tcp.corp", "_tcp.corp", "corp")),
    ],
)
def test_the_object_in_each_zone_that_may_hold_it(zone: str, label: str, above: tuple[str, ...]) -> None:
    node = Node("corp.example", zone, f"DC={zone}")
    assert (node.label, node.labels_above) == (label, above)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ([record(2), record(2)], "a delegation"),
        ([record(5)], "an alias"),
        ([record(39)], "an alias"),
        ([record(33)], None),
    ],
)
def test_what_leads_away_from_a_zone(values: list[bytes], word: str | None) -> None:
    assert leads_away(values) == word


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Corp.Example.", "corp.example"),
        ("müller.example", "xn--mller-kva.example"),
        ("a_b.corp-1.example", "a_b.corp-1.example"),
    ],
)
def test_domain_names(text: str, expected: str) -> None:
    assert domain_name(text, "domains") == expected


@pytest.mark.parametrize(
    "text",
    ["", ".", "corp..example", "corp.example,DC=x", "corp example", "a+b.example", "*.example", "x" * 64, "a\\b"],
)
def test_what_is_no_domain_name(text: str) -> None:
    with pytest.raises(SettingWrong, match="domains"):
        domain_name(text, "domains")


def test_zones_above() -> None:
    """The record's own name may be a zone, and so may ``_tcp``, below a parent that takes no updates."""
    assert zones_above("emea.corp.example") == (
        "_vlmcs._tcp.emea.corp.example",
        "_tcp.emea.corp.example",
        "emea.corp.example",
        "corp.example",
        "example",
    )


RECORDS = {
    "nothing": ([], False, Records()),
    "two hosts": ([record(33), record(33)], False, Records(2)),
    "a host and something else": ([record(33), record(1)], False, Records(1, 1)),
    "a tombstone": ([record(0)], True, Records(0, 0, True)),
    "a tombstone that is not marked": ([record(0)], False, Records(0, 0, True)),
    "marked, with a record": ([record(33)], True, Records(0, 0, True)),
}


@pytest.mark.parametrize(("values", "tombstoned", "expected"), RECORDS.values(), ids=RECORDS)
def test_records(values: list[bytes], tombstoned: bool, expected: Records) -> None:
    assert records_in(values, tombstoned) == expected


def test_a_record_that_is_too_short() -> None:
    with pytest.raises(Malformed):
        records_in([b"\x01\x00!\x00"], False)


UPDATES = {
    "none": ([property_(2, b"\x00")], Updates.NONE),
    "all": ([property_(2, b"\x01")], Updates.NONSECURE),
    "secure ones": ([property_(1, b"\x01\0\0\0"), property_(2, b"\x02")], Updates.SECURE),
    "a value of the future": ([property_(2, b"\x09")], Updates.UNKNOWN),
    "no such property": ([property_(1, b"\x01\0\0\0")], Updates.UNKNOWN),
    "no properties": ([], Updates.UNKNOWN),
    "an empty value": ([property_(2, b"")], Updates.UNKNOWN),
    "too short": ([b"\x01"], Updates.UNKNOWN),
}


@pytest.mark.parametrize(("values", "expected"), UPDATES.values(), ids=UPDATES)
def test_updates(values: list[bytes], expected: Updates) -> None:
    assert updates_of(values) is expected


@given(st.lists(st.binary(max_size=60), max_size=4))
def test_arbitrary_properties(values: list[bytes]) -> None:
    assert updates_of(values) in Updates


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([property_(1, b"\1\0\0\0")], True),
        ([property_(2, b"\2"), property_(1, b"\4\0\0\0")], False),
        ([property_(1, b"\3\0\0\0")], False),
        ([property_(1, b"\0\0\0\0")], False),
        ([property_(2, b"\2")], True),
        ([], True),
        ([b"short"], True),
    ],
    ids=["primary", "forwarder", "stub", "root hints", "unsaid", "nothing", "nonsense"],
)
def test_which_zones_have_records(values: list[bytes], expected: bool) -> None:
    assert is_primary(values) is expected
