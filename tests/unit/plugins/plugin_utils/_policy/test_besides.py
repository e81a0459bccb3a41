# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings that leave the verdict as it is: the clock, Office, and Extended Security Updates; where each begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._identity import MachineIdentity
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing import classify
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.extended_updates import is_one, year_of
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import (
    KmsClientSettings,
    KmsHostState,
    OperatingSystem,
    Product,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import (
    OFFICE_APPLICATION_ID,
    KeyType,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.judgement import judge
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.machine import Judgement, Machine
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policies import Policies
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.verdict import Verdict

from .._licensing.samples import product, snapshot

NOW = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
WINDOWS_10 = OperatingSystem("Microsoft Windows 10 Pro", "10.0.19045", 19045, 48, 1, edition_id="Professional")
POLICY = Policy.parse(["kms01.corp.example"])
HALF_A_YEAR = 250_000
WINDOWS = product(grace_minutes=HALF_A_YEAR)
YEAR_1, YEAR_2, YEAR_3 = (
    "f520e45e-7413-4a34-a497-d2765967d094",
    "1043add5-23b1-4afb-9a0f-64343c8f3f8d",
    "83d49986-add3-41d7-ba33-87c7bfb5c0fb",
)


def judged(*besides: Product, clock: datetime | None = NOW, now: datetime | None = NOW, **known: Any) -> Judgement:
    state = snapshot(WINDOWS, *besides, os=replace(WINDOWS_10, local_time=clock))
    primary = classify.primary_product(state.products)
    machine = Machine(MachineIdentity("pc1"), state, primary, classify.role(state), now)
    return judge(machine, known.get("policy", POLICY))


def found(*besides: Product, **known: Any) -> list[str]:
    judgement = judged(*besides, **known)
    assert judgement.verdict is Verdict.KMS_CLIENT_OK
    return [one.kind.id for one in judgement.findings]


# --- The clock --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(), []),
        (timedelta(hours=1), []),
        (timedelta(hours=-1), []),
        (timedelta(hours=1, seconds=1), ["CLI-014"]),
        (timedelta(minutes=-90), ["CLI-014"]),
        (timedelta(hours=4), ["CLI-014"]),
        (timedelta(hours=4, seconds=1), ["CLI-007"]),
        (timedelta(days=-400), ["CLI-007"]),
    ],
)
def test_from_when_on_a_clock_is_wrong(ahead: timedelta, expected: list[str]) -> None:
    assert found(clock=NOW + ahead) == expected


@pytest.mark.parametrize(("clock", "now"), [(None, NOW), (NOW - timedelta(days=1), None)])
def test_nothing_is_said_of_a_clock_that_cannot_be_compared(clock: datetime | None, now: datetime | None) -> None:
    assert found(clock=clock, now=now) == []


def test_clocks_in_other_time_zones_agree() -> None:
    assert found(clock=NOW.astimezone(timezone(timedelta(hours=9)))) == []


@pytest.mark.parametrize(
    ("ahead", "words"),
    [(timedelta(hours=6), "6.0 h ahead of"), (timedelta(minutes=-90), "90 min behind")],
)
def test_which_way_it_is_wrong(ahead: timedelta, words: str) -> None:
    (one,) = judged(clock=NOW + ahead).findings
    assert words in one.reason
    assert one.evidence["clock_offset_seconds"] == ahead.total_seconds()


# --- Office -----------------------------------------------------------------------------------------------------------


def office(kind: KeyType = KeyType.GVLK, status: int = 1, minutes: int = HALF_A_YEAR, **kms: Any) -> Product:
    made = product(
        kind,
        "WFG99",
        status,
        activation_id="d450596f-894d-49e0-966a-fd39ed4c4c64",
        application_id=OFFICE_APPLICATION_ID,
        name="Office 16, Office16ProPlusVL_KMS_Client edition",
        grace_minutes=minutes,
    )
    return replace(made, kms=KmsClientSettings(**kms))


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        pytest.param(office(), [], id="as it should be"),
        pytest.param(office(status=5), ["OFF-001"], id="not activated"),
        pytest.param(office(KeyType.MAK, status=2), ["OFF-001"], id="MAK not activated"),
        pytest.param(office(KeyType.MAK), [], id="MAK"),
        pytest.param(office(KeyType.RETAIL, status=5), [], id="a trial that nobody uses"),
        pytest.param(office(KeyType.SUBSCRIPTION, status=5), [], id="a subscription"),
        pytest.param(office(minutes=14 * 1440), [], id="two weeks left"),
        pytest.param(office(minutes=14 * 1440 - 1), ["OFF-002"], id="not two weeks left"),
        pytest.param(office(configured_host="kms01.corp.example"), [], id="approved host"),
        pytest.param(office(configured_host="old.corp.example"), ["OFF-003"], id="other host"),
        pytest.param(office(discovered_host="old.corp.example"), ["OFF-004"], id="found another"),
        pytest.param(
            office(configured_host="kms01.corp.example", discovered_host="old.corp.example"), [], id="found it before"
        ),
        pytest.param(office(configured_host="azkms.core.windows.net"), [], id="a cloud's"),
        pytest.param(office(discovered_host="old.corp.example", activation_type_used=1), [], id="by the directory"),
        pytest.param(office(status=5, configured_host="old.corp.example"), ["OFF-001", "OFF-003"], id="both"),
    ],
)
def test_a_license_of_office(one: Product, expected: list[str]) -> None:
    assert found(one) == expected


def test_with_several_products_of_office_each_is_named() -> None:
    visio = replace(office(status=5), name="Office 16, Office16VisioProVL_KMS_Client edition")
    reasons = [one.reason for one in judged(office(status=5), visio).findings]
    assert ["ProPlus" in reasons[0], "VisioPro" in reasons[1]] == [True, True]


def test_where_no_kms_host_is_approved_office_follows_none_that_is_wrong() -> None:
    assert found(office(discovered_host="old.corp.example"), policy=Policy.parse([])) == []


# --- Extended Security Updates ----------------------------------------------------------------------------------------


def extended(identifier: str, status: int = 1, name: str = "Windows(R), Client-ESU add-on") -> Product:
    return product(KeyType.MAK, "ABCDE", status, activation_id=identifier, name=name, is_addon=True)


@pytest.mark.parametrize(
    ("licenses", "day", "expected"),
    [
        ([(YEAR_1, 1)], "2026-10-13", []),
        ([(YEAR_1, 1)], "2026-10-14", ["ESU-001"]),
        ([(YEAR_1, 0)], "2026-10-01", ["ESU-001"]),
        ([(YEAR_1, 1), (YEAR_2, 1)], "2026-11-30", []),
        ([(YEAR_1, 1), (YEAR_2, 0)], "2026-11-30", ["ESU-001"]),
        ([(YEAR_1, 1), (YEAR_2, 0)], "2026-10-01", []),
        ([(YEAR_3, 1)], "2028-10-11", ["ESU-001"]),
        ([], "2028-10-11", []),
    ],
)
def test_extended_updates(licenses: list[tuple[str, int]], day: str, expected: list[str]) -> None:
    moment = datetime.combine(date.fromisoformat(day), datetime.min.time(), timezone.utc)
    assert found(*(extended(*one) for one in licenses), clock=moment, now=moment) == expected


@pytest.mark.parametrize(
    ("name", "build", "number"),
    [
        ("Windows(R), Server-ESU-Year3 add-on for ServerStandard", 9600, 3),
        ("Windows(R), Server-ESU-Year3 add-on for ServerStandard", 7601, None),
        ("Windows(R), ServerStandard edition", 9600, None),
    ],
)
def test_a_year_by_its_name(name: str, build: int, number: int | None) -> None:
    one = extended("aaaaaaaa-0000-0000-0000-000000000000", name=name)
    year = year_of(one, build)
    assert (year.number if year else None) == number
    assert is_one(one) is ("ESU" in name)


# --- Publishing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("publishing", "prevented", "name", "expected"),
    [
        (True, True, "pc1", ["CLI-012"]),
        (False, True, "pc1", []),
        (None, True, "pc1", []),
        (True, False, "pc1", []),
        (True, True, "kms01.corp.example", []),
    ],
)
def test_who_may_publish_itself(publishing: bool | None, prevented: bool, name: str, expected: list[str]) -> None:
    state = snapshot(WINDOWS, os=WINDOWS_10)
    state = replace(state, service=replace(state.service, host=KmsHostState(False, dns_publishing=publishing)))
    machine = Machine(MachineIdentity(name), state, WINDOWS, classify.role(state))
    policy = Policy.parse(["kms01.corp.example"], prevents_publishing=prevented)
    assert [one.kind.id for one in judge(machine, policy).findings if one.kind.id == "CLI-012"] == expected


def test_a_group_may_be_prevented_from_it() -> None:
    words = {"by_group": {"servers": {"prevent_publishing": True}}}
    policies = Policies.parse(POLICY, words, {"all": ["pc1", "pc2"], "servers": ["pc1"]}, NOW.date())
    assert [policies.of(name).prevents_publishing for name in ("pc1", "pc2")] == [True, False]


# --- Exceptions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identifier", "besides", "clock"),
    [
        ("CLI-007", (), NOW + timedelta(hours=5)),
        ("CLI-014", (), NOW + timedelta(hours=2)),
        ("OFF-001", (office(status=5),), NOW),
        ("OFF-002", (office(minutes=5),), NOW),
        ("OFF-003", (office(configured_host="old.corp.example"),), NOW),
        ("OFF-004", (office(discovered_host="old.corp.example"),), NOW),
        ("ESU-001", (extended(YEAR_1),), NOW),
    ],
)
def test_an_exception_covers_it(identifier: str, besides: tuple[Product, ...], clock: datetime) -> None:
    words = {"owner": "Jane", "reason": "Known.", "until": "2026-12-31", "finding": identifier, "host": "pc1"}
    policies = Policies.parse(POLICY, {"exceptions": [words]}, {"all": ["pc1"]}, NOW.date())
    (one,) = judged(*besides, clock=clock, policy=policies.of("pc1")).findings
    assert one.kind.id == identifier
    assert one.exempt is not None
