# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job slicing of AWX: slice 2 of 3 has the hosts 2, 5, 8, ... of the inventory, and knows of no other."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Lab, StartLab

POLICY = {"approved_kms_hosts": ["kms01.corp.example"]}
ROGUES = {"srv2008-01", "srv2008r2-01", "srv2019-01"}
SLICES = 3


@pytest.fixture(scope="module")
def demo(start_lab: StartLab) -> Lab:
    return start_lab("demo")


def sliced(inventory: Path, number: int, count: int) -> Path:
    """The inventory of one slice, beside the whole one."""
    whole: dict[str, Any] = yaml.safe_load(inventory.read_text())
    children = whole["all"]["children"]
    mine = sorted(children["windows"]["hosts"])[number - 1 :: count]
    for group in children.values():
        group["hosts"] = {host: own for host, own in group["hosts"].items() if host in mine}
    path = inventory.with_name(f"slice-{number}.yml")
    path.write_text(yaml.safe_dump(whole))
    return path


def audit(lab: Lab, report: Path, form: str, *options: str) -> None:
    run = lab.playbook(
        "winfleet.activation.audit", {**POLICY, "report_path": str(report), "report_format": form}, *options
    )
    assert run.code == 0, run.output


def rows(report: Path) -> list[dict[str, str]]:
    """Without the day of expiry, which is counted from the minute in which a machine was read."""
    return [{**row, "expires": ""} for row in csv.DictReader(report.read_text().splitlines())]


def test_reports_of_the_slices_make_the_report_of_the_whole(demo: Lab) -> None:
    whole, merged = demo.work / "whole.csv", demo.work / "merged.csv"
    audit(demo, whole, "csv")
    parts = []
    for number in range(1, SLICES + 1):
        inventory = sliced(demo.inventory, number, SLICES)
        parts.append(demo.work / f"slice-{number}.json")
        lab = Lab(inventory, demo.environment, demo.work, demo.log)
        audit(lab, parts[-1], "json")
    seen = [[row["host"] for row in json.loads(part.read_text())["hosts"]] for part in parts]
    assert [len(hosts) for hosts in seen] == [5, 4, 4]
    arguments = {"merge": [str(part) for part in parts], "path": str(merged), "format": "csv", "show": "wrong"}
    run = demo.ansible("localhost", "license_report", json.dumps(arguments))
    assert run.code == 0, run.output
    assert rows(merged) == rows(whole)
    result = run.result("localhost")
    assert result["summary"]["kms_unapproved"] == 3
    assert "srv2019-01" in result["wrong"]
    assert not [line for line in result["report"] if line.lstrip().startswith("kms01")], "it is as the policy requires"


def test_merging_something_else_is_refused(demo: Lab) -> None:
    arguments = {"merge": [str(demo.work / "whole.csv")]}
    run = demo.ansible("localhost", "license_report", json.dumps(arguments))
    assert run.code != 0
    assert "whole.csv cannot be merged" in run.output


def test_merging_nothing_is_no_clean_report(demo: Lab) -> None:
    run = demo.ansible("localhost", "license_report", json.dumps({"merge": []}))
    assert run.code != 0
    assert "merge names no file" in run.output


def test_a_slice_repairs_its_own_hosts_only(demo: Lab) -> None:
    inventory = sliced(demo.inventory, 1, SLICES)
    mine = {row["host"] for row in json.loads((demo.work / "slice-1.json").read_text())["hosts"]}
    assert 0 < len(mine & ROGUES) < len(ROGUES)
    # Not activated: DNS still leads to the rogue hosts of the other slices.
    variables = {**POLICY, "activate": False}
    run = Lab(inventory, demo.environment, demo.work, demo.log).playbook("winfleet.activation.enforce", variables)
    assert run.code == 0, run.output
    assert {event["machine"] for event in demo.events(kind="invoke")} == mine & ROGUES
