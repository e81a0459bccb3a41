# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters about published hosts, called as Jinja calls them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.winfleet.activation.plugins.filter.publication import FilterModule

FILTERS = FilterModule().filters()
cross_check = FILTERS["cross_check"]
kms_srv_commands = FILTERS["kms_srv_commands"]

RECORD = {
    "domain": "corp.example",
    "record": "0 0 1688 pc1.corp.example",
    "target": "pc1.corp.example",
    "port": 1688,
    "approved": False,
    "resolvable": True,
    "addresses": ["192.0.2.15"],
}
PENDING = {"pc1": {"role": "kms_host_pending", "role_reason": "Its service still runs.", "os": {}}}


def test_record_keeps_what_it_had_and_gets_the_answer():
    (found,) = cross_check([RECORD], PENDING)
    assert RECORD.items() <= found.items()
    assert (found["finding"], found["machine"], found["comes_back"]) == ("restart_due", "pc1", True)
    assert found["message"] == (
        "pc1.corp.example is published in corp.example. Its service still runs. "
        "Restart its licensing service, or the machine; then delete the record."
    )


@pytest.mark.parametrize(
    ("addresses", "endpoint"),
    [(["192.0.2.15", "192.0.2.16"], "192.0.2.15:1688"), (["2001:db8::1"], "[2001:db8::1]:1688"), ([], None)],
)
def test_endpoint_is_where_the_probe_asks(addresses: list[str], endpoint: str | None):
    (found,) = cross_check([{**RECORD, "addresses": addresses}])
    assert found["endpoint"] == endpoint


def test_answer_of_the_probe_finds_its_record():
    probes = [{"host": "192.0.2.15:1688", "answers_as_kms": True, "reason": "the KMS interface accepted the bind"}]
    (found,) = cross_check([RECORD], {}, probes)
    assert found["finding"] == "serving"
    assert "the KMS interface accepted the bind." in found["reason"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (({"records": []},), "records of kms_srv_info must be a list"),
        ((["pc1"],), "have a target each"),
        (([RECORD], ["pc1"]), "hosts must be a mapping"),
        (([RECORD], {}, "no"), "probes must be a list"),
    ],
)
def test_cross_check_says_what_it_wants(arguments: tuple, words: str):
    with pytest.raises(AnsibleFilterError, match=words):
        cross_check(*arguments)


def test_commands():
    results = [{"domain": "a.example", "owner": "_vlmcs._tcp.a.example", "zone": "a.example", "removed": [
        {"target": "pc1.a.example", "priority": 0, "weight": 0, "port": 1688}], "added": [], "ttl": None}]  # fmt: skip
    assert kms_srv_commands(results)[1] == "update delete _vlmcs._tcp.a.example. SRV 0 0 1688 pc1.a.example."
    with pytest.raises(AnsibleFilterError, match="none of zone_file, nsupdate, dnscmd"):
        kms_srv_commands(results, "powershell")
    with pytest.raises(AnsibleFilterError, match="results of a kms_srv task"):
        kms_srv_commands([{"removed": [{}]}])


def test_servers_that_differ_are_told():
    (found,) = cross_check([{**RECORD, "missing_from": ["ns1.corp.example"]}])
    assert "is published in corp.example. Not on ns1.corp.example: the servers differ" in found["message"]


# --- Before anything is changed ---------------------------------------------------------------------------------------

objections = FILTERS["kms_srv_objections"]
ask = FILTERS["kms_srv_ask"]
KMS01, KMS02 = "kms01.corp.example", "kms02.corp.example"


def published(target: str, address: str = "", domain: str = "corp.example", approved: bool = True) -> dict[str, object]:
    addresses = [address] if address else []
    return {"domain": domain, "target": target, "port": 1688, "approved": approved, "addresses": addresses}


ROGUE = published("pc1.corp.example", "192.0.2.15", approved=False)


def probed(host: str, serves: bool = True) -> dict[str, object]:
    return {"host": host, "answers_as_kms": serves, "reason": "it was asked"}


def machine(role: str, full_name: str | None = None) -> dict[str, object]:
    return {"role": role, "role_reason": "", "os": {"full_name": full_name}}


CLEAR = {
    "published, and its port answers": (
        [published(KMS01, "192.0.2.1"), ROGUE],
        [KMS01],
        {},
        [probed("192.0.2.1:1688")],
    ),
    "published, and the machine says that it serves": ([published(KMS01), ROGUE], [KMS01], {KMS01: "kms_host"}, []),
    "by its short name": ([published(KMS01), ROGUE], ["kms01"], {KMS01: "kms_host"}, []),
    "not published, and its port answers": (
        [published(KMS01, "192.0.2.1")],
        [KMS01, f"{KMS02}:1689"],
        {},
        [probed("192.0.2.1:1688"), probed(f"{KMS02}:1689")],
    ),
    "not published, and the machine says that it serves": (
        [published(KMS01)],
        [KMS01, KMS02],
        {KMS01: "kms_host", KMS02: "kms_host"},
        [],
    ),
    "one of several serves": (
        [published(KMS01), published(KMS02, "192.0.2.2"), ROGUE],
        [KMS01, KMS02],
        {KMS01: "kms_client"},
        [probed("192.0.2.2:1688")],
    ),
    "nothing to delete, and nobody serves": (
        [published(KMS01, "192.0.2.1")],
        [KMS01],
        {},
        [probed("192.0.2.1:1688", False)],
    ),
    "the second address answers": (
        [{**published(KMS01), "addresses": ["192.0.2.1", "2001:db8::1"]}, ROGUE],
        [KMS01],
        {},
        [probed("192.0.2.1:1688", False), probed("[2001:db8::1]:1688")],
    ),
}


@pytest.mark.parametrize(("records", "approved", "roles", "probes"), CLEAR.values(), ids=CLEAR)
def test_nothing_speaks_against_it(records, approved, roles, probes):
    hosts = {name: machine(role) for name, role in roles.items()}
    assert objections(records, approved, hosts, probes) == []


UNCLEAR = {
    "a typo": (
        [published("kms01.corp.example", approved=False), published(KMS02, "192.0.2.2")],
        ["kms1.corp.example", KMS02],
        {},
        [probed("192.0.2.2:1688"), probed("kms1.corp.example", False)],
        "kms1.corp.example is on the list of approved hosts, but no record names it.* Did you mean kms01.corp.example",
    ),
    "another domain": (
        [published("kms01.emea.example", approved=False), published(KMS02, "192.0.2.2")],
        [KMS01, KMS02],
        {},
        [probed("192.0.2.2:1688")],
        "Did you mean kms01.emea.example",
    ),
    "a machine that does not serve": (
        [published(KMS01)],
        [KMS01, KMS02],
        {KMS01: "kms_host", KMS02: "kms_client"},
        [],
        "kms02.corp.example is on the list.*Check its spelling, start it, or remove it from the list",
    ),
    "the only one left has another role": (
        [published(KMS01), ROGUE],
        [KMS01],
        {KMS01: "kms_client"},
        [],
        "In corp.example records would be deleted, and none of the approved hosts that would be left .kms01",
    ),
    "the only one left does not answer": (
        [published(KMS01, "192.0.2.1"), ROGUE],
        [KMS01],
        {},
        [probed("192.0.2.1:1688", False)],
        "was seen serving",
    ),
    "the one that serves is not published there": (
        [published(KMS01, "192.0.2.1"), published(KMS02, "192.0.2.2", "b.example"), {**ROGUE, "domain": "b.example"}],
        [KMS01, KMS02],
        {},
        [probed("192.0.2.1:1688"), probed("192.0.2.2:1688", False)],
        "In b.example records would be deleted",
    ),
}


@pytest.mark.parametrize(("records", "approved", "roles", "probes", "words"), UNCLEAR.values(), ids=UNCLEAR)
def test_what_speaks_against_a_change(records, approved, roles, probes, words):
    """Kind: a name that matches nothing; and a deletion after which nobody serves."""
    hosts = {name: machine(role) for name, role in roles.items()}
    (found,) = objections(records, approved, hosts, probes)
    assert re.search(words, found), found


def test_the_name_that_was_meant_is_named_once():
    records = [published(KMS01, "192.0.2.1", approved=False), published(KMS02, "192.0.2.2")]
    hosts = {"kms01": machine("kms_host", KMS01), KMS02: machine("kms_host")}
    (found,) = objections(records, ["kms1.corp.example", KMS02], hosts, [])
    assert "Did you mean kms01.corp.example?" in found


def test_without_a_probe_a_published_host_is_taken_at_its_word():
    records = [published(KMS01, "192.0.2.1"), ROGUE]
    assert objections(records, [KMS01], {}, [], False) == []
    assert objections(records, [KMS01], {KMS01: machine("kms_client")}, [], "false") != []
    (typo,) = objections(records, [KMS01, "kms09.corp.example"], {}, [], False)
    assert "no machine that was read is that KMS host" in typo


def test_what_is_to_be_published_counts_where_it_is_missing():
    elsewhere = [published(KMS01, "192.0.2.1"), {**ROGUE, "domain": "b.example"}]
    assert objections(elsewhere, [KMS01], {}, [probed("192.0.2.1:1688")], True, True) == []


def test_only_hosts_that_were_not_read_as_serving_are_asked():
    records = [published(KMS01, "192.0.2.1"), published(KMS02, "2001:db8::2"), ROGUE]
    hosts = {KMS01: machine("kms_host"), KMS02: machine("kms_client")}
    assert ask(records, [KMS01, KMS02, "kms03:1689"], hosts) == ["[2001:db8::2]:1688", "kms03:1689"]
    assert ask(records, KMS01) == ["192.0.2.1:1688"]


@pytest.mark.parametrize("approved", [[], "", ["kms01:x"]])
def test_a_list_of_approved_hosts_that_says_nothing(approved):
    with pytest.raises(AnsibleFilterError, match=r"is empty|kms01:x|names no host|is not a name"):
        objections([], approved)


# --- What an exception of the policy leaves alone ---------------------------------------------------------------------

_RECORDS = [
    {"target": "srv01.corp.example", "machine": "srv01"},
    {"target": "Old.corp.example", "machine": None},
    {"target": "rogue.corp.example", "machine": "rogue"},
]
_HOSTS = {"srv01": {"verdict": "excepted"}, "rogue": {"verdict": "kms_unapproved"}}


def _exception(**changes: Any) -> dict[str, Any]:
    return {"finding": "DNS-001", "owner": "Jane", "reason": "Because.", "until": "2999-12-31", **changes}


@pytest.mark.parametrize(
    ("hosts", "exceptions", "expected"),
    [
        ({}, [], []),
        (_HOSTS, [], ["srv01.corp.example"]),
        ({}, [_exception(host="old.corp.example")], ["Old.corp.example"]),
        ({}, json.dumps([_exception(host="old.corp.example")]), ["Old.corp.example"]),
        ({}, [_exception(host="old.corp.example", until="2020-01-01")], []),
        ({}, [_exception(finding="DNS-002", host="old.corp.example")], []),
        ({}, [_exception()], ["Old.corp.example", "rogue.corp.example", "srv01.corp.example"]),
    ],
)
def test_records_that_an_exception_leaves_alone(hosts: Any, exceptions: Any, expected: list[str]) -> None:
    left = FilterModule().filters()["kms_records_left_alone"]
    assert left(_RECORDS, hosts, exceptions) == expected


@pytest.mark.parametrize("exceptions", ["nonsense", [{}], [1]])
def test_exceptions_that_are_none_are_refused(exceptions: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="kms_records_left_alone"):
        FilterModule().filters()["kms_records_left_alone"](_RECORDS, {}, exceptions)
