# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Key changes: what is sent, what is proved, and what is known when something breaks half-way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.product_key import ProductKey
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import KeyType, Role
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import (
    ChangeFailed,
    Refused,
    Result,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.product_key import set_product_key
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.key_choice import KeyRequest
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import OutcomeUnknown, Unreachable

from ..fake_machine import FakeMachine, refuse
from ..sample_machines import CSVLK, GVLK, MAK, carry, server_2008_r2

GVLK_OF_2019 = ProductKey.parse("N69G4-B89J2-4G8F4-WWYCC-J464C")


def test_rogue_host_becomes_a_client_and_a_restart_is_due() -> None:
    machine = server_2008_r2(CSVLK)
    report = set_product_key(machine, KeyRequest())
    assert machine.calls == [("InstallProductKey", {"ProductKey": GVLK}), ("RefreshLicenseStatus", {})]
    assert report.result is Result.VERIFIED
    assert report.changed
    assert report.restart_required
    assert report.after.primary is not None
    assert report.after.primary.key_type is KeyType.GVLK
    assert report.after.role.role is Role.KMS_HOST_PENDING


def test_three_reads_two_calls_and_the_read_back() -> None:
    machine = server_2008_r2(CSVLK, serving=False)
    set_product_key(machine, KeyRequest())
    assert len(machine.queries) == 3 + 3
    assert len(machine.calls) == 2


def test_second_run_sends_nothing() -> None:
    machine = server_2008_r2(GVLK, serving=False)
    report = set_product_key(machine, KeyRequest())
    assert machine.calls == []
    assert (report.changed, report.result, report.restart_required) == (False, Result.VERIFIED, False)


def test_check_mode_sends_nothing_and_says_what_would_be() -> None:
    machine = server_2008_r2(CSVLK)
    report = set_product_key(machine, KeyRequest(), check=True)
    assert machine.calls == []
    assert (report.changed, report.result) == (True, Result.PLANNED)
    assert report.plan.key.partial == "CPX3Y"


def test_unwanted_host_key_is_replaced_by_the_gvlk_and_fails() -> None:
    machine = server_2008_r2(MAK, serving=False)
    with pytest.raises(ChangeFailed, match="turned out to be a KMS host key") as caught:
        set_product_key(machine, KeyRequest(key=ProductKey.parse(CSVLK)))
    assert [arguments.get("ProductKey") for name, arguments in machine.calls if name == "InstallProductKey"] == [
        CSVLK,
        GVLK,
    ]
    assert caught.value.after is not None
    assert caught.value.after.primary is not None
    assert caught.value.after.primary.partial_product_key == "CPX3Y"
    assert CSVLK not in str(caught.value)


def test_allowed_host_key_stays() -> None:
    machine = server_2008_r2(GVLK, serving=False)
    report = set_product_key(machine, KeyRequest(key=ProductKey.parse(CSVLK), allow_kms_host_key=True))
    assert report.result is Result.VERIFIED
    assert report.after.primary is not None
    assert report.after.primary.key_type is KeyType.CSVLK


def test_host_key_that_is_there_already_is_not_called_fine() -> None:
    machine = server_2008_r2(CSVLK)
    with pytest.raises(Refused, match="allow_kms_host_key"):
        set_product_key(machine, KeyRequest(key=ProductKey.parse(CSVLK)))
    assert machine.calls == []


def test_key_of_another_edition_is_refused_before_anything_is_sent() -> None:
    machine = server_2008_r2(CSVLK)
    with pytest.raises(Refused, match="Windows Server 2019 Standard"):
        set_product_key(machine, KeyRequest(key=GVLK_OF_2019))
    assert machine.calls == []


def test_refusal_by_windows_names_the_code_and_what_is_installed_still() -> None:
    machine = server_2008_r2(GVLK, serving=False)
    machine.methods["InstallProductKey"] = refuse(0xC004F069)
    with pytest.raises(ChangeFailed, match="0xC004F069") as caught:
        set_product_key(machine, KeyRequest(key=ProductKey.parse(MAK)))
    assert caught.value.changed is False
    assert caught.value.hresult == 0xC004F069
    assert "CPX3Y" in str(caught.value)
    assert MAK not in str(caught.value)


def _lost(applied: bool) -> Any:
    def method(machine: FakeMachine, arguments: Mapping[str, Any]) -> int:
        if applied:
            carry(machine, arguments["ProductKey"])
        raise OutcomeUnknown("srv", "the connection broke", method="InstallProductKey")

    return method


def test_lost_answer_is_settled_by_reading_and_never_repeated() -> None:
    machine = server_2008_r2(CSVLK)
    machine.methods["InstallProductKey"] = _lost(applied=True)
    report = set_product_key(machine, KeyRequest())
    assert report.result is Result.VERIFIED
    assert machine.called.count("InstallProductKey") == 1


def test_lost_answer_without_effect_says_that_nothing_was_changed() -> None:
    machine = server_2008_r2(CSVLK)
    machine.methods["InstallProductKey"] = _lost(applied=False)
    with pytest.raises(ChangeFailed, match="nothing was changed") as caught:
        set_product_key(machine, KeyRequest())
    assert caught.value.changed is False
    assert machine.called.count("InstallProductKey") == 1


def test_lost_answer_on_a_lost_machine_says_that_nothing_is_known() -> None:
    machine = server_2008_r2(CSVLK)

    def die(machine: FakeMachine, arguments: Mapping[str, Any]) -> int:
        machine.fail_queries_with = [Unreachable("srv", "connection refused")] * 20
        raise OutcomeUnknown("srv", "the connection broke", method="InstallProductKey")

    machine.methods["InstallProductKey"] = die
    with pytest.raises(ChangeFailed, match="not known") as caught:
        set_product_key(machine, KeyRequest())
    assert caught.value.changed is None


def test_edition_that_changed_is_a_failure() -> None:
    machine = server_2008_r2(CSVLK)

    def convert(machine: FakeMachine, arguments: Mapping[str, Any]) -> int:
        carry(machine, arguments["ProductKey"])
        machine.rows["Win32_OperatingSystem"][0]["OperatingSystemSKU"] = 8
        return 0

    machine.methods["InstallProductKey"] = convert
    with pytest.raises(ChangeFailed, match="SKU 10 became 8"):
        set_product_key(machine, KeyRequest())


def test_key_that_windows_does_not_show_yet_is_accepted_not_verified() -> None:
    machine = server_2008_r2(CSVLK)
    machine.methods["InstallProductKey"] = lambda *_unused: 0
    report = set_product_key(machine, KeyRequest())
    assert (report.result, report.changed) == (Result.ACCEPTED, True)


def test_refresh_that_fails_is_a_warning() -> None:
    machine = server_2008_r2(CSVLK)
    machine.methods["RefreshLicenseStatus"] = refuse(0xC004F00F)
    report = set_product_key(machine, KeyRequest())
    assert report.result is Result.VERIFIED
    assert "0xC004F00F" in report.warnings[0]


def test_service_that_is_stopping_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    machine = server_2008_r2(CSVLK)

    def once(machine: FakeMachine, arguments: Mapping[str, Any]) -> int:
        machine.methods["InstallProductKey"] = install_now
        return refuse(0xC004F075)(machine, arguments) or 0

    def install_now(machine: FakeMachine, arguments: Mapping[str, Any]) -> int:
        carry(machine, arguments["ProductKey"])
        return 0

    machine.methods["InstallProductKey"] = once
    assert set_product_key(machine, KeyRequest()).result is Result.VERIFIED
    assert pauses == [1.0]


def test_a_key_that_turns_out_to_be_of_another_kind_is_not_verified() -> None:
    """The right last five characters, on a product of another channel: nothing may be built on that."""
    machine = server_2008_r2(CSVLK, serving=False)

    def land_elsewhere(one: FakeMachine, arguments: Mapping[str, Any]) -> int:
        carry(one, MAK)
        for row in one.rows["SoftwareLicensingProduct"]:
            if row["PartialProductKey"]:
                row["PartialProductKey"] = GVLK[-5:]
        return 0

    machine.methods["InstallProductKey"] = land_elsewhere
    with pytest.raises(ChangeFailed, match="Windows calls it VOLUME_MAK and not GVLK") as failed:
        set_product_key(machine, KeyRequest())
    assert failed.value.changed is True
    assert failed.value.after is not None
