# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activation by KMS: discovery, thresholds, refusals."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any

import pytest

from winlab.cim import CimError

from .bench import Bench, MakeBench, failure, invoke, keyed, on_product, on_service, windows_product


def _host(**changes: Any) -> dict[str, Any]:
    return {
        "release": "server2022",
        "name": "kms01",
        "key": "csvlk_2022",
        "activated": True,
        "kms_host": {"counted_clients": 30},
        **changes,
    }


def _code(lab: Bench, name: str = "m") -> str:
    with pytest.raises(CimError) as caught:
        on_product(lab[name], "Activate")
    return failure(caught.value)


def test_success(bench: MakeBench) -> None:
    lab = bench(_host(), {"release": "win10", "name": "m"})
    assert on_product(lab["m"], "Activate") == {"ReturnValue": 0}
    product = windows_product(lab["m"])
    assert (product["LicenseStatus"], product["GracePeriodRemaining"]) == (1, 259200)
    assert product["LicenseStatusReason"] == 0x4004F040
    assert product["DiscoveredKeyManagementServiceMachineName"] == "kms01.corp.example"
    assert product["DiscoveredKeyManagementServiceMachineIpAddress"] == lab["kms01"].address
    assert windows_product(lab["kms01"])["KeyManagementServiceCurrentCount"] == 31


@pytest.mark.parametrize(
    ("machines", "code"),
    [
        ([{"release": "win10"}], "C004F074"),
        ([{"release": "win7"}], "8007232B"),
        ([{"release": "win7", "kms_client": {"host": "nowhere"}}], "C004F074"),
        ([{"release": "win10"}, _host(kms_host={"counted_clients": 10})], "C004F038"),
        ([{"release": "server2016"}, _host(kms_host={"counted_clients": 3})], "C004F038"),
        ([{"release": "win10"}, _host(activated=False, kms_host={"publishing": False})], "C004F074"),
        (
            [{"release": "win10", "kms_client": {"host": "kms01"}}, _host(activated=False, kms_host={})],
            "C004F041",
        ),
        ([{"release": "server2025"}, _host()], "C004F042"),
        ([{"release": "win10", "clock_skew": "6h"}, _host()], "C004F074"),
        ([{"release": "win7", "firmware_marker": False}, _host()], "C004F035"),
        ([{"release": "win10", "kms_client": {"host": "kms01", "port": 1700}}, _host()], "C004F074"),
        ([{"release": "win10", "kms_client": {"activation_type": 1}}, _host()], "C004F081"),
        ([{"release": "win10", "domain": None}, _host()], "8007007B"),
        ([{"release": "server2016", "key": "none"}, _host()], None),
    ],
)
def test_refusals(bench: MakeBench, machines: list[dict[str, Any]], code: str | None) -> None:
    client, *hosts = machines
    lab = bench({**client, "name": "m"}, *hosts)
    if code is None:
        row = next(iter(lab["m"].platform.rows))
        with pytest.raises(CimError, match="C004F014"):
            lab["m"].platform.activate(lab["m"].platform.rows[row])
        return
    assert _code(lab) == code


def test_the_threshold_is_reached_by_counting(bench: MakeBench) -> None:
    lab = bench(_host(kms_host={}), {"release": "server2019", "name": "s-%d", "count": 6})
    codes = [_code(lab, f"s-{index}") for index in range(1, 5)]
    assert codes == ["C004F038"] * 4
    on_product(lab["s-5"], "Activate")
    on_product(lab["s-1"], "Activate")
    assert windows_product(lab["kms01"])["KeyManagementServiceCurrentCount"] == 5


def test_cloned_machine_ids_count_once(bench: MakeBench) -> None:
    clone = {"release": "server2019", "client_machine_id": "11111111-1111-4111-8111-111111111111"}
    lab = bench(_host(kms_host={}), {**clone, "name": "c-%d", "count": 6})
    assert [_code(lab, f"c-{index}") for index in range(1, 7)] == ["C004F038"] * 6
    assert windows_product(lab["kms01"])["KeyManagementServiceCurrentCount"] == 1


def test_the_host_remembers_at_most_twice_the_threshold(bench: MakeBench) -> None:
    lab = bench(_host(kms_host={}), {"release": "server2019", "name": "s-%d", "count": 14})
    for index in range(1, 15):
        with suppress(CimError):
            on_product(lab[f"s-{index}"], "Activate")
    assert windows_product(lab["kms01"])["KeyManagementServiceCurrentCount"] == 10


def test_clients_that_stay_away_are_forgotten_after_30_days(bench: MakeBench) -> None:
    lab = bench(_host(kms_host={}), {"release": "server2019", "name": "s-%d", "count": 5})
    for index in range(1, 5):
        _code(lab, f"s-{index}")
    lab.advance("29d")
    assert windows_product(lab["kms01"])["KeyManagementServiceCurrentCount"] == 4
    lab.advance("2d")
    assert windows_product(lab["kms01"])["KeyManagementServiceCurrentCount"] == 0


def test_a_dead_host_in_dns_is_skipped(bench: MakeBench) -> None:
    records = [{"target": f"gone-{index}.corp.example"} for index in range(5)]
    lab = bench(_host(), {"release": "win10", "name": "m"}, dns={"records": records})
    on_product(lab["m"], "Activate")
    assert windows_product(lab["m"])["DiscoveredKeyManagementServiceMachineName"] == "kms01.corp.example"


def test_priority_counts_from_windows_7_on(bench: MakeBench) -> None:
    rogue = {"release": "server2019", "name": "rogue", "key": "csvlk_2022", "activated": True}
    quiet = {"publishing": False}
    lab = bench(
        _host(kms_host={**quiet, "counted_clients": 30}),
        {**rogue, "kms_host": quiet},
        {"release": "win10", "name": "new-%d", "count": 9},
        {"release": "vista", "name": "old-%d", "count": 9},
        dns={"records": [{"target": "rogue.corp.example", "priority": 10}, {"target": "kms01.corp.example"}]},
    )
    statuses: dict[str, set[int]] = {"new": set(), "old": set()}
    for era, seen in statuses.items():
        for index in range(1, 10):
            with suppress(CimError):
                on_product(lab[f"{era}-{index}"], "Activate")
            seen.add(windows_product(lab[f"{era}-{index}"])["LicenseStatus"])
    assert statuses["new"] == {1}
    assert statuses["old"] == {1, 2}, "Vista picks at random, and some meet the rogue"


def test_a_stopped_host_answers_nobody(bench: MakeBench) -> None:
    lab = bench(_host(), {"release": "win10", "name": "m"})
    invoke(lab["kms01"], "Win32_Service", "StopService", {"Name": "sppsvc"})
    lab.wait(3)
    assert _code(lab) == "C004F074"


def test_a_rogue_host_in_dns_refuses_clients(bench: MakeBench) -> None:
    lab = bench(
        {"release": "server2019", "name": "rogue", "key": "csvlk_2022", "activated": True},
        {"release": "win10", "name": "m"},
    )
    assert _code(lab) == "C004F038"


def test_the_lookup_domain_decides_where_to_look(bench: MakeBench) -> None:
    lab = bench(
        _host(kms_host={"counted_clients": 30, "domains": ["branch.example"]}),
        {"release": "win10", "name": "m", "domain": None},
    )
    assert _code(lab) == "8007007B"
    on_service(lab["m"], "SetKeyManagementServiceLookupDomain", LookupDomain="branch.example")
    on_product(lab["m"], "Activate")
    assert windows_product(lab["m"])["LicenseStatus"] == 1


def test_a_host_key_group_serves_its_own_and_lower_groups(bench: MakeBench) -> None:
    host = {"release": "server2008r2", "name": "kms01", "key": "csvlk_kms_b", "activated": True}
    lab = bench(
        {**host, "kms_host": {"counted_clients": 8}},
        {"release": "server2008r2", "edition": "web", "name": "low"},
        {"release": "server2008r2", "edition": "datacenter", "name": "high"},
    )
    on_product(lab["low"], "Activate")
    assert _code(lab, "high") == "C004F042"


def test_office_counts_for_itself(bench: MakeBench) -> None:
    lab = bench(
        _host(more_keys=["csvlk_office2016"]),
        {"release": "win10", "name": "w-%d", "count": 5, "office": {"2016": ["proplus"]}},
    )
    codes = []
    for index in range(1, 6):
        machine = lab[f"w-{index}"]
        (office,) = [one for one in keyed(machine) if one["Name"].startswith("Office")]
        try:
            invoke(machine, "SoftwareLicensingProduct", "Activate", {"ID": office["ID"]})
            codes.append("ok")
        except CimError as error:
            codes.append(failure(error))
    assert codes == ["C004F038"] * 4 + ["ok"]


def test_active_directory_comes_first_on_windows_8_and_later(bench: MakeBench) -> None:
    lab = bench({"release": "win10", "name": "m"}, {"release": "win7", "name": "old"}, activation_object="Corp object")
    on_product(lab["m"], "Activate")
    product = windows_product(lab["m"])
    assert product["VLActivationType"] == 1
    assert product["ADActivationObjectName"] == "Corp object"
    assert product["ADActivationObjectDN"].startswith("CN=Corp object,CN=Activation Objects,CN=Microsoft SPP,")
    assert uuid.UUID(product["ADActivationCsvlkSkuId"])
    assert product["ADActivationCsvlkPid"].count("-") == 7
    assert _code(lab, "old") == "8007232B"


def test_what_active_directory_did_last_stays_when_a_kms_host_activates(bench: MakeBench) -> None:
    client = {
        "release": "win10",
        "name": "m",
        "activated": True,
        "activated_by": "ad",
        "kms_client": {"activation_type": 2},
    }
    lab = bench(_host(), client, activation_object="Corp object")
    assert windows_product(lab["m"])["VLActivationType"] == 1
    on_product(lab["m"], "Activate")
    product = windows_product(lab["m"])
    assert product["VLActivationType"] == 2
    assert product["ADActivationObjectName"] == "Corp object"
