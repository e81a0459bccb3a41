# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a repair returns: planned, done, and what failed without failing the task."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.repair import repair_result
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.repair import RepairRequest, repair
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.repair import Wishes
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp import steps

from ...fake_machine import FakeMachine, refuse
from ...sample_machines import CSVLK, GVLK, server_2008_r2


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps.time, "sleep", lambda _seconds: None)


def result_for(machine: FakeMachine, check: bool = False) -> dict[str, Any]:
    request = RepairRequest(Policy.parse(["kms01.corp.example"]), "srv", None, Wishes())
    return repair_result(repair(machine, request, check=check))


def test_what_would_be_done_counts_as_changed() -> None:
    result = result_for(server_2008_r2(CSVLK), check=True)
    assert (result["changed"], result["result"], result["done"]) == (True, "planned", [])
    assert [action["action"] for action in result["repair_plan"]] == ["install_key", "restart_service", "activate"]
    assert (result["after"]["key_type"], result["after"]["role"]) == ("GVLK", "kms_client")
    # For Windows to decide.
    assert result["after"]["license_status"] is None
    assert result["msg"].startswith("Would be done: Install the GVLK of ")


def test_what_was_done() -> None:
    result = result_for(server_2008_r2(CSVLK))
    assert (result["changed"], result["result"], result["verdict"]) == (True, "verified", "kms_client_ok")
    assert result["done"] == ["install_key", "restart_service", "activate"]
    assert (result["not_activated"], result["warnings"]) == (None, [])
    assert (result["before"]["key_type"], result["after"]["key_type"]) == ("CSVLK", "GVLK")


def test_an_activation_that_failed_is_told_and_warned_of() -> None:
    machine = server_2008_r2(CSVLK)
    machine.methods["Activate"] = refuse(0xC004F038)
    result = result_for(machine)
    assert (result["changed"], result["done"]) == (True, ["install_key", "restart_service"])
    assert "0xC004F038" in result["not_activated"]["reason"]
    assert result["not_activated"]["advice"]
    (warning,) = result["warnings"]
    assert "0xC004F038" in warning
    assert "Still not_activated:" in result["msg"]


@pytest.mark.parametrize("check", [False, True])
def test_where_nothing_is_to_be_done_nothing_has_changed(check: bool) -> None:
    result = result_for(server_2008_r2(GVLK, serving=False), check=check)
    assert (result["changed"], result["result"], result["repair_plan"]) == (False, "verified", [])
    assert result["msg"].startswith("Nothing to do.")
