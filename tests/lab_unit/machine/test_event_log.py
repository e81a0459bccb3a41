# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the licensing service writes to the event log, in the form of TechNet ff793440."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from winlab.cim import CimError

from .bench import MakeBench, on_product, query

_HOST = {"release": "server2022", "name": "kms01", "key": "csvlk_2022", "activated": True}


def rows(machine: Any, *codes: int) -> list[dict[str, Any]]:
    found = [one.values for one in query(machine, "Win32_NTLogEvent")]
    return [one for one in found if not codes or one["EventCode"] in codes]


def test_request_and_answer_of_a_client(bench: MakeBench) -> None:
    lab = bench({**_HOST, "kms_host": {"counted_clients": 30}}, {"release": "win10", "name": "pc"})
    on_product(lab["pc"], "Activate")
    asked, answered = rows(lab["pc"])
    cmid = lab["pc"].client_machine_id
    activation_id = lab["pc"].platform.primary().license.id  # type: ignore[union-attr]
    assert (asked["EventCode"], asked["Logfile"], asked["Type"]) == (12288, "Application", "Information")
    assert asked["InsertionStrings"] == [
        f"0x00000000, 0x00000000, kms01.corp.example:1688, {cmid}, 2026/11/24 08:00, 1, 5, 0, {activation_id}, 25"
    ]
    assert answered["EventCode"] == 12289
    assert answered["InsertionStrings"] == ["0x00000000, 0x00000000, 1, 0, 31, 120, 10080, 2026/11/24 08:00"]
    (request,) = rows(lab["kms01"], 12290)
    assert request["Logfile"] == "Key Management Service"
    assert request["InsertionStrings"] == [f"0x0,25,pc.corp.example,{cmid},2026/11/24 08:00,1,5,0,{activation_id}"]


def test_a_refusal_is_logged_on_both_sides(bench: MakeBench) -> None:
    lab = bench(_HOST, {"release": "server2019", "name": "srv"})
    with pytest.raises(CimError, match="C004F038"):
        on_product(lab["srv"], "Activate")
    (answered,) = rows(lab["srv"], 12289)
    assert answered["InsertionStrings"][0].split(", ")[:3] == ["0xC004F038", "0x04000000", "0"]
    (request,) = rows(lab["kms01"], 12290)
    assert request["InsertionStrings"][0].split(",")[:2] == ["0xC004F038", "5"]


def test_no_answer_is_a_request_alone(bench: MakeBench) -> None:
    lab = bench({"release": "win10", "name": "pc", "kms_client": {"host": "nobody"}})
    with suppress(CimError):
        on_product(lab["pc"], "Activate")
    (asked,) = rows(lab["pc"], 12288)
    assert asked["InsertionStrings"][0].split(", ")[:3] == ["0x800706BA", "0x00000000", "nobody:1688"]
    assert rows(lab["pc"], 12289) == []


@pytest.mark.parametrize(
    ("client", "host", "request_code", "failure"),
    [
        pytest.param({"kms_client": {"host": "nobody"}}, {}, "0x800706BA", "0x800706BA", id="nobody answers"),
        pytest.param({"clock_skew": "6h"}, {}, "0xC004F06C", "0xC004F06C", id="clock"),
        pytest.param({}, {"key": "csvlk_kms_b", "release": "server2008r2"}, "0xC004F042", "0xC004F042", id="product"),
        pytest.param({}, {"kms_host": {"counted_clients": 3}}, "0x00000000", "0xC004F038", id="count"),
        pytest.param({"domain": None}, {}, None, "0x8007007B", id="no suffix"),
        pytest.param({"kms_client": {"lookup_domain": "gone.example"}}, {}, None, "0x8007232B", id="no record"),
        pytest.param({"kms_client": {"activation_type": 1}}, {}, None, "0xC004F081", id="no object"),
    ],
)
def test_every_failed_attempt_is_logged_with_its_real_code(
    bench: MakeBench, client: dict[str, Any], host: dict[str, Any], request_code: str | None, failure: str
) -> None:
    lab = bench({**_HOST, "kms_host": {"counted_clients": 30}, **host}, {"release": "win10", "name": "pc", **client})
    with pytest.raises(CimError):
        on_product(lab["pc"], "Activate")
    sent = [one["InsertionStrings"][0].split(", ")[0] for one in rows(lab["pc"], 12288)]
    assert sent == ([] if request_code is None else [request_code])
    (seen,) = rows(lab["pc"], 8233)
    assert seen["InsertionStrings"][0] == failure
    product = lab["pc"].platform.primary().license  # type: ignore[union-attr]
    assert seen["InsertionStrings"][1] == f"AppId={product.application_id};SkuId={product.id}"
    (acted,) = rows(lab["pc"], 8198)
    assert acted["InsertionStrings"][0] == f"hr={failure}"
    assert (acted["Type"], acted["Logfile"]) == ("Error", "Application")


def test_vista_knows_no_events_of_the_rules_engine(bench: MakeBench) -> None:
    lab = bench({"release": "vista", "name": "pc", "kms_client": {"host": "nobody"}})
    with suppress(CimError):
        on_product(lab["pc"], "Activate")
    assert [one["EventCode"] for one in rows(lab["pc"])] == [12288]


def test_where_a_machine_looks_for_service_records(bench: MakeBench) -> None:
    lab = bench(
        {"release": "win10", "name": "member", "dns_client": {"suffix": "old.example", "search_list": ["b.example"]}},
        {"release": "win10", "name": "alone", "domain": None, "dns_client": {"connection": "dhcp.example"}},
        {
            "release": "win10",
            "name": "policy",
            "dns_client": {"policy_suffix": "p.example", "search_list": ["c.example"]},
        },
    )
    assert lab["member"].kms_domains() == ["old.example", "corp.example", "b.example"]
    assert lab["alone"].kms_domains() == ["dhcp.example"]
    assert lab["policy"].kms_domains() == ["p.example", "corp.example", "c.example"]
    used = [one.values for one in query(lab["alone"], "Win32_NetworkAdapterConfiguration") if one.values["IPEnabled"]]
    assert [one["DNSDomain"] for one in used] == ["dhcp.example"]


def test_publishing_is_an_event_a_day(bench: MakeBench) -> None:
    lab = bench({**_HOST, "kms_host": {"domains": ["branch.example"]}})
    lab.advance("2d")
    published = rows(lab["kms01"], 12294)
    assert [one["InsertionStrings"] for one in published] == [["corp.example"], ["branch.example"]] * 3
    assert len({one["TimeGenerated"] for one in published}) == 3
    assert [one["RecordNumber"] for one in published] == [1, 2, 3, 4, 5, 6]


def test_vista_writes_under_its_own_source(bench: MakeBench) -> None:
    lab = bench({"release": "server2008", "name": "kms01", "key": "csvlk_kms_b", "activated": True})
    assert {one["SourceName"] for one in rows(lab["kms01"])} == {"Microsoft-Windows-Security-Licensing-SLC"}
    later = bench(_HOST)
    assert {one["SourceName"] for one in rows(later["kms01"])} == {"Microsoft-Windows-Security-SPP"}


def test_a_flood_in_one_log_forgets_its_oldest_entries_only(bench: MakeBench) -> None:
    lab = bench(_HOST)
    machine = lab["kms01"]
    for number in range(6000):
        machine.log_event("Key Management Service", 12290, [str(number)])
    flood = rows(machine, 12290)
    assert len(flood) == 5000
    assert flood[-1]["RecordNumber"] == 6000
    assert len(rows(machine, 12294)) == 1
