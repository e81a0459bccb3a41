# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activations cost, so most of these tests are about the ones that do not happen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.activation import (
    ActivationRequest,
    activate,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import (
    ChangeFailed,
    Refused,
    Result,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp import schema, steps
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import TimedOut

from ..fake_machine import FakeMachine, refuse
from ..sample_machines import CSVLK, GVLK, GVLK_ID, MAK_ID, server_2008_r2
from ..sample_machines import activate as succeed

INSTALLATION_ID = "013764250143295763241176429536801426935241768350142695"
CONFIRMATION_ID = "123456" * 8


def unlicensed(key: str | None = GVLK) -> FakeMachine:
    return server_2008_r2(key, serving=False, licensed=False)


def test_activates_and_proves() -> None:
    machine = unlicensed()
    report = activate(machine, ActivationRequest())
    assert machine.called == ["Activate", "RefreshLicenseStatus"]
    assert (report.result, report.changed, report.product.license_status) == (Result.VERIFIED, True, "licensed")


def test_never_activates_what_is_activated() -> None:
    machine = server_2008_r2(GVLK, serving=False, licensed=True)
    report = activate(machine, ActivationRequest())
    assert machine.calls == []
    assert (report.result, report.changed) == (Result.VERIFIED, False)


def test_check_mode_activates_nothing() -> None:
    machine = unlicensed()
    assert activate(machine, ActivationRequest(), check=True).result is Result.PLANNED
    assert machine.calls == []


def test_host_key_is_not_activated_unless_allowed() -> None:
    machine = unlicensed(CSVLK)
    with pytest.raises(Refused, match="KMS host key ending in PYWKV"):
        activate(machine, ActivationRequest())
    assert machine.calls == []
    assert activate(machine, ActivationRequest(allow_kms_host_key=True)).result is Result.VERIFIED


@pytest.mark.parametrize(
    ("key", "product", "words"),
    [(None, "windows", "nothing to activate"), (GVLK, MAK_ID, "carries a key")],
)
def test_nothing_to_activate(key: str | None, product: str, words: str) -> None:
    machine = unlicensed(key)
    with pytest.raises(Refused, match=words):
        activate(machine, ActivationRequest(product=product))
    assert machine.calls == []


def test_product_by_activation_id() -> None:
    machine = unlicensed()
    assert activate(machine, ActivationRequest(product=GVLK_ID.upper())).result is Result.VERIFIED


def test_refusal_explains_the_code() -> None:
    machine = unlicensed()
    machine.methods["Activate"] = refuse(0xC004F038)
    with pytest.raises(ChangeFailed, match="0xC004F038") as caught:
        activate(machine, ActivationRequest())
    assert caught.value.hresult == 0xC004F038
    assert caught.value.changed is False
    assert caught.value.advice


def test_success_that_does_not_show_is_a_failure() -> None:
    machine = unlicensed()
    machine.methods["Activate"] = lambda *_unused: 0
    with pytest.raises(ChangeFailed, match="oob_grace after the activation"):
        activate(machine, ActivationRequest())


def test_lost_answer_is_settled_by_the_state() -> None:
    machine = unlicensed()

    def slow(machine: FakeMachine, arguments: Mapping[str, Any]) -> int:
        succeed(machine, arguments)
        raise TimedOut("srv", "no answer in 70 s")

    machine.methods["Activate"] = slow
    report = activate(machine, ActivationRequest())
    assert report.result is Result.VERIFIED
    assert "was lost" in report.warnings[0]
    assert machine.called.count("Activate") == 1


def test_confirmation_id_goes_with_the_installation_id_of_the_machine() -> None:
    machine = unlicensed()
    for row in machine.rows["SoftwareLicensingProduct"]:
        row["OfflineInstallationId"] = INSTALLATION_ID if row["ID"] == GVLK_ID else None
    machine.methods["DepositOfflineConfirmationId"] = succeed
    report = activate(machine, ActivationRequest(confirmation_id=CONFIRMATION_ID))
    assert report.method == "confirmation_id"
    assert machine.calls[0] == (
        "DepositOfflineConfirmationId",
        {"InstallationId": INSTALLATION_ID, "ConfirmationId": CONFIRMATION_ID},
    )


def test_an_activation_whose_answer_was_lost_may_succeed_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows goes on talking to its KMS host after the client is gone: the machine is read until it shows."""
    machine = unlicensed()
    waited: list[float] = []

    def lost(one: FakeMachine, arguments: Mapping[str, Any]) -> int:
        raise TimedOut("srv", "no answer")

    def pause(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            succeed(machine, {})

    monkeypatch.setattr(steps.time, "sleep", pause)
    machine.methods["Activate"] = lost
    report = activate(machine, ActivationRequest())
    assert (report.result, report.changed) == (Result.VERIFIED, True)
    assert (len(waited), machine.called.count("Activate")) == (3, 1)


def test_a_license_for_tokens_is_not_activated_online() -> None:
    machine = server_2019(GVLK_ID, VLActivationTypeEnabled=3)
    with pytest.raises(Refused, match="token-based activation"):
        activate(machine, ActivationRequest(product=GVLK_ID))
    assert machine.calls == []


def server_2019(activation_id: str, **columns: Any) -> FakeMachine:
    """The machine as a release whose provider has the newer columns."""
    machine = unlicensed()
    machine.rows["Win32_OperatingSystem"][0] |= {"BuildNumber": "17763", "Version": "10.0.17763"}
    older, newer = schema.product_columns(7601)[0], schema.product_columns(17763)[0]
    for row in machine.rows["SoftwareLicensingProduct"]:
        row |= {column: None for column in newer if column not in older} | columns
    for row in machine.rows["SoftwareLicensingService"]:
        row |= {column: None for column in schema.service_columns(17763)[0] if column not in row}
    return machine
