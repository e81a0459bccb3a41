# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removing a key: from which products, and what is known when something breaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import (
    ChangeFailed,
    Refused,
    Result,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.key_removal import remove_product_key
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import OutcomeUnknown

from ..fake_machine import FakeMachine, refuse
from ..sample_machines import CSVLK, CSVLK_ID, GVLK, GVLK_ID, server_2008_r2

ADDON_ID = "aaaaaaaa-0000-0000-0000-000000000009"


def with_addon() -> FakeMachine:
    """A client that carries a key for extended updates as well."""
    machine = server_2008_r2(GVLK, serving=False)
    products = machine.rows["SoftwareLicensingProduct"]
    addon = {"ID": ADDON_ID, "Name": "Windows(R), ESU add-on", "LicenseIsAddon": True, "PartialProductKey": "QGG99"}
    products.append({**products[0], **addon, "LicenseStatus": 1})
    machine.methods["UninstallProductKey"] = uninstall
    return machine


def server_2003() -> FakeMachine:
    """A KMS host of the add-on for Server 2003, which has no other key of this kind."""
    machine = server_2008_r2(CSVLK)
    system = machine.rows["Win32_OperatingSystem"][0]
    system |= {"BuildNumber": "3790", "Version": "5.2.3790", "Caption": "Microsoft(R) Windows(R) Server 2003"}
    del system["OperatingSystemSKU"]
    machine.methods["UninstallProductKey"] = uninstall
    return machine


def uninstall(machine: FakeMachine, arguments: Mapping[str, Any]) -> int:
    for row in machine.rows["SoftwareLicensingProduct"]:
        if row["ID"] in (ADDON_ID, CSVLK_ID):
            row["PartialProductKey"] = None
    return 0


def lost(machine: FakeMachine, arguments: Mapping[str, Any]) -> int:
    raise OutcomeUnknown("srv", "the connection broke")


def lost_after(machine: FakeMachine, arguments: Mapping[str, Any]) -> int:
    uninstall(machine, arguments)
    return lost(machine, arguments)


def test_the_key_of_a_product_beside_windows_is_removed() -> None:
    machine = with_addon()
    report = remove_product_key(machine, ADDON_ID)
    assert machine.called == ["UninstallProductKey", "RefreshLicenseStatus"]
    assert (report.result, report.changed) == (Result.VERIFIED, True)


def test_check_mode_sends_nothing() -> None:
    machine = with_addon()
    report = remove_product_key(machine, ADDON_ID, check=True)
    assert (report.result, report.changed, machine.called) == (Result.PLANNED, True, [])


@pytest.mark.parametrize("key", [GVLK, CSVLK])
@pytest.mark.parametrize("wanted", ["windows", "id"])
def test_the_windows_license_keeps_its_key(key: str, wanted: str) -> None:
    """Without a key it is unlicensed."""
    machine = server_2008_r2(key)
    machine.methods["UninstallProductKey"] = uninstall
    with pytest.raises(Refused, match="without a key it is unlicensed"):
        remove_product_key(machine, {GVLK: GVLK_ID, CSVLK: CSVLK_ID}[key] if wanted == "id" else wanted)
    assert machine.called == []


@pytest.mark.parametrize("wanted", ["windows", CSVLK_ID])
def test_the_host_key_of_server_2003_is_removed_as_the_plan_advises(wanted: str) -> None:
    """Its advice was refused when followed: found by a random fleet."""
    machine = server_2003()
    report = remove_product_key(machine, wanted)
    assert machine.called == ["UninstallProductKey", "RefreshLicenseStatus"]
    assert (report.result, report.changed) == (Result.VERIFIED, True)


def test_a_product_without_a_key_needs_nothing() -> None:
    machine = with_addon()
    report = remove_product_key(machine, "bbbbbbbb-0000-0000-0000-000000000000")
    assert (report.result, report.changed, machine.called) == (Result.VERIFIED, False, [])


@pytest.mark.parametrize(
    "wanted", ["offic", "Ofice", "window", "aaaaaaaa-0000-0000-0000-00000000009", "70512334", "{aaaaaaaa-0000}", ""]
)
def test_a_misspelt_product_is_no_success(wanted: str) -> None:
    """Kind: a word that matches nothing looks like a machine that has nothing to remove."""
    machine = with_addon()
    with pytest.raises(Refused, match="carries a key on this machine"):
        remove_product_key(machine, wanted)
    assert machine.calls == []


@pytest.mark.parametrize(
    "wanted",
    [
        "office",
        ADDON_ID.replace("9", "8"),
        "Office16ProPlusVL_KMS_Client",
        "Client-ESU-Year1",
        "Office 16, Visio edition",
    ],
)
def test_what_may_have_been_removed_before_is_a_success(wanted: str) -> None:
    assert not remove_product_key(with_addon(), wanted).changed


def test_a_refusal_of_windows_changes_nothing() -> None:
    machine = with_addon()
    machine.methods["UninstallProductKey"] = refuse(0xC004F015)
    with pytest.raises(ChangeFailed) as failed:
        remove_product_key(machine, ADDON_ID)
    assert (failed.value.changed, failed.value.hresult) == (False, 0xC004F015)


def test_an_answer_that_is_lost_after_the_removal_is_a_removal() -> None:
    machine = with_addon()
    machine.methods["UninstallProductKey"] = lost_after
    report = remove_product_key(machine, ADDON_ID)
    assert (report.result, report.changed) == (Result.VERIFIED, True)
    assert machine.called.count("UninstallProductKey") == 1


def test_a_request_that_was_lost_is_no_removal() -> None:
    machine = with_addon()
    machine.methods["UninstallProductKey"] = lost
    with pytest.raises(ChangeFailed, match="still carries it") as failed:
        remove_product_key(machine, ADDON_ID)
    assert failed.value.changed is False
    assert machine.called == ["UninstallProductKey"]


def test_a_machine_that_cannot_be_read_any_more_may_be_different() -> None:
    machine = with_addon()

    def gone(one: FakeMachine, arguments: Mapping[str, Any]) -> int:
        one.fail_queries_with = [OutcomeUnknown("srv", "no connection") for _time in range(99)]
        return lost(one, arguments)

    machine.methods["UninstallProductKey"] = gone
    with pytest.raises(ChangeFailed, match="its state is not known") as failed:
        remove_product_key(machine, ADDON_ID)
    assert failed.value.changed is None
