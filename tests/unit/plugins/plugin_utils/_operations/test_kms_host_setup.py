# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The organization's own KMS host: refused before anything is changed, set up in the right order, and once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_settings import HostRequest
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.product_key import ProductKey
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import (
    ChangeFailed,
    Refused,
    Result,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.kms_host_setup import (
    SetupReport,
    SetupRequest,
    set_up_kms_host,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy

from ..kms_machine import KmsMachine
from ..sample_machines import CSVLK, MAK

NAME = "srv2008r2-01"
REQUEST = SetupRequest(
    Policy.parse([NAME]), NAME, None, datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc), ProductKey.parse(CSVLK)
)


def set_up(machine: Any, check: bool = False, **changes: Any) -> SetupReport:
    return set_up_kms_host(machine, replace(REQUEST, **changes), check)


def test_order_and_second_run() -> None:
    machine = KmsMachine()
    wanted = HostRequest(listening_port=1689, renewal_interval=600)
    report = set_up(machine, settings=wanted)
    assert report.done == (
        "install_key",
        "restart_service",
        "host_settings",
        "activate",
        "host_settings",
        "restart_service",
    )
    order = [name for name in machine.changes if name not in ("RefreshLicenseStatus",)]
    port, activation = order.index("SetKeyManagementServiceListeningPort"), order.index("Activate")
    assert order.index("InstallProductKey") < port < activation < order.index("SetVLRenewalInterval")
    assert report.activated
    assert report.settings.listening_port == 1689
    assert report.settings.renewal_interval == 600
    again = set_up(machine, settings=wanted)
    assert (again.changed, again.done, again.result) == (False, (), Result.VERIFIED)
    assert machine.changes.count("Activate") == 1
    without_key = set_up(machine, key=None)
    assert not without_key.changed


def test_check_mode_shows_what_is_done() -> None:
    machine = KmsMachine()
    wanted = HostRequest(listening_port=1689, renewal_interval=600)
    planned = set_up(machine, check=True, settings=wanted)
    assert machine.changes == []
    assert planned.changed
    done = set_up(machine, settings=wanted).done
    shown = [action.kind.value for action in planned.plan.actions]
    # The last restart is for the key that was activated meanwhile.
    assert done == (*shown, "restart_service")
    assert planned.settings.listening_port == 1689


def _unapproved(machine: KmsMachine) -> dict[str, Any]:
    return {"policy": Policy.parse(["kms01"])}


def _no_key(machine: KmsMachine) -> dict[str, Any]:
    return {"key": None}


def _azure(machine: KmsMachine) -> dict[str, Any]:
    machine.rows["Win32_OperatingSystem"][0]["OperatingSystemSKU"] = 407
    return {}


def _too_old(machine: KmsMachine) -> dict[str, Any]:
    machine.rows["Win32_OperatingSystem"][0]["BuildNumber"] = "2600"
    return {}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_unapproved, "is not in approved_kms_hosts"),
        (_no_key, "carries no KMS host key"),
        (_azure, "Azure Edition cannot be a KMS host"),
        (_too_old, "too old"),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_refused_before_anything_is_changed(
    spoil: Callable[[KmsMachine], dict[str, Any]], words: str, check: bool
) -> None:
    machine = KmsMachine()
    changes = spoil(machine)
    with pytest.raises(Refused, match=words) as refusal:
        set_up(machine, check, **changes)
    assert "Nothing was changed" in str(refusal.value)
    assert machine.changes == []


def test_key_that_is_no_host_key_is_not_activated() -> None:
    machine = KmsMachine()
    with pytest.raises(ChangeFailed, match="is not a KMS host key") as failure:
        set_up(machine, key=ProductKey.parse(MAK))
    assert failure.value.changed
    assert "Activate" not in machine.changes
    assert MAK not in str(failure.value)


def test_clock_that_differs_is_told_and_does_not_stop() -> None:
    machine = KmsMachine()
    report = set_up(machine, now=REQUEST.now + timedelta(hours=9))
    assert report.activated
    assert any("clock" in problem.reason for problem in report.obstacles)


def test_telephone_activation_gets_its_installation_id() -> None:
    machine = KmsMachine()
    for row in machine.rows["SoftwareLicensingProduct"]:
        row["OfflineInstallationId"] = "123456" * 9
    report = set_up(machine, activate=False)
    assert report.installation_id == "123456" * 9
    assert report.done == ("install_key", "restart_service")
    assert "Activate" not in machine.changes


def test_refused_activation_says_what_was_done() -> None:
    machine = KmsMachine()
    machine.refusals["Activate"] = 0xC004C008
    with pytest.raises(ChangeFailed, match=r"activate failed: .*0xC004C008.*Done before: install_key") as failure:
        set_up(machine)
    assert failure.value.changed
    assert CSVLK not in str(failure.value)
