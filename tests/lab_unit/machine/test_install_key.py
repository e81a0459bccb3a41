# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""InstallProductKey: what goes in, what is refused, and with which code."""

from __future__ import annotations

from typing import Any

import pytest

from winlab.cim import CimError

from .bench import MakeBench, failure, install, keyed, on_product, on_service, windows_product

_ACCEPTED = [
    ({"release": "server2008r2", "edition": "enterprise"}, "csvlk_kms_c", "VOLUME_KMS_C"),
    ({"release": "server2008"}, "csvlk_kms_b", "VOLUME_KMS_B"),
    ({"release": "server2003r2"}, "csvlk_kms_b", "VOLUME_KMS_B"),
    ({"release": "win7"}, "csvlk_client_vl", "VOLUME_KMS"),
    ({"release": "server2019"}, "csvlk_2025", "VOLUME_KMS_WS25"),
    ({"release": "server2019"}, "mak_server2019", "VOLUME_MAK"),
    ({"release": "win10", "edition": "pro"}, "w269n-wfgwx-yvc9b-4j6c9-t83gx", "VOLUME_KMSCLIENT"),
]

_REFUSED = [
    ("no key", {"release": "server2019"}, "", "80070057"),
    ("blank", {"release": "server2019"}, "   ", "80070057"),
    ("nonsense", {"release": "server2019"}, "no-key-at-all", "C004F050"),
    ("unknown", {"release": "server2019"}, "99999-99999-99999-99999-99999", "C004F050"),
    ("other edition", {"release": "server2019"}, "gvlk_server2019_datacenter", "C004F069"),
    ("newer Windows", {"release": "server2019"}, "gvlk_server2022_standard", "C004F050"),
    ("older Windows", {"release": "server2019"}, "gvlk_server2016_standard", "C004E016"),
    ("server host key on a client", {"release": "win7"}, "csvlk_kms_c", "C004F069"),
    ("host key before the update", {"release": "server2019", "updated": False}, "csvlk_2025", "C004F050"),
    ("host key on Azure Edition", {"release": "server2022", "edition": "azure"}, "csvlk_2022", "C004F069"),
    (
        "setup key on an evaluation",
        {"release": "server2022", "edition": "standard_eval"},
        "gvlk_server2022_standard",
        "C004F069",
    ),
    (
        "edition change refused",
        {"release": "win10", "edition": "pro", "edition_change": False},
        "gvlk_win10_enterprise",
        "C004F069",
    ),
]


@pytest.mark.parametrize(("machine", "key", "token"), _ACCEPTED)
def test_accepted(bench: MakeBench, machine: dict[str, Any], key: str, token: str) -> None:
    lab = bench({**machine, "name": "m", "key": "none"})
    install(lab["m"], key)
    product = windows_product(lab["m"])
    assert product["Description"].endswith(f" {token} channel")
    assert len(product["PartialProductKey"]) == 5


@pytest.mark.parametrize(
    ("machine", "key", "code"), [case[1:] for case in _REFUSED], ids=[case[0] for case in _REFUSED]
)
def test_refused(bench: MakeBench, machine: dict[str, Any], key: str, code: str) -> None:
    lab = bench({**machine, "name": "m"})
    before = keyed(lab["m"])
    with pytest.raises(CimError) as caught:
        install(lab["m"], key)
    assert failure(caught.value) == code
    assert keyed(lab["m"]) == before
    assert "99999-" not in str(caught.value)


def test_the_new_key_replaces_the_old_at_once(bench: MakeBench) -> None:
    lab = bench({"release": "server2019", "name": "m", "key": "retail", "activated": True})
    install(lab["m"], "gvlk_server2019_standard")
    (product,) = keyed(lab["m"])
    assert product["PartialProductKey"] == "J464C"
    assert product["ProductKeyChannel"] == "Volume:GVLK"


def test_the_same_key_again_changes_nothing(bench: MakeBench) -> None:
    lab = bench(
        {"release": "server2022", "name": "kms01", "key": "csvlk_2022", "activated": True},
        {"release": "server2019", "name": "m", "activated": True},
    )
    before = keyed(lab["m"])
    install(lab["m"], "gvlk_server2019_standard")
    assert keyed(lab["m"]) == before


def test_a_setup_key_can_change_the_edition_of_a_client(bench: MakeBench) -> None:
    lab = bench({"release": "win10", "edition": "pro", "name": "m"})
    install(lab["m"], "gvlk_win10_enterprise")
    (system,) = lab["m"].cim.instances("root/cimv2", "Win32_OperatingSystem")
    assert system.values["OperatingSystemSKU"] == 4
    assert system.values["Caption"] == "Microsoft Windows 10 Enterprise"
    assert windows_product(lab["m"])["LicenseFamily"] == "Enterprise"


def test_an_add_on_stays_beside_the_key_of_windows(bench: MakeBench) -> None:
    lab = bench({"release": "win10", "name": "m"})
    install(lab["m"], "esu_win10_year1")
    assert sorted(one["LicenseIsAddon"] for one in keyed(lab["m"])) == [False, True]


def test_uninstall_leaves_the_machine_unlicensed(bench: MakeBench) -> None:
    lab = bench({"release": "server2019", "name": "m"})
    on_product(lab["m"], "UninstallProductKey")
    assert keyed(lab["m"]) == []


def test_the_log_shows_partial_keys_only(bench: MakeBench) -> None:
    lab = bench({"release": "server2022", "name": "m"})
    install(lab["m"], "csvlk_2022")
    assert on_service(lab["m"], "RefreshLicenseStatus") == {"ReturnValue": 0}
    assert any(event["kind"] == "key_installed" for event in lab.fleet.events)
    assert "99999-" not in str(list(lab.fleet.events))
