# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What time brings: grace, renewals, evaluation ends."""

from __future__ import annotations

from typing import Any

import pytest

from .bench import MakeBench, windows_product

_HOST: dict[str, Any] = {
    "release": "server2022",
    "name": "kms01",
    "key": "csvlk_2022",
    "activated": True,
    "kms_host": {"counted_clients": 30},
}


@pytest.mark.parametrize(
    ("machine", "after", "status", "reason"),
    [
        ({"release": "win7"}, "31d", 5, 0xC004F009),
        ({"release": "win7", "activated": True, "minutes": 60}, "2h", 3, 0x4004F00D),
        ({"release": "win7", "activated": True, "minutes": 60}, "31d", 5, 0xC004F009),
        ({"release": "win10", "activated": True, "minutes": 60}, "2h", 5, 0xC004F009),
        ({"release": "server2022", "edition": "standard_eval"}, "181d", 5, 0xC004FC07),
        ({"release": "server2022", "key": "mak", "activated": True}, "400d", 1, 0),
    ],
)
def test_lapses(bench: MakeBench, machine: dict[str, Any], after: str, status: int, reason: int) -> None:
    lab = bench({**machine, "name": "m"})
    lab.advance(after)
    product = windows_product(lab["m"])
    assert (product["LicenseStatus"], product["LicenseStatusReason"]) == (status, reason)


def test_grace_counts_down(bench: MakeBench) -> None:
    lab = bench({"release": "win7", "name": "m"})
    lab.advance("1d")
    assert windows_product(lab["m"])["GracePeriodRemaining"] == 43200 - 1440


def test_clients_activate_and_renew_by_themselves(bench: MakeBench) -> None:
    lab = bench(_HOST, {"release": "win10", "name": "m", "automatic": True})
    lab.advance("2h1m")
    assert windows_product(lab["m"])["LicenseStatus"] == 1
    lab.advance("100d")
    assert windows_product(lab["m"])["GracePeriodRemaining"] >= 259200 - 10080
    assert windows_product(lab["kms01"])["KeyManagementServiceCurrentCount"] == 31


def test_without_a_host_they_keep_trying_and_say_so(bench: MakeBench) -> None:
    lab = bench({"release": "win10", "name": "m", "automatic": True})
    lab.advance("1d")
    failures = [event for event in lab.fleet.events if event["kind"] == "automatic_activation_failed"]
    assert len(failures) == 12
    assert {event["code"] for event in failures} == {"0xC004F074"}


def test_a_machine_that_is_off_does_nothing(bench: MakeBench) -> None:
    lab = bench({**_HOST, "network": "down"}, {"release": "win10", "name": "m", "automatic": True, "network": "down"})
    lab.advance("30d")
    assert [event["kind"] for event in lab.fleet.events] == ["opened"]
    assert lab.fleet.zone.records() == []
