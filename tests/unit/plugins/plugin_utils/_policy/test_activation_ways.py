# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KMS, Active Directory, both or neither: every finding, of a machine and of a fleet, has a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._identity import MachineIdentity
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing import classify
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import (
    DirectoryActivation,
    KmsClientSettings,
    OperatingSystem,
    Product,
    Snapshot,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import (
    WINDOWS_APPLICATION_ID,
    KeyType,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy import fleet_activation
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.activation_objects import ActivationObjects
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.fleet import objections
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.judgement import judge
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.machine import Judgement, Machine
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policies import Policies
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.repair import Wishes, plan_repair
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.verdict import Verdict

from .._licensing.samples import product, snapshot

KMS01 = "kms01.corp.example"
CONTAINER = "CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example"
MEMBER = OperatingSystem(
    "Microsoft Windows Server 2022 Standard", "10.0.20348", 20348, 7, 3, edition_id="ServerStandard",
    domain_member=True, domain="corp.example",
)  # fmt: skip
WORKGROUP = replace(MEMBER, domain_member=False, domain=None)
UNASKED = replace(MEMBER, domain_member=None, domain=None)
WINDOWS_7 = OperatingSystem("Microsoft Windows 7 Enterprise", "6.1.7601", 7601, 4, 1, domain_member=True)
HALF_A_YEAR = 250_000


def ao(name: str = "Corp AO", key: str = "MFDHG", **more: Any) -> dict[str, Any]:
    return {"dn": f"CN={name},{CONTAINER}", "name": name, "partial_product_key": key, "writable_by": [], **more}


def forest(*objects: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"present": True, "forest": "corp.example", "objects": list(objects), "container_writable_by": [], **more}


OFFICE = ao("Office AO", "BCHFY", product="Office LTSC 2021")


def policy(way: str | None, objects: Mapping[str, Any] | None = None, accepted: tuple[str, ...] = ("GVLK",)) -> Policy:
    approved = [] if way in ("adba", "none") else [KMS01]
    return Policy.parse(approved, accepted, activation=way, objects=objects)


def client(allowed: int = 0, used: int | None = 0, dn: str | None = None, **more: Any) -> Product:
    settings = KmsClientSettings(activation_type=allowed, activation_type_used=used)
    directory = DirectoryActivation("Corp AO", dn) if dn else None
    return replace(product(grace_minutes=HALF_A_YEAR), kms=settings, directory=directory, **more)


BY_AD = client(used=1, dn=f"CN=Corp AO,{CONTAINER}")
BY_KMS = client(used=2)


def host(last_five: str) -> Product:
    return product(KeyType.CSVLK, last_five, host=True)


def state(found: Product, system: OperatingSystem = MEMBER) -> Snapshot:
    return replace(snapshot(found), os=system)


def judged(found: Snapshot, wanted: Policy, name: str = "pc1.corp.example") -> Judgement:
    primary = classify.primary_product(found.products)
    return judge(Machine(MachineIdentity(name), found, primary, classify.role(found)), wanted)


def ids(judgement: Judgement) -> list[str]:
    return [one.kind.id for one in judgement.findings]


# --- One machine ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "system", "way", "objects", "verdict", "expected"),
    [
        # As it should be.
        (BY_AD, MEMBER, "adba", forest(ao()), "kms_client_ok", []),
        (BY_AD, MEMBER, "both", forest(ao()), "kms_client_ok", []),
        (BY_KMS, MEMBER, "both", forest(ao()), "kms_client_ok", []),
        (BY_KMS, MEMBER, "kms", None, "kms_client_ok", []),
        (BY_AD, MEMBER, None, None, "kms_client_ok", []),
        # Limited to a way that cannot work.
        (client(allowed=1), WORKGROUP, None, None, "wrong_activation_type", ["ADB-003"]),
        (client(allowed=1), WORKGROUP, "both", forest(ao()), "wrong_activation_type", ["ADB-003"]),
        (client(allowed=1), MEMBER, "both", forest(), "wrong_activation_type", ["ADB-003"]),
        (client(allowed=1), MEMBER, "both", forest(OFFICE), "wrong_activation_type", ["ADB-003"]),
        (client(allowed=1), MEMBER, "kms", None, "wrong_activation_type", ["ADB-003"]),
        (client(allowed=2), MEMBER, "adba", forest(ao()), "wrong_activation_type", ["ADB-003"]),
        # Limited, and it works.
        (client(allowed=1), MEMBER, "adba", forest(ao()), "kms_client_ok", []),
        (client(allowed=1), UNASKED, None, None, "kms_client_ok", []),
        (client(allowed=2), MEMBER, "kms", None, "kms_client_ok", []),
        (client(allowed=2), MEMBER, "kms", forest(ao()), "kms_client_ok", []),
        (client(allowed=2), MEMBER, "both", forest(ao()), "kms_client_ok", ["ADB-007"]),
        (client(allowed=2), UNASKED, None, forest(ao()), "kms_client_ok", ["ADB-007"]),
        (client(allowed=2), WORKGROUP, "both", forest(ao()), "kms_client_ok", []),
        (client(allowed=2), MEMBER, "both", forest(OFFICE), "kms_client_ok", []),
        # Activated by an object that is gone; by one that is written in another way; by one of another forest.
        (BY_AD, MEMBER, "adba", forest(ao("New AO")), "kms_client_ok", ["ADB-004"]),
        (BY_AD, MEMBER, None, forest(ao("New AO")), "kms_client_ok", ["ADB-004"]),
        (client(used=1, dn=f"cn=corp ao, {CONTAINER.lower()}"), MEMBER, "adba", forest(ao()), "kms_client_ok", []),
        (client(used=1, dn="CN=x,DC=other,DC=example"), MEMBER, "adba", forest(ao()), "kms_client_ok", []),
        (client(used=2, dn=f"CN=gone,{CONTAINER}"), MEMBER, "both", forest(ao()), "kms_client_ok", []),
        # In a way that the policy does not name.
        (BY_KMS, MEMBER, "adba", forest(ao()), "kms_client_ok", ["ADB-008"]),
        (BY_AD, MEMBER, "kms", forest(ao()), "kms_client_ok", ["ADB-008"]),
        (BY_KMS, MEMBER, "none", None, "kms_client_ok", ["ADB-008"]),
        # Where Active Directory cannot.
        (BY_KMS, WORKGROUP, "adba", forest(ao()), "kms_client_ok", ["ADB-009"]),
        (product(grace_minutes=HALF_A_YEAR), WINDOWS_7, "adba", forest(ao()), "kms_client_ok", ["ADB-009"]),
        # Retail media.
        (product(KeyType.RETAIL, "8HVX7"), MEMBER, "both", forest(ao()), "wrong_key_type", ["CLI-001", "ADB-010"]),
        (product(KeyType.RETAIL, "8HVX7"), WORKGROUP, "both", forest(ao()), "wrong_key_type", ["CLI-001"]),
        (product(KeyType.RETAIL, "8HVX7"), MEMBER, "both", forest(), "wrong_key_type", ["CLI-001"]),
        # The key of the object, and another one.
        (host("MFDHG"), MEMBER, "both", forest(ao()), "kms_unapproved", ["KMS-001", "ADB-002"]),
        (host("mfdhg"), MEMBER, None, forest(ao()), "kms_unapproved", ["KMS-001", "ADB-002"]),
        (host("PYWKV"), MEMBER, "adba", forest(ao()), "kms_unapproved", ["KMS-001"]),
    ],
)  # fmt: skip
def test_findings_of_a_machine(
    found: Product,
    system: OperatingSystem,
    way: str | None,
    objects: Mapping[str, Any] | None,
    verdict: str,
    expected: list[str],
) -> None:
    judgement = judged(state(found, system), policy(way, objects))
    assert (judgement.verdict.value, ids(judgement)) == (verdict, expected)
    assert all(one.reason and one.remedy for one in judgement.findings)


def test_the_key_of_an_object_belongs_on_an_approved_host() -> None:
    judgement = judged(state(host("MFDHG")), policy("both", forest(ao())), KMS01)
    assert (judgement.verdict.value, ids(judgement)) == ("kms_host_ok", [])


def test_a_limit_is_lifted_for_the_machine_and_for_the_license() -> None:
    judgement = judged(state(client(allowed=1), WORKGROUP), policy("both", forest(ao())))
    settings = [action.settings for action in judgement.plan.actions]
    assert [(one.product, one.activation_type) for one in settings if one] == [("general", "all"), ("windows", "all")]
    assert "it is not in a domain" in judgement.reason


def test_a_limit_is_lifted_before_a_license_is_activated() -> None:
    found = replace(client(allowed=2), license_status_code=5)
    judgement = judged(state(found), policy("adba", forest(ao())))
    assert judgement.verdict is Verdict.NOT_ACTIVATED
    assert ids(judgement) == ["CLI-002", "ADB-003"]
    assert [one.kind.value for one in judgement.plan.actions] == ["client_settings", "client_settings", "activate"]


def test_the_advice_says_that_active_directory_activates_it_then() -> None:
    rogue = state(host("PYWKV"))
    assert "Active Directory activates it then (Corp AO)." in judged(rogue, policy("both", forest(ao()))).advice
    for way, objects, system in (
        ("kms", forest(ao()), MEMBER),
        ("both", forest(), MEMBER),
        ("both", forest(ao()), UNASKED),
    ):
        assert "Active Directory" not in judged(replace(rogue, os=system), policy(way, objects)).advice


def test_a_license_is_not_given_up_where_nothing_could_activate_the_machine() -> None:
    mak = product(KeyType.MAK, "4C6R8")
    wishes = Wishes(frozenset({Verdict.WRONG_KEY_TYPE}), served=True)
    for system, actions in ((WORKGROUP, ["ask"]), (MEMBER, ["install_key", "restart_service", "activate"])):
        found = state(mak, system)
        judgement = judged(found, policy("adba", forest(ao())))
        machine = Machine(MachineIdentity("pc1"), found, found.products[0], classify.role(found))
        assert [one.kind.value for one in plan_repair(machine, judgement, wishes).actions] == actions


# --- The policy -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("approved", "way", "said"),
    [
        ([KMS01], "adba", "activation=adba rules out KMS hosts, but approved_kms_hosts names kms01.corp.example"),
        ([KMS01], "none", "activation=none rules out KMS hosts"),
        ([], "kms", "activation=kms requires KMS hosts, but approved_kms_hosts names none"),
        ([], "both", "activation=both requires KMS hosts"),
    ],
)
def test_a_policy_that_contradicts_itself(approved: list[str], way: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Policy.parse(approved, activation=way)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"objects": []},
        {"present": True},
        {"objects": [{}], "present": True},
        {"failed": True, "objects": [], "present": True},
    ],
)
def test_what_is_no_result_of_adba_info(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="activation_objects"):
        Policy.parse([KMS01], objects=given)


@pytest.mark.parametrize(
    ("way", "asks"), [(None, False), ("kms", False), ("none", False), ("adba", True), ("both", True)]
)
def test_every_machine_is_asked_for_its_domain_where_that_counts(way: str | None, asks: bool) -> None:
    assert policy(way).asks_for_name("pc1.corp.example", None)(MEMBER) is asks


# --- The fleet --------------------------------------------------------------------------------------------------------


def machine(build: int = 20348, method: str = "ad", keys: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    products = [{"key_type": "CSVLK", "partial_product_key": key} for key in keys]
    return {
        "os": {"build": build, "product_type": 3, "caption": f"Windows {build}", "domain_member": True, **more},
        "license": {"key_type": "CSVLK" if keys else "GVLK", "license_status": "licensed", "activation_method": method},
        "products": products,
    }


def carriers(count: int) -> dict[str, Any]:
    return {f"pc{number}": machine(keys=("MFDHG", "MFDHG")) for number in range(count)}


@pytest.mark.parametrize(
    ("hosts", "way", "objects", "published", "expected"),
    [
        ({"a": machine()}, "adba", forest(ao()), [], []),
        # A release that no object activates; what proves nothing.
        ({"old": machine(14393), "new": machine(method="kms")}, "both", forest(ao()), [], ["ADB-001"]),
        ({"old": machine(14393), "new": machine(method="kms"), "more": machine()}, "both", forest(ao()), [], []),
        ({"old": machine(14393), "new": machine(method="kms", domain_member=False)}, "both", forest(ao()), [], []),
        ({"old": machine(14393), "new": machine(method="kms", product_type=1)}, "both", forest(ao()), [], []),
        ({"old": machine(14393, "kms"), "new": machine()}, "both", forest(ao()), [], []),
        ({"old": machine(7601, "kms"), "new": machine()}, "both", forest(ao()), [], []),
        ({"a": machine(method="kms")}, "both", forest(ao()), [], []),
        # Two objects of one key; of two.
        ({}, "both", forest(ao("one"), ao("two")), [], ["ADB-005"]),
        ({}, "both", forest(ao("one"), ao("two", "PYWKV")), [], []),
        # Others may write.
        ({}, "both", forest(ao(writable_by=[{"trustee": "CORP\\clerk"}])), [], ["ADB-006"]),
        ({}, "both", forest(ao(), container_writable_by=[{"trustee": "CORP\\clerk"}]), [], ["ADB-006"]),
        ({}, "both", forest(ao(writable_by=None), container_writable_by=None), [], []),
        # None for Windows although the policy wants one.
        ({}, "adba", forest(), [], ["ADB-011"]),
        ({}, "both", forest(OFFICE), [], ["ADB-011"]),
        ({}, None, forest(), [], []),
        # Six computers to a host key, an object being one.
        (carriers(4), None, None, [], []),
        (carriers(5), None, None, [], ["KEY-002"]),
        (carriers(4), "both", forest(ao()), [], ["KEY-002"]),
        (carriers(5), "both", forest(ao()), [], ["KEY-001"]),
        (carriers(4), "both", forest(ao("one"), ao("two")), [], ["KEY-001", "ADB-005"]),
        (carriers(6), None, None, [], ["KEY-001"]),
        (carriers(4), "both", forest(ao("x", "PYWKV")), [], []),
        # Records where there is to be no KMS host.
        ({}, "adba", forest(ao()), ["pc9.corp.example"], ["DNS-006"]),
        ({}, "none", None, ["pc9.corp.example"], ["DNS-006"]),
        ({}, "both", forest(ao()), ["pc9.corp.example"], []),
        # One that was not read counts for nothing.
        ({"a": {"unreachable": True, "msg": "no answer"}}, "adba", forest(ao()), [], []),
    ],
)
def test_findings_of_a_fleet(
    hosts: dict[str, Any], way: str | None, objects: Any, published: list[str], expected: list[str]
) -> None:
    members = list(fleet_activation.members_of(hosts))
    found = fleet_activation.findings(members, Policies(policy(way, objects)), published)
    assert [one.kind.id for one in found] == expected
    assert all(one.reason and one.remedy and one.evidence is not None for one in found)


@pytest.mark.parametrize(
    ("way", "objects", "stands_in"),
    [
        ("adba", forest(ao()), True),
        ("adba", forest(OFFICE, ao()), True),
        ("adba", forest(OFFICE), False),
        ("adba", forest(), False),
        ("adba", None, False),
        ("both", forest(ao()), False),
        (None, forest(ao()), False),
    ],
)
def test_an_object_takes_the_place_of_kms_hosts(way: str | None, objects: Any, stands_in: bool) -> None:
    wanted = policy(way, objects)
    assert fleet_activation.stands_in(wanted) is stands_in
    assert (objections({}, [], by_directory=fleet_activation.stands_in(wanted)) == []) is stands_in


def test_a_key_is_told_by_its_last_five_and_else_by_its_product_id() -> None:
    pid = "06401-02206-123-456789-03-1033-20348.0000-0012026"
    objects = ActivationObjects.parse(forest(ao(key="", csvlk_pid=pid)))
    carried = product(KeyType.CSVLK, "MFDHG")
    assert objects.of_product(replace(carried, product_key_id=pid)) is not None
    assert objects.of_product(replace(carried, product_key_id="other")) is None
    assert objects.of_product(carried) is None


def _by_host(approved: list[str], activation: str | None, ways: dict[str, Any], **groups: Any) -> Policies:
    whole = Policy.parse(approved, activation=activation)
    words = {"activation_by_host": ways, "by_group": groups}
    return Policies.parse(whole, words, {"all": ["pc1", "pc2", "pc3"], "members": ["pc1", "pc3"]}, date(2026, 11, 30))


def test_one_machine_may_be_activated_in_another_way_than_the_rest() -> None:
    mixed = _by_host([KMS01], "both", {"pc1": "adba", "pc2": "none"})
    assert [mixed.of(name).activation for name in ("pc1", "pc2", "pc3")] == ["adba", "none", "both"]
    assert mixed.of("pc1").asks_for_domains
    one = _by_host([KMS01], "kms", {"pc1": "adba"})
    assert (one.of("pc1").asks_for_domains, one.of("pc2").asks_for_domains, one.wants_directory) == (True, False, True)
    assert not _by_host([KMS01], "kms", {"pc1": "none"}).wants_directory


def test_what_is_said_of_a_machine_counts_more_than_what_is_said_of_its_group() -> None:
    mixed = _by_host([KMS01], "kms", {"pc1": "both"}, members={"activation": "adba", "minimum_days": 3})
    assert [mixed.of(name).activation for name in ("pc1", "pc2", "pc3")] == ["both", "kms", "adba"]
    assert [mixed.of(name).minimum_days for name in ("pc1", "pc2", "pc3")] == [3, 14, 3]


def test_a_machine_is_judged_by_its_own_way() -> None:
    settings = KmsClientSettings(discovered_host=KMS01, activation_type_used=2)
    client = replace(product(KeyType.GVLK, "VDYBN"), kms=settings, grace_minutes=HALF_A_YEAR)
    found = snapshot(client, os=MEMBER)
    machine = Machine(MachineIdentity("pc1"), found, client, classify.role(found))
    for ways, expected in (({}, []), ({"pc2": "adba"}, []), ({"pc1": "adba"}, ["ADB-008"])):
        judged = judge(machine, _by_host([KMS01], "both", ways).of("pc1"))
        assert [one.kind.id for one in judged.findings if one.kind.id.startswith("ADB")] == expected


@pytest.mark.parametrize(
    ("approved", "ways", "words"),
    [
        ([KMS01], {"pc1": "ad"}, ".pc1: 'ad' is not one of the choices; did you mean adba?"),
        ([], {"pc1": "kms"}, ".pc1: kms requires KMS hosts, but approved_kms_hosts names none."),
        ([], {"pc1": "both"}, ".pc1: both requires KMS hosts"),
        ([KMS01], {"pc1": None}, ".pc1: nothing is not one of the choices"),
        ([KMS01], {"pc4": "adba"}, ".pc4: the inventory has no host pc4."),
    ],
)
def test_a_way_that_cannot_be(approved: list[str], ways: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match="activation_by_host") as caught:
        _by_host(approved, None, ways)
    assert words in str(caught.value)


# --- What the keys of the KMS hosts are for ---------------------------------------------------------------------------


def _kms_host(word: str, build: int = 20348) -> dict[str, Any]:
    return {
        "os": {"caption": "Windows Server", "build": build, "product_type": 3},
        "license": {"key_type": "CSVLK", "license_status": "licensed"},
        "verdict": "kms_host_ok",
        "approved_kms_host": True,
        "products": [
            {
                "key_type": "CSVLK",
                "application_id": WINDOWS_APPLICATION_ID,
                "description": f"Windows(R) Operating System, {word} channel",
                "partial_product_key": "AAAAA",
            }
        ],
    }


def _member(build: int, product_type: int = 3, by: str = "kms") -> dict[str, Any]:
    return {
        "os": {"caption": f"Windows {build}", "build": build, "product_type": product_type},
        "license": {"key_type": "GVLK", "license_status": "licensed", "activation_method": by},
    }


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ({"kms01": _kms_host("VOLUME_KMS_WS19"), "new": _member(26100)}, {26100: ["new"]}),
        ({"kms01": _kms_host("VOLUME_KMS_WS19"), "old": _member(9600)}, {}),
        ({"kms01": _kms_host("VOLUME_KMS_WS25"), "new": _member(26100)}, {}),
        # Of Windows 11 the texts on the key do not speak.
        ({"kms01": _kms_host("VOLUME_KMS_WS19"), "win11": _member(22631, 1)}, {}),
        ({"kms01": _kms_host("VOLUME_KMS_WS19"), "new": _member(26100, by="ad")}, {}),
        ({"kms01": _kms_host("VOLUME_KMS_NEW"), "new": _member(26100)}, {}),
        ({"new": _member(26100)}, {}),
    ],
)
def test_releases_that_no_approved_host_activates(hosts: dict[str, Any], expected: dict[int, list[str]]) -> None:
    members = list(fleet_activation.members_of(hosts))
    found = fleet_activation.findings(members, Policies(Policy.parse(["kms01"])))
    assert {one.evidence["build"]: one.evidence["machines"] for one in found if one.kind.id == "KMS-007"} == expected


def test_nothing_is_said_of_releases_while_an_approved_host_was_not_seen() -> None:
    members = list(fleet_activation.members_of({"kms01": _kms_host("VOLUME_KMS_WS19"), "new": _member(26100)}))
    assert not fleet_activation.findings(members, Policies(Policy.parse(["kms01", "kms02"])))


@pytest.mark.parametrize(
    ("group", "ids"), [("Group C (Server 2008 R2)", []), ("Windows Server 2022", ["KMS-013"]), (None, [])]
)
def test_the_host_key_is_of_the_group_that_was_decided(group: str | None, ids: list[str]) -> None:
    carried = product(KeyType.CSVLK, "DN3SH", host=True)
    state = snapshot(carried, service_serves=True)
    seen = Machine(MachineIdentity("kms01"), state, carried, classify.role(state))
    wanted = Policy.parse(["kms01"], key_groups={"kms01": group} if group else None)
    found = judge(seen, wanted)
    assert found.verdict is Verdict.KMS_HOST_OK
    assert [one.kind.id for one in found.findings] == ids
