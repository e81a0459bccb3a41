# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the licensing service is restarted, when it is left alone, and what a restart proves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import Role
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import (
    ChangeFailed,
    Refused,
    Result,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.licensing_service import (
    Platform,
    ServiceRequest,
    State,
    set_service_state,
)

from ..fake_machine import FakeMachine
from ..sample_machines import CSVLK, GVLK, server_2008_r2

RESTART = ServiceRequest(State.RESTARTED)


def test_restart_ends_the_role_of_a_former_host() -> None:
    machine = server_2008_r2(GVLK, serving=True)
    report = set_service_state(machine, RESTART)
    assert machine.called == ["StopService", "StartService"]
    assert report.changed
    assert report.before is not None
    assert report.after is not None
    assert (report.before.role.role, report.after.role.role) == (Role.KMS_HOST_PENDING, Role.KMS_CLIENT)


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(lambda: server_2008_r2(GVLK, serving=False), id="client"),
        pytest.param(lambda: server_2008_r2(CSVLK, serving=True), id="healthy host keeps its client count"),
        pytest.param(lambda: server_2008_r2(CSVLK, serving=False, licensed=False), id="host key not activated"),
    ],
)
def test_no_restart_where_none_is_due(machine: Callable[[], FakeMachine]) -> None:
    target = machine()
    report = set_service_state(target, RESTART)
    assert target.calls == []
    assert not report.changed


def test_force_restarts_all_the_same() -> None:
    machine = server_2008_r2(GVLK, serving=False)
    assert set_service_state(machine, ServiceRequest(State.RESTARTED, force=True)).changed
    assert machine.called == ["StopService", "StartService"]


def test_licensed_host_key_that_does_not_serve_is_due() -> None:
    machine = server_2008_r2(CSVLK, serving=False, licensed=True)
    report = set_service_state(machine, RESTART)
    assert report.after is not None
    assert report.after.role.role is Role.KMS_HOST


def test_check_mode_calls_nothing() -> None:
    machine = server_2008_r2(GVLK, serving=True)
    report = set_service_state(machine, RESTART, check=True)
    assert machine.calls == []
    assert (report.changed, report.result) == (True, Result.PLANNED)


def test_stopped_service_only_has_to_start() -> None:
    machine = server_2008_r2(GVLK, serving=True)
    machine.rows["Win32_Service"][0]["State"] = "Stopped"
    set_service_state(machine, RESTART)
    assert machine.called == ["StartService"]


@pytest.mark.parametrize(
    ("state", "now", "called"),
    [
        (State.STARTED, "Running", []),
        (State.STARTED, "Stopped", ["StartService"]),
        (State.STOPPED, "Stopped", []),
        (State.STOPPED, "Running", ["StopService"]),
    ],
)
def test_started_and_stopped(state: State, now: str, called: list[str]) -> None:
    machine = server_2008_r2(GVLK, serving=False)
    machine.rows["Win32_Service"][0]["State"] = now
    report = set_service_state(machine, ServiceRequest(state))
    assert machine.called == called
    assert report.changed is bool(called)


def test_refusal_names_the_return_code() -> None:
    machine = server_2008_r2(GVLK, serving=True)
    machine.methods["StopService"] = lambda *_unused: 3
    with pytest.raises(ChangeFailed, match="other running services depend on it") as caught:
        set_service_state(machine, RESTART)
    assert caught.value.changed is False


@pytest.mark.parametrize("refusals", [1, 2])
def test_a_start_that_is_refused_is_tried_again(refusals: int) -> None:
    """A service may refuse to start while it is still stopping; left as it is, the machine would be without it."""
    machine = server_2008_r2(GVLK, serving=True)
    start = machine.methods["StartService"]

    def refused_at_first(one: FakeMachine, arguments: Mapping[str, Any]) -> int | None:
        return 14 if one.called.count("StartService") <= refusals else start(one, arguments)

    machine.methods["StartService"] = refused_at_first
    report = set_service_state(machine, RESTART)
    assert (report.changed, machine.rows["Win32_Service"][0]["State"]) == (True, "Running")
    assert machine.called == ["StopService", *["StartService"] * (refusals + 1)]


def test_restart_that_did_not_help_is_not_called_done() -> None:
    machine = server_2008_r2(GVLK, serving=True)

    def start_without_reading(machine: FakeMachine, _unused: object) -> int:
        machine.rows["Win32_Service"][0]["State"] = "Running"
        return 0

    machine.methods["StartService"] = start_without_reading
    with pytest.raises(ChangeFailed, match="still does not work"):
        set_service_state(machine, RESTART)


def test_service_that_hangs_is_reported_with_its_state() -> None:
    machine = server_2008_r2(GVLK, serving=True)

    def hang(machine: FakeMachine, _unused: object) -> int:
        machine.rows["Win32_Service"][0]["State"] = "Stop Pending"
        return 0

    machine.methods["StopService"] = hang
    request = ServiceRequest(State.RESTARTED, timeout=0.0)
    with pytest.raises(ChangeFailed, match="'Stop Pending' and not 'Stopped'"):
        set_service_state(machine, request)


def test_office_service_where_there_is_none() -> None:
    machine = server_2008_r2(GVLK, serving=False)
    with pytest.raises(Refused, match="osppsvc does not exist"):
        set_service_state(machine, ServiceRequest(State.RESTARTED, Platform.OFFICE))
