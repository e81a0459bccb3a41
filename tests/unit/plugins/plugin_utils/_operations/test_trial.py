# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changing part of a first contact: it names what differs; a machine ends as it began, or it says what does not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_settings import (
    HostSettings,
    PublishedDomain,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import (
    DirectoryActivation,
    KmsClientSettings,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import KeyType
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations import trial as room
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import Refused
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.trial import (
    Remains,
    TrialReport,
    prepare,
    trial_steps,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.key_choice import KeyRefusal
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.trial import plan_trial
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp import contact
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.doubts import Change, doubts
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import Invoke, Step, take
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import MethodResult, WsmanFault
from tests.lab_unit.machine.bench import Bench
from winlab.state import machine_state
from winlab.windows.rows import Status

from .._spp.test_against_lab import FaceToFace
from ..kms_machine import KmsMachine
from .test_every_fault import FAILURES, Failure, Faulty
from .test_first_contact import Other

Answering = Callable[[Step], Any]


def nothing(_seconds: float) -> None:
    """Nobody waits for a machine that changes at once."""


BY_DIRECTORY = KmsClientSettings(activation_type_used=1)
CLIENT = {"name": "m", "key": "gvlk", "activated": True}


def bench(release: str = "server2022", **more: Any) -> Bench:
    return Bench.of({**CLIENT, "release": release, **more}, domain="corp.example")


def tried(lab: Bench, answering: Answering = lambda _step: None) -> TrialReport:
    """The whole course, on a machine that answers some steps in a way of its own."""
    there: Any = FaceToFace(lab["m"])
    # To be asked has started its service.
    plan = take(there, prepare(), lab.wait)
    other: Any = Other(there, answering)
    return take(other, trial_steps(plan), lab.wait)


def started(lab: Bench) -> Bench:
    """With a licensing service that has been asked before."""
    there: Any = FaceToFace(lab["m"])
    take(there, prepare(), lab.wait)
    return lab


def standing(lab: Bench) -> tuple[Any, ...]:
    """What a person would compare."""
    state = machine_state(lab["m"])
    license_now, publishing = state["license"], state["kms_host"]["settings"]["publishing"]
    return license_now["key"], license_now["license_status"], publishing, state["service"]["state"]


def outcomes(report: TrialReport) -> dict[str, str]:
    return {one.probe.id: one.outcome.value for one in report.findings}


AGREED = dict.fromkeys(["gvlk", "publishing-off", "publishing-on", "restart"], "agrees")


@pytest.mark.parametrize("release", ["win7", "server2012", "win10", "server2022", "server2025"])
def test_a_client_of_each_release_ends_as_it_began(release: str) -> None:
    lab = started(bench(release))
    before = standing(lab)
    report = tried(lab)
    assert outcomes(report) == AGREED
    assert (report.changed, report.failure, report.remains) == (True, None, ())
    assert standing(lab) == before


def test_publishing_is_not_touched_on_vista() -> None:
    """There it is a value of the registry that may not be there, and would stay behind."""
    lab = bench("server2008")
    assert outcomes(tried(lab)) == {"gvlk": "agrees", "restart": "agrees"}


# --- The opposite ---------------------------------------------------------------------------------------------

DENIED = WsmanFault(code=5, hresult=5, subcode="AccessDenied")
NOT_FOUND = WsmanFault(code=0x80041002, hresult=0x80041002)
UNKNOWN = WsmanFault(code=0x80338000, hresult=0x80338000)


def answered(method: str, answer: Any, **arguments: Any) -> Answering:
    """The calls of this method, with these arguments, have this answer."""

    def answering(step: Step) -> Any:
        if not isinstance(step, Invoke) or step.method != method:
            return None
        if any((step.arguments or {}).get(name) != value for name, value in arguments.items()):
            return None
        if isinstance(answer, Exception):
            raise answer
        return answer

    return answering


DONE = MethodResult(0, {})
PUBLISHING = "DisableKeyManagementServiceDnsPublishing"


@pytest.mark.parametrize(
    ("answering", "named"),
    [
        (answered("InstallProductKey", NOT_FOUND), "gvlk"),
        (answered("InstallProductKey", UNKNOWN), "gvlk"),
        (answered("InstallProductKey", WsmanFault(code=0xC004F050, hresult=0xC004F050)), "gvlk"),
        (answered("InstallProductKey", MethodResult(0xC004F069, {})), "gvlk"),
        (answered(PUBLISHING, WsmanFault(code=0xC004F038, hresult=0xC004F038)), "publishing-off"),
        (answered(PUBLISHING, MethodResult(0x80041024, {})), "publishing-off"),
        (answered(PUBLISHING, DONE), "publishing-off"),
        (answered("StopService", MethodResult(2, {})), "restart"),
        (answered("StopService", DENIED), "restart"),
        (answered("StopService", UNKNOWN), "restart"),
    ],
)
def test_the_opposite_is_named_and_nothing_else(answering: Answering, named: str) -> None:
    lab = started(bench())
    before = standing(lab)
    report = tried(lab, answering)
    assert {id for id, outcome in outcomes(report).items() if outcome == "differs"} == {named}
    assert report.failed_at is not None
    assert report.failed_at.id == named
    assert report.remains == ()
    assert standing(lab) == before
    # What comes after it is not tried, and what came before it holds.
    order = [trial.id for trial in report.plan.trials]
    place = order.index(named)
    assert [outcomes(report)[id] for id in order[:place]] == ["agrees"] * place
    assert {outcomes(report)[id] for id in order[place + 1 :]} <= {"unsettled"}


@pytest.mark.parametrize("answer", [DENIED, WsmanFault(code=2150859174, hresult=2150859174, subcode="QuotaLimit")])
@pytest.mark.parametrize("method", ["InstallProductKey", PUBLISHING])
def test_a_refusal_about_something_else_settles_nothing(method: str, answer: WsmanFault) -> None:
    report = tried(bench(), answered(method, answer))
    assert "differs" not in outcomes(report).values()
    assert report.failure is answer
    assert report.remains == ()


def test_publishing_that_cannot_be_switched_on_again_is_said() -> None:
    refused = WsmanFault(code=0xC004F038, hresult=0xC004F038)
    report = tried(bench(), answered(PUBLISHING, refused, DisablePublishing=False))
    assert report.failed_at is not None
    assert report.failed_at.id == "publishing-on"
    (remains,) = report.remains
    assert remains == Remains("publishing", True, False, "kms_host dns_publishing=true restart=never")
    assert "0xC004F038" in str(report.failure)


def test_a_service_that_does_not_start_is_said_with_the_first_failure() -> None:
    report = tried(bench(), answered("StartService", MethodResult(14, {})))
    assert outcomes(report)["restart"] == "differs"
    assert [one.point for one in report.remains] in ([], ["service"])
    assert "StartService" in str(report.failure)


def test_a_license_that_is_lost_on_the_way_is_activated_again() -> None:
    lab = bench()
    asked: list[str] = []

    def answering(step: Step) -> Any:
        if isinstance(step, Invoke) and step.method == "InstallProductKey":
            row = lab["m"].platform.primary()
            assert row is not None
            row.status = Status.NOTIFICATION
        if isinstance(step, Invoke):
            asked.append(step.method)
        return None

    report = tried(lab, answering)
    assert asked.count("Activate") == 1
    # There is no KMS host in this lab.
    assert [(one.point, one.before, one.now) for one in report.remains] == [("status", "licensed", "notification")]
    assert report.failure is None


# --- A failure at each request ------------------------------------------------------------------------------------


def state_of(there: KmsMachine) -> tuple[Any, ...]:
    row = there.primary
    return (
        row["PartialProductKey"],
        row["LicenseStatus"],
        there.service["KeyManagementServiceDnsPublishing"],
        there.rows["Win32_Service"][0]["State"],
    )


def course(number: int, failure: Failure) -> tuple[KmsMachine, TrialReport, Any, Faulty]:
    """The course over a machine that fails from one request on."""
    there = KmsMachine()
    there.service["KeyManagementServiceDnsPublishing"] = True
    plan = take(there, prepare(), nothing)
    before = state_of(there)
    faulty = Faulty(there, number, failure)
    return there, take(faulty, trial_steps(plan), nothing), before, faulty


REQUESTS = course(10_000, FAILURES["quota"])[3].requests


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failure_at_any_request_leaves_it_as_before_or_is_said(kind: str) -> None:
    failure = FAILURES[kind]
    failed = 0
    for number in range(REQUESTS):
        there, report, before, _faulty = course(number, failure)
        is_as_before = state_of(there) == before
        assert is_as_before or report.remains, f"request {number}: not as before, and nobody says so"
        assert report.changed is not False or not _was_changed(there), f"request {number}: changed, and reported as not"
        if report.failure is not None and failure.lasts == 1:
            failed += 1
            assert (is_as_before, report.remains) == (True, ()), f"request {number}: could have been put back"
    assert failed or failure.lasts > 1


def _was_changed(there: KmsMachine) -> bool:
    return bool({"InstallProductKey", PUBLISHING, "StopService"} & set(there.called))


def test_a_machine_that_is_gone_is_said_to_be_unknown() -> None:
    _there, report, _before, _faulty = course(0, FAILURES["gone for good"])
    assert {one.point for one in report.remains} == {"service", "publishing", "key", "status"}
    assert all(one.now is None and one.remedy for one in report.remains)
    assert report.changed is False


# --- Machines that are not tried out --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"key": "csvlk_2022"}, "KMS requests"),
        ({"key": "csvlk_2022", "activated": False}, "KMS host key"),
        ({"key": "retail"}, "not the published GVLK"),
        ({"key": "none", "activated": False}, "no Windows product key"),
    ],
)
def test_machines_that_are_more_than_a_client_are_refused(more: dict[str, Any], words: str) -> None:
    there: Any = FaceToFace(bench(**more)["m"])
    with pytest.raises(Refused, match=words) as refused:
        take(there, prepare())
    assert "leave out changes" in refused.value.advice


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"directory": DirectoryActivation("ao"), "kms": KmsClientSettings(activation_type_used=1)},
            "Active Directory",
        ),
        ({"token_activated": True}, "by a token"),
        ({"key_type": KeyType.AVMA}, "Hyper-V host"),
        ({"partial_product_key": "XXXXX"}, "not the published GVLK"),
    ],
)
def test_licenses_that_no_kms_host_activates_are_refused(change: dict[str, Any], words: str) -> None:
    there: Any = FaceToFace(bench()["m"])
    plan = take(there, prepare())
    (product,) = plan.audit.snapshot.products
    snapshot = dataclasses.replace(plan.audit.snapshot, products=(dataclasses.replace(product, **change),))
    refusal = plan_trial(snapshot, plan.audit.role, HostSettings())
    assert isinstance(refusal, KeyRefusal)
    assert words in refusal.reason


def test_a_machine_that_is_meant_to_publish_itself_is_refused() -> None:
    there: Any = FaceToFace(bench()["m"])
    plan = take(there, prepare())
    settings = HostSettings(publish_list=(PublishedDomain("corp.example"),))
    assert isinstance(plan_trial(plan.audit.snapshot, plan.audit.role, settings), KeyRefusal)


@pytest.mark.parametrize("change", [{"StartMode": "Disabled"}, {"State": "Stopped"}])
def test_a_service_that_may_not_come_back_is_left_alone(change: dict[str, str]) -> None:
    there = KmsMachine()
    there.rows["Win32_Service"][0].update(change)
    with pytest.raises(Refused, match=next(iter(change.values())).lower()):
        take(there, prepare())


# --- The data -------------------------------------------------------------------------------------------------------


def test_every_change_has_a_step_and_every_step_is_tried() -> None:
    assert {trial.change.step for trial in contact.trials()} == room.STEPS
    assert {trial.expect for trial in contact.trials()} == {"done"}
    ids = [one.id for one in (*contact.probes(), *contact.trials())]
    assert len(ids) == len(set(ids))


def test_every_doubt_that_a_change_settles_is_tried() -> None:
    told = {doubt.id for doubt in doubts() if isinstance(doubt.probe, Change)}
    assert told <= {trial.doubt for trial in contact.trials()}
