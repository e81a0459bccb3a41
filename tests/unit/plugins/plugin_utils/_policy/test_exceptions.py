# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exceptions of a policy: what they cover is accepted until a day, no repair touches it, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._identity import MachineIdentity
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing import classify
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import KmsClientSettings
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import KeyType
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.finding import finding
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.judgement import judge
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.machine import Judgement, Machine
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.plan import ActionKind
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policies import Policies
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.repair import Wishes, plan_repair
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.verdict import REPAIRABLE, Verdict

from .._licensing.samples import product, snapshot

TODAY = date(2026, 11, 30)
GROUPS = {"all": ["kms01", "pc01", "pc02"], "lab": ["pc02"], "ungrouped": []}
WHY = {"owner": "Jane Doe", "reason": "The vendor supports no other key.", "until": "2026-12-31"}


def policies(*exceptions: dict[str, Any], **words: Any) -> Policies:
    given = [{**WHY, **one} for one in exceptions]
    return Policies.parse(Policy.parse(["kms01"]), {**words, "exceptions": given}, GROUPS, TODAY)


def machine(name: str, kind: KeyType, status: int = 1, follows: str | None = None) -> Machine:
    carried = replace(product(kind, "489J6", status), kms=KmsClientSettings(configured_host=follows))
    state = snapshot(carried)
    state = replace(state, service=replace(state.service, kms=carried.kms))
    return Machine(MachineIdentity(name), state, classify.primary_product(state.products), classify.role(state))


def judged(name: str, kind: KeyType, found: Policies) -> Judgement:
    return judge(machine(name, kind), found.of(name))


@pytest.mark.parametrize(
    "exception",
    [
        {"finding": "CLI-001", "host": "pc02"},
        {"finding": "CLI-001", "group": "lab"},
        {"verdict": "wrong_key_type", "host": "pc02"},
        {"finding": "CLI-001", "host": "pc02", "until": "2026-11-30"},
        {"finding": "CLI-001", "host": "pc02", "until": date(2026, 11, 30)},
    ],
)
def test_what_is_covered_is_accepted_and_left_alone(exception: dict[str, Any]) -> None:
    found = judged("pc02", KeyType.MAK, policies(exception))
    assert (found.verdict, found.verdict.compliant, found.advice) == (Verdict.EXCEPTED, True, "")
    assert "Accepted by Jane Doe until 2026-1" in found.reason
    assert found.findings[0].kind.id == "CLI-001"
    assert found.findings[0].exempt is not None
    everything = plan_repair(machine("pc02", KeyType.MAK), found, Wishes(frozenset(REPAIRABLE), served=True))
    assert not everything.changes
    assert "Jane Doe" in everything.actions[0].words


@pytest.mark.parametrize(
    "exception",
    [
        {"finding": "CLI-001", "host": "pc01"},
        {"finding": "CLI-002", "host": "pc02"},
        {"verdict": "kms_unapproved", "host": "pc02"},
        {"finding": "CLI-001", "host": "pc02", "until": "2026-11-29"},
    ],
)
def test_what_is_not_covered_stays_as_it_was(exception: dict[str, Any]) -> None:
    plain = judge(machine("pc02", KeyType.MAK), Policy.parse(["kms01"]))
    assert judged("pc02", KeyType.MAK, policies(exception)) == plain


def test_what_is_covered_in_part_is_wrong_and_for_people_to_mend() -> None:
    """Not activated, and set to a KMS host of its own, of which only that is accepted."""
    seen = machine("pc02", KeyType.GVLK, status=5, follows="rogue.corp.example")
    found = judge(seen, policies({"finding": "CLI-004", "host": "pc02"}).of("pc02"))
    assert found.verdict is Verdict.NOT_ACTIVATED
    assert {one.kind.id: one.exempt is not None for one in found.findings} == {"CLI-002": False, "CLI-004": True}
    plan = plan_repair(seen, found, Wishes(frozenset(REPAIRABLE), served=True))
    assert not plan.changes
    assert plan.has(ActionKind.ASK)
    assert "Activate it" in found.advice


def test_an_exception_that_has_ended_is_a_finding() -> None:
    found = policies(
        {"finding": "CLI-001", "host": "pc02", "until": "2026-11-29"}, {"finding": "CLI-001", "group": "lab"}
    )
    assert [(one.kind.id, one.evidence["subject"]) for one in found.ended] == [
        ("POL-001", "exception for CLI-001 of host pc02")
    ]
    assert "Jane Doe answered for it" in found.ended[0].reason


def test_findings_about_no_machine_are_accepted_too() -> None:
    found = policies({"finding": "KEY-002"}, {"finding": "DNS-006", "host": "old.corp.example"})
    given = (
        finding("KEY-002", "Because."),
        finding("DNS-006", "Because.", target="old.corp.example"),
        finding("DNS-006", "Because.", target="new.corp.example"),
        finding("KEY-001", "Because."),
    )
    assert [one.exempt is not None for one in found.of_all(given)] == [True, True, False, False]


@pytest.mark.parametrize("written", ["old.corp.example", "OLD.corp.example", "old.corp.example."])
def test_an_exception_for_a_record_means_its_name_however_it_is_written(written: str) -> None:
    found = policies({"finding": "DNS-001", "host": written})
    given = (finding("DNS-001", "Because.", target="Old.corp.example"), finding("DNS-001", "Because.", target="new.x"))
    assert [one.exempt is not None for one in found.of_all(given)] == [True, False]


def test_that_a_machine_cannot_be_read_is_accepted() -> None:
    found = policies({"finding": "AUD-001", "host": "pc01"})
    accepted = found.accepts_unread("pc01")
    assert accepted is not None
    assert accepted.owner == "Jane Doe"
    assert found.accepts_unread("pc02") is None


@pytest.mark.parametrize(
    ("exception", "words"),
    [
        (
            {"finding": "CLI-999", "host": "pc01"},
            r"exceptions\[0\].finding: there is no finding CLI-999; did you mean CLI-",
        ),
        ({"finding": "nonsense", "host": "pc01"}, r"exceptions\[0\].finding: 'nonsense' is not valid here"),
        ({"verdict": "wrong_keytype", "host": "pc01"}, r"did you mean wrong_key_type\?"),
        ({"verdict": "kms_client_ok", "host": "pc01"}, "kms_client_ok is not a verdict that can be excepted"),
        ({"finding": "CLI-001", "host": "pc1"}, r"the inventory has no host pc1. Did you mean pc01\?"),
        ({"finding": "CLI-001", "group": "labs"}, r"the inventory has no group labs. Did you mean lab\?"),
        ({"finding": "CLI-001"}, "give one of host and group"),
        ({"finding": "CLI-001", "host": "pc01", "group": "lab"}, "give one of host and group"),
        ({"finding": "CLI-001", "verdict": "no_key", "host": "pc01"}, "give one of finding and verdict"),
        ({"host": "pc01"}, "give one of finding and verdict"),
        ({"finding": "KEY-001", "host": "pc01"}, "KEY-001 is about no single machine"),
        ({"finding": "DNS-006", "group": "lab"}, "DNS-006 is about a record in DNS"),
        ({"finding": "CLI-001", "host": "pc01", "until": "31.12.2026"}, "'31.12.2026' is not a date"),
        ({"finding": "CLI-001", "host": "pc01", "until": "2026-13-01"}, "'2026-13-01' is not a date"),
        ({"finding": "CLI-001", "host": "pc01", "owner": " "}, r"exceptions\[0\].owner: it is empty"),
        (
            {"finding": "CLI-001", "host": "pc01", "untill": "2026-12-31"},
            r"untill: there is no such key; did you mean until\?",
        ),
    ],
)
def test_an_exception_of_what_there_is_not_is_an_error(exception: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        policies(exception)


@pytest.mark.parametrize("missing", ["owner", "reason", "until"])
def test_nobody_has_to_guess_who_why_and_until_when(missing: str) -> None:
    one = {name: value for name, value in {**WHY, "finding": "CLI-001", "host": "pc01"}.items() if name != missing}
    with pytest.raises(ValueError, match=rf"exceptions\[0\]: {missing} is missing"):
        Policies.parse(Policy.parse([]), {"exceptions": [one]}, GROUPS, TODAY)


# --- What differs by group --------------------------------------------------------------------------------------------


def test_the_last_group_that_a_machine_is_in_counts() -> None:
    words = {"all": {"accepted_key_types": ["MAK"], "minimum_days": 3}, "lab": {"accepted_key_types": ["RETAIL"]}}
    found = policies(by_group=words)
    assert judged("pc01", KeyType.MAK, found).verdict is Verdict.ACCEPTED_KEY_OK
    assert judged("pc02", KeyType.MAK, found).verdict is Verdict.WRONG_KEY_TYPE
    assert judged("pc02", KeyType.RETAIL, found).verdict is Verdict.ACCEPTED_KEY_OK
    assert found.of("pc02").minimum_days == 3


def test_a_group_has_its_way_of_activation_and_its_settings() -> None:
    words = {"lab": {"activation": "adba", "kms_client_settings": {"lookup_domain": "lab.example"}}}
    found = policies(by_group=words)
    assert found.of("pc02").asks_for_domains
    assert not found.of("pc01").asks_for_domains
    assert found.wants_directory
    settings = found.of("pc02").client_settings
    assert settings is not None
    assert settings.lookup_domain == "lab.example"
    assert found.of("pc01").client_settings is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"labs": {}}, r"by_group.labs: the inventory has no group labs. Did you mean lab\?"),
        (
            {"lab": {"activatoin": "kms"}},
            r"by_group.lab.activatoin: there is no such key; did you mean activation\?",
        ),
        (
            {"lab": {"activation": "ad"}},
            r"by_group.lab.activation: 'ad' is not one of the choices; did you mean adba\?",
        ),
        ({"lab": {"accepted_key_types": ["GLVK"]}}, r"accepted_key_types\[0\]: 'GLVK' .*did you mean GVLK\?"),
        ({"lab": {"minimum_days": -1}}, "minimum_days: it must be 0 or more, not -1"),
        ({"lab": {"kms_client_settings": {"host": "a b"}}}, "by_group.lab.kms_client_settings: "),
        ({"lab": "kms"}, "by_group.lab: it must be a mapping of keys to values, not 'kms'"),
    ],
)
def test_what_a_group_cannot_say_is_an_error(words: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        policies(by_group=words)


def test_a_group_cannot_want_kms_hosts_where_there_are_none() -> None:
    with pytest.raises(ValueError, match=r"by_group.lab.activation: kms requires KMS hosts"):
        Policies.parse(Policy.parse([]), {"by_group": {"lab": {"activation": "kms"}}}, GROUPS, TODAY)


def test_kms_hosts_of_another_cloud_are_left_alone() -> None:
    seen = machine("pc01", KeyType.GVLK, follows="kms.cloud.example")
    assert judge(seen, Policy.parse(["kms01"])).verdict is Verdict.WRONG_KMS_HOST
    found = judge(seen, Policy.parse(["kms01"], cloud_hosts=["kms.cloud.example:1688"]))
    assert (found.verdict, [one.kind.id for one in found.findings]) == (Verdict.LEFT_ALONE, ["CLI-010"])
