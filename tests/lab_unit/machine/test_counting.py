# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a KMS host counts: what comes, what is capped, and what is forgotten."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from winlab.cim import CimError

from .bench import Bench, MakeBench, invoke, keyed, on_product, windows_product

_HOST = {"release": "server2022", "name": "kms01", "key": "csvlk_2022", "activated": True}


def ask(lab: Bench, *names: str) -> None:
    for name in names:
        with suppress(CimError):
            on_product(lab[name], "Activate")


def count(lab: Bench) -> int:
    found = windows_product(lab["kms01"])["KeyManagementServiceCurrentCount"]
    assert isinstance(found, int)
    return found


@pytest.mark.parametrize(("release", "needed"), [("win10", 25), ("server2019", 5)])
def test_thresholds(bench: MakeBench, release: str, needed: int) -> None:
    lab = bench(_HOST, {"release": release, "name": "m-%d", "count": needed})
    ask(lab, *(f"m-{index}" for index in range(1, needed)))
    assert {windows_product(lab[f"m-{index}"])["LicenseStatus"] for index in range(1, needed)} == {5}
    ask(lab, f"m-{needed}")
    assert windows_product(lab[f"m-{needed}"])["LicenseStatus"] == 1
    assert count(lab) == needed


def test_servers_and_clients_count_together(bench: MakeBench) -> None:
    lab = bench(
        _HOST,
        {"release": "win10", "name": "pc-%d", "count": 5},
        {"release": "server2019", "name": "srv", "groups": ["servers"]},
    )
    ask(lab, *(f"pc-{index}" for index in range(1, 5)), "srv")
    assert windows_product(lab["srv"])["LicenseStatus"] == 1
    assert windows_product(lab["pc-1"])["LicenseStatus"] == 5


@pytest.mark.parametrize(("release", "cap"), [("server2019", 10), ("win10", 50)])
def test_the_host_remembers_twice_the_threshold(bench: MakeBench, release: str, cap: int) -> None:
    lab = bench(_HOST, {"release": release, "name": "m-%d", "count": cap + 3})
    ask(lab, *(f"m-{index}" for index in range(1, cap + 4)))
    assert count(lab) == cap


def test_a_client_that_stays_away_for_thirty_days_is_forgotten(bench: MakeBench) -> None:
    lab = bench(_HOST, {"release": "server2019", "name": "m-%d", "count": 6})
    ask(lab, "m-1", "m-2", "m-3")
    lab.advance("20d")
    ask(lab, "m-3", "m-4", "m-5")
    assert count(lab) == 5
    lab.advance("9d")
    assert count(lab) == 5
    lab.advance("2d")
    assert count(lab) == 3
    ask(lab, "m-6")
    assert windows_product(lab["m-6"])["LicenseStatus"] == 5


def test_office_counts_up_to_ten_and_apart_from_windows(bench: MakeBench) -> None:
    lab = bench(
        {**_HOST, "more_keys": ["csvlk_office2016"]},
        {"release": "win10", "name": "w-%d", "count": 12, "office": {"2016": ["proplus"]}},
    )
    for index in range(1, 13):
        machine = lab[f"w-{index}"]
        (office,) = [one for one in keyed(machine) if one["Name"].startswith("Office")]
        with suppress(CimError):
            invoke(machine, "SoftwareLicensingProduct", "Activate", {"ID": office["ID"]})
    counts: dict[str, Any] = {
        one["Name"].partition(" ")[0]: one["KeyManagementServiceCurrentCount"] for one in keyed(lab["kms01"])
    }
    assert sorted(counts.values()) == [0, 10]
