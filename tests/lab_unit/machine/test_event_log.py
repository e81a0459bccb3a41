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
    assert answered["InsertionStrings"][0].split(", ")[:3] == ["0xC004F038", "0x00000000", "0"]
    (request,) = rows(lab["kms01"], 12290)
    assert request["InsertionStrings"][0].split(",")[:2] == ["0xC004F038", "5"]


def test_no_answer_is_a_request_alone(bench: MakeBench) -> None:
    lab = bench({"release": "win10", "name": "pc", "kms_client": {"host": "nobody"}})
    with suppress(CimError):
        on_product(lab["pc"], "Activate")
    (asked,) = rows(lab["pc"])
    assert asked["InsertionStrings"][0].split(", ")[2] == "nobody:1688"


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
