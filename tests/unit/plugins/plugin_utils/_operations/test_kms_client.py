# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Client settings: what is sent, what is known when something breaks half-way, and what a product inherits."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.client_settings import ClientRequest
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import (
    ChangeFailed,
    Refused,
    Result,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.kms_client import set_client_settings
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import OutcomeUnknown, Unreachable
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import WsmanFault

from ..kms_machine import SPP, KmsMachine

BOTH = ClientRequest(host="kms01.corp.example", port=1689)


def test_both_are_set_one_by_one_and_read_back() -> None:
    machine: Any = KmsMachine()
    report = set_client_settings(machine, BOTH)
    assert machine.calls == [
        ("SetKeyManagementServiceMachine", {"MachineName": "kms01.corp.example"}),
        ("SetKeyManagementServicePort", {"PortNumber": 1689}),
    ]
    assert (report.result, report.changed, report.warnings) == (Result.VERIFIED, True, ())
    assert (report.after.host, report.after.port) == ("kms01.corp.example", 1689)
    assert not set_client_settings(machine, BOTH).changed
    assert len(machine.calls) == 2


def test_check_mode_sends_nothing() -> None:
    machine: Any = KmsMachine()
    report = set_client_settings(machine, BOTH, check=True)
    assert (report.result, report.after.host, report.before.host) == (Result.PLANNED, "kms01.corp.example", None)
    assert machine.calls == []


def test_what_windows_takes_and_does_not_show_is_accepted_only() -> None:
    machine: Any = KmsMachine()
    machine.ignored = {"SetKeyManagementServicePort"}
    assert set_client_settings(machine, BOTH).result is Result.ACCEPTED


def provider_fault(code: int) -> WsmanFault:
    return WsmanFault(code=code, hresult=code, subcode="InternalError", message="refused")


@pytest.mark.parametrize(
    ("failing", "error", "changed", "words"),
    [
        ("SetKeyManagementServicePort", provider_fault(0x80070057), True, "Already set: host"),
        ("SetKeyManagementServiceMachine", provider_fault(0x80070057), False, "Nothing was changed"),
        (
            "SetKeyManagementServicePort",
            WsmanFault(code=5, hresult=5, subcode="AccessDenied"),
            True,
            "Already set: host",
        ),
        ("SetKeyManagementServicePort", Unreachable("srv", "no route"), True, "Already set: host"),
        ("SetKeyManagementServicePort", OutcomeUnknown("srv", "lost"), None, "not known"),
    ],
)
def test_failure_half_way_says_what_was_set(failing: str, error: Exception, changed: bool | None, words: str) -> None:
    machine: Any = KmsMachine()
    machine.refusals[failing] = error
    with pytest.raises(ChangeFailed, match=words) as failure:
        set_client_settings(machine, BOTH)
    assert failure.value.changed is changed


def test_machine_that_goes_away_before_anything_was_sent_is_unreachable() -> None:
    machine: Any = KmsMachine()
    machine.refusals["SetKeyManagementServiceMachine"] = Unreachable("srv", "no route")
    with pytest.raises(Unreachable):
        set_client_settings(machine, BOTH)


def test_machine_that_cannot_be_read_afterwards_is_changed() -> None:
    machine: Any = KmsMachine()

    def vanish() -> None:
        machine.fail_queries_with = [Unreachable("srv", "no route")]

    machine.on_change = vanish
    with pytest.raises(ChangeFailed, match="could not be read afterwards") as failure:
        set_client_settings(machine, ClientRequest(host="kms01"))
    assert failure.value.changed is True


def test_product_without_a_host_of_its_own_has_nothing_to_clear() -> None:
    machine: Any = KmsMachine()
    set_client_settings(machine, ClientRequest(host="kms01"))
    sent = len(machine.changes)
    report = set_client_settings(machine, ClientRequest(product="windows", absent=True))
    assert not report.changed
    assert len(machine.changes) == sent
    assert machine.service["KeyManagementServiceMachine"] == "kms01"


@pytest.mark.parametrize("own", ["kms01", "kms02"])
def test_host_of_a_product_is_cleared_even_when_the_machine_has_the_same(own: str) -> None:
    machine: Any = KmsMachine()
    machine.service["KeyManagementServiceMachine"] = "kms01"
    path = rf"{SPP}\{machine.primary['ApplicationID']}\{machine.primary['ID']}"
    machine.primary["KeyManagementServiceMachine"] = own
    machine.registry[path, "KeyManagementServiceName"] = own
    report = set_client_settings(machine, ClientRequest(product="windows", absent=True))
    assert machine.changes == ["ClearKeyManagementServiceMachine"]
    assert (report.result, report.before.host, report.after.host) == (Result.VERIFIED, own, None)
    assert not set_client_settings(machine, ClientRequest(product="windows", absent=True)).changed


@pytest.mark.parametrize("check", [True, False])
def test_host_of_the_windows_license_that_wins_is_told(check: bool) -> None:
    machine: Any = KmsMachine()
    machine.primary["KeyManagementServiceMachine"] = "kms02"
    (warning,) = set_client_settings(machine, ClientRequest(host="kms01"), check=check).warnings
    assert "host of its own, kms02" in warning


def test_product_that_carries_no_key_is_refused() -> None:
    machine: Any = KmsMachine()
    with pytest.raises(Refused):
        set_client_settings(machine, ClientRequest(product="00000000-0000-0000-0000-000000000009", host="kms01"))
    assert machine.calls == []
