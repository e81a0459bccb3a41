# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The repair of one machine: what is sent, in which order, and what is never sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import (
    ChangeFailed,
    Refused,
    Result,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.repair import (
    RepairReport,
    RepairRequest,
    planning_steps,
    repair,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.repair import Wishes
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.verdict import Verdict
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import take

from ..fake_machine import FakeMachine, refuse
from ..sample_machines import CSVLK, GVLK, activate, carry, install, server_2008_r2

INSTALL = ["InstallProductKey", "RefreshLicenseStatus"]
RESTART = ["StopService", "StartService"]
ACTIVATE = ["Activate", "RefreshLicenseStatus"]
TOO_FEW = 0xC004F038


def repaired(
    machine: FakeMachine, name: str = "srv", check: bool = False, require_activation: bool = False, **wishes: Any
) -> RepairReport:
    request = RepairRequest(
        Policy.parse(["kms01.corp.example"]), name, None, Wishes(**wishes), require_activation=require_activation
    )
    return repair(machine, request, check=check)


def test_a_rogue_host_becomes_a_client() -> None:
    machine = server_2008_r2(CSVLK)
    report = repaired(machine)
    assert machine.called == [*INSTALL, *RESTART, *ACTIVATE]
    assert (report.result, report.changed, report.judged_after.verdict) == (
        Result.VERIFIED,
        True,
        Verdict.KMS_CLIENT_OK,
    )
    assert list(report.done) == ["install_key", "restart_service", "activate"]


def test_the_system_is_asked_for_once() -> None:
    """None of the actions can change it, and each reading after one of them would take a request more."""
    machine = server_2008_r2(CSVLK)
    report = repaired(machine)
    assert sum("Win32_OperatingSystem" in query for query in machine.queries) == 1
    assert sum("FROM SoftwareLicensingService" in query for query in machine.queries) >= 3
    assert report.after.snapshot.os == report.before.snapshot.os


def test_check_mode_shows_the_same_and_sends_nothing() -> None:
    machine = server_2008_r2(CSVLK)
    report = repaired(machine, check=True)
    assert machine.called == []
    assert (report.result, report.changed, report.done) == (Result.PLANNED, True, ())
    assert [action.kind.value for action in report.plan.actions] == ["install_key", "restart_service", "activate"]


def test_an_approved_host_is_refused() -> None:
    machine = server_2008_r2(CSVLK)
    with pytest.raises(Refused, match="is an approved KMS host"):
        repaired(machine, name="kms01.corp.example")
    assert machine.called == []


def test_an_approved_host_without_a_host_key_is_refused_too() -> None:
    machine = server_2008_r2(GVLK, serving=False, licensed=False)
    with pytest.raises(Refused, match="is an approved KMS host"):
        repaired(machine, name="kms01.corp.example", verdicts=frozenset(Verdict))
    assert machine.called == []


@pytest.mark.parametrize("key", [CSVLK, GVLK])
def test_an_approved_host_is_left_alone_where_a_fleet_is_planned(key: str) -> None:
    """Also where everything that is wrong is to be repaired."""
    policy, everything = Policy.parse(["kms01.corp.example"]), Wishes(verdicts=frozenset(Verdict))
    machine = server_2008_r2(key, serving=False, licensed=False)
    planned = take(machine, planning_steps(RepairRequest(policy, "kms01.corp.example", None, everything)))
    assert [action.kind.value for action in planned.plan.actions] == ["leave_alone"]
    assert not planned.report(check=True).changed


def test_a_verdict_that_is_not_to_be_repaired_is_left_alone() -> None:
    machine = server_2008_r2(GVLK, serving=False, licensed=False)
    report = repaired(machine)
    assert (machine.called, report.changed) == ([], False)


def test_windows_may_activate_by_itself_meanwhile() -> None:
    """Then there is nothing to ask for."""
    machine = server_2008_r2(CSVLK)

    def install_and_activate(one: FakeMachine, arguments: Mapping[str, Any]) -> int:
        return install(one, arguments) or activate(one, arguments)

    machine.methods["InstallProductKey"] = install_and_activate
    assert repaired(machine).judged_after.verdict is Verdict.KMS_CLIENT_OK
    assert "Activate" not in machine.called


def test_a_host_key_that_came_back_is_never_activated() -> None:
    """Somebody else works on the machine at the same time: between the restart and the activation."""
    machine = server_2008_r2(CSVLK)
    start = machine.methods["StartService"]

    def start_and_spoil(one: FakeMachine, arguments: Mapping[str, Any]) -> int | None:
        done = start(one, arguments)
        carry(one, CSVLK)
        return done

    machine.methods["StartService"] = start_and_spoil
    with pytest.raises(ChangeFailed) as failed:
        repaired(machine)
    assert "Activate" not in machine.called
    assert failed.value.changed is True


def test_a_service_that_goes_on_serving_is_a_failure() -> None:
    machine = server_2008_r2(CSVLK)

    def start_and_serve(one: FakeMachine, arguments: Mapping[str, Any]) -> int:
        one.rows["Win32_Service"][0]["State"] = "Running"
        return 0

    machine.methods["StartService"] = start_and_serve
    with pytest.raises(ChangeFailed, match="still does not work with the installed key"):
        repaired(machine)
    assert "Activate" not in machine.called


def test_an_activation_that_fails_is_told_and_no_failure() -> None:
    machine = server_2008_r2(CSVLK)
    machine.methods["Activate"] = refuse(TOO_FEW)
    report = repaired(machine)
    assert report.undone is not None
    assert report.undone.hresult == TOO_FEW
    assert list(report.done) == ["install_key", "restart_service"]
    assert report.judged_after.verdict is Verdict.NOT_ACTIVATED


def test_an_activation_that_is_required_and_fails_is_a_failure() -> None:
    machine = server_2008_r2(CSVLK)
    machine.methods["Activate"] = refuse(TOO_FEW)
    with pytest.raises(ChangeFailed, match="Done before: install_key, restart_service") as failed:
        repaired(machine, require_activation=True)
    assert (failed.value.changed, failed.value.hresult) == (True, TOO_FEW)


def test_nothing_is_done_after_an_action_that_failed() -> None:
    machine = server_2008_r2(CSVLK)
    machine.methods["InstallProductKey"] = refuse(0xC004F050)
    with pytest.raises(ChangeFailed, match="install_key failed"):
        repaired(machine)
    assert machine.called == ["InstallProductKey"]


def test_not_activated_where_nobody_wants_it() -> None:
    machine = server_2008_r2(CSVLK)
    report = repaired(machine, activate=False)
    assert machine.called == [*INSTALL, *RESTART]
    assert report.undone is None


@pytest.mark.parametrize("served", [False, True])
def test_a_kms_host_that_works_is_taken_away_only_where_another_serves(served: bool) -> None:
    """It has counted enough clients, and they would be without it."""
    machine = server_2008_r2(CSVLK)
    for row in machine.rows["SoftwareLicensingProduct"]:
        if row["PartialProductKey"]:
            row |= {"IsKeyManagementServiceMachine": 1}
            row |= {"KeyManagementServiceCurrentCount": 30, "RequiredClientCount": 25}
    report = repaired(machine, served=served)
    assert bool(machine.called) is served
    assert report.changed is served
    if not served:
        (action,) = report.plan.actions
        assert "It has counted 30 clients" in action.words
