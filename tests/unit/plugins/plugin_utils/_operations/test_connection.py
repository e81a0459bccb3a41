# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""At which step the connection to a machine ends, and what is known up to there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._operations import connection
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.connection import Step, examine
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.registry import RegistryRefused
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.doorstep import Doorstep
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import (
    Misconfigured,
    NotAuthenticated,
    OutcomeUnknown,
    TlsError,
    Unreachable,
    Unsealed,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import MethodResult, ProtocolError, WsmanFault
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman.identify import Identity

from ..sample_machines import CSVLK, server_2008_r2

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
ENDPOINT = Endpoint(inventory_name="srv01", host="srv01", username="CORP\\ops", password=Secret("Lab-Passw0rd!"))
SEEN = Doorstep(answered=True, offers=("Negotiate",))


class Machine:
    """A sample machine with a doorstep, rights, and a failure wherever a test wants one."""

    def __init__(self, **failures: Exception) -> None:
        self.failures = failures
        self.granted: tuple[int | None, bool | None] = (0, True)
        self.asked: list[Mapping[str, Any]] = []
        self._sample = server_2008_r2(CSVLK, serving=False)

    def _fail(self, name: str) -> None:
        if name in self.failures:
            raise self.failures[name]

    def identify(self) -> Identity:
        self._fail("identify")
        return Identity("1.0", "Microsoft Corporation", "OS: 6.1.7601 SP: 1.0 Stack: 2.0", "6.1.7601", "1.0", "2.0")

    def query(self, wql: str, **arguments: Any) -> Any:
        self._fail(wql.split(" FROM ")[1].split()[0])
        rows = self._sample.query(wql, **arguments)
        if "Win32_OperatingSystem" in wql:
            for row in rows:
                row.properties["LocalDateTime"] = NOW + timedelta(hours=2)  # type: ignore[index]
        return rows

    def invoke(self, class_name: str, method: str, arguments: Mapping[str, Any], *_keys: Any, **_unused: Any) -> Any:
        self._fail("invoke")
        assert (class_name, method) == ("StdRegProv", "CheckAccess")
        self.asked.append(arguments)
        code, granted = self.granted
        return MethodResult(return_value=code, outputs={"bGranted": granted})


@pytest.fixture(autouse=True)
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Endpoint]:
    """Every look at the doorstep, which is not this file's matter."""
    found: list[Endpoint] = []

    def look(endpoint: Endpoint) -> Doorstep:
        found.append(endpoint)
        return SEEN

    monkeypatch.setattr(connection, "look", look)
    return found


def examined(machine: Machine) -> connection.ConnectionReport:
    return examine(machine, ENDPOINT, lambda: NOW)  # type: ignore[arg-type]


def outcomes(report: connection.ConnectionReport) -> list[bool | None]:
    return [report.outcome(step) for step in Step]


def test_all_the_way() -> None:
    machine = Machine()
    report = examined(machine)
    assert outcomes(report) == [True, True, True, True]
    assert (report.failed_at, report.error) == (None, None)
    assert report.system is not None
    assert report.service is not None
    assert (report.service.service_name, report.clock_offset) == ("sppsvc", 7200.0)
    assert report.doorstep == SEEN
    (asked,) = machine.asked
    assert asked["hDefKey"] == 0x80000002
    assert asked["uRequired"] == 3
    assert asked["sSubKeyName"].endswith("SoftwareProtectionPlatform")


@pytest.mark.parametrize(
    ("error", "step", "steps"),
    [
        (TlsError("srv01", "expired"), Step.REACH, [False, None, None, None]),
        (Unsealed("srv01", "a page"), Step.REACH, [False, None, None, None]),
        (NotAuthenticated("srv01", "HTTP 401"), Step.SIGN_IN, [True, False, None, None]),
        (Misconfigured("srv01", "no library"), Step.SIGN_IN, [True, False, None, None]),
        (WsmanFault(code=5, hresult=5), Step.READ, [True, True, False, None]),
        (ProtocolError("no envelope"), Step.READ, [True, True, False, None]),
    ],
)
def test_first_question_fails(error: Exception, step: Step, steps: list[bool | None], looks: list[Endpoint]) -> None:
    report = examined(Machine(identify=error))
    assert (report.failed_at, report.error) == (step, error)
    assert outcomes(report) == steps
    assert report.doorstep == SEEN
    assert looks == [ENDPOINT]


def test_a_closed_door_is_not_looked_at_again(looks: list[Endpoint]) -> None:
    report = examined(Machine(identify=Unreachable("srv01", "refused")))
    assert outcomes(report) == [False, None, None, None]
    assert looks == []


def test_sign_in_that_failed_on_this_side_says_nothing_of_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "look", lambda endpoint: Doorstep())
    report = examined(Machine(identify=Misconfigured("srv01", "kinit got no ticket")))
    assert outcomes(report) == [None, False, None, None]


@pytest.mark.parametrize("class_name", ["Win32_OperatingSystem", "SoftwareLicensingService"])
def test_reading_fails(class_name: str) -> None:
    report = examined(Machine(**{class_name: WsmanFault(code=5, hresult=5)}))
    assert outcomes(report) == [True, True, False, None]
    assert (report.system is not None) == (class_name == "SoftwareLicensingService")


@pytest.mark.parametrize(
    ("granted", "words"),
    [
        ((0, False), "may read, but not change HKLM"),
        ((5, None), "may read, but not change HKLM"),
        ((2, None), "returned 2"),
    ],
)
def test_rights_that_do_not_suffice(granted: tuple[int, bool | None], words: str) -> None:
    machine = Machine()
    machine.granted = granted
    report = examined(machine)
    assert outcomes(report) == [True, True, True, False]
    assert words in str(report.error)
    assert isinstance(report.error, RegistryRefused) == (granted[0] == 2)


def test_answer_to_the_method_is_lost() -> None:
    report = examined(Machine(invoke=OutcomeUnknown("srv01", "unknown")))
    assert outcomes(report) == [True, True, True, False]
