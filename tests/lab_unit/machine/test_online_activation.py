# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activation by Microsoft: six machines, ten times each; pools; telephone."""

from __future__ import annotations

import pytest

from winlab.activation import confirmation_id
from winlab.cim import CimError

from .bench import MakeBench, failure, install, on_product, targets, windows_product


def test_the_seventh_machine_gets_c004c008(bench: MakeBench) -> None:
    lab = bench({"release": "server2008r2", "name": "s-%d", "count": 7, "key": "csvlk_kms_c"})
    for index in range(1, 7):
        on_product(lab[f"s-{index}"], "Activate")
    with pytest.raises(CimError) as caught:
        on_product(lab["s-7"], "Activate")
    assert failure(caught.value) == "C004C008"
    assert windows_product(lab["s-7"])["LicenseStatus"] == 2
    assert len(targets(lab)) == 6


def test_ten_activations_each(bench: MakeBench) -> None:
    lab = bench({"release": "server2008r2", "name": "m", "key": "csvlk_kms_c"})
    for _unused in range(10):
        on_product(lab["m"], "Activate")
    with pytest.raises(CimError, match="C004C008"):
        on_product(lab["m"], "Activate")
    assert windows_product(lab["m"])["LicenseStatus"] == 1


def test_activations_spent_elsewhere_count(bench: MakeBench) -> None:
    lab = bench({"release": "server2022", "name": "m", "key": "csvlk_2022"}, keys={"csvlk_2022": {"machines_used": 6}})
    with pytest.raises(CimError, match="C004C008"):
        on_product(lab["m"], "Activate")


def test_replacing_the_key_gives_nothing_back(bench: MakeBench) -> None:
    lab = bench({"release": "server2022", "name": "m", "key": "csvlk_2022", "activated": True})
    install(lab["m"], "gvlk_server2022_standard")
    assert lab.fleet.microsoft.account("csvlk_2022").total == 1


@pytest.mark.parametrize(
    ("key", "keys", "internet", "code"),
    [
        ("mak_server2019", {"mak_server2019": {"activations": 0}}, True, "C004C020"),
        ("mak_blocked", {"mak_blocked": {"blocked": True}}, True, "C004C003"),
        ("mak_server2019", {}, False, "80072EE7"),
        ("csvlk_2019", {}, False, "80072EE7"),
    ],
)
def test_refusals(bench: MakeBench, key: str, keys: dict[str, object], internet: bool, code: str) -> None:
    lab = bench({"release": "server2019", "name": "m", "key": key, "internet": internet}, keys=keys)
    with pytest.raises(CimError) as caught:
        on_product(lab["m"], "Activate")
    assert failure(caught.value) == code


def test_a_mak_counts_down(bench: MakeBench) -> None:
    lab = bench(
        {"release": "server2019", "name": "s-%d", "count": 3, "key": "mak"}, keys={"mak_server2019": {"activations": 2}}
    )
    on_product(lab["s-1"], "Activate")
    on_product(lab["s-2"], "Activate")
    with pytest.raises(CimError, match="C004C020"):
        on_product(lab["s-3"], "Activate")
    product = windows_product(lab["s-1"])
    assert (product["LicenseStatus"], product["GracePeriodRemaining"]) == (1, 0)


def test_by_telephone(bench: MakeBench) -> None:
    lab = bench({"release": "server2022", "name": "m", "key": "csvlk_2022", "internet": False})
    iid = windows_product(lab["m"])["OfflineInstallationId"]
    on_product(lab["m"], "DepositOfflineConfirmationId", InstallationId=iid, ConfirmationId=confirmation_id(iid))
    assert windows_product(lab["m"])["LicenseStatus"] == 1
    assert windows_product(lab["m"])["IsKeyManagementServiceMachine"] == 1


@pytest.mark.parametrize(
    ("change_iid", "cid", "code"),
    [(True, None, "C004F031"), (False, "123", "C004F02F"), (False, "1" * 48, "C004F04D")],
)
def test_telephone_mistakes(bench: MakeBench, change_iid: bool, cid: str | None, code: str) -> None:
    lab = bench({"release": "server2022", "name": "m", "key": "csvlk_2022"})
    iid = windows_product(lab["m"])["OfflineInstallationId"]
    answer = cid or confirmation_id(iid)
    sent = "9" * len(iid) if change_iid else iid
    with pytest.raises(CimError) as caught:
        on_product(lab["m"], "DepositOfflineConfirmationId", InstallationId=sent, ConfirmationId=answer)
    assert failure(caught.value) == code


def test_the_installation_id_belongs_to_the_key(bench: MakeBench) -> None:
    lab = bench({"release": "server2022", "name": "m", "key": "csvlk_2022"})
    before = windows_product(lab["m"])["OfflineInstallationId"]
    install(lab["m"], "mak_server2022")
    assert windows_product(lab["m"])["OfflineInstallationId"] != before


def test_a_setup_key_cannot_be_activated_by_telephone(bench: MakeBench) -> None:
    lab = bench({"release": "server2022", "name": "m"})
    iid = windows_product(lab["m"])["OfflineInstallationId"]
    with pytest.raises(CimError, match="C004F07D"):
        on_product(lab["m"], "DepositOfflineConfirmationId", InstallationId=iid, ConfirmationId=confirmation_id(iid))
