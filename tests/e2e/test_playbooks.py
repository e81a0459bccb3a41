# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks on the demonstration fleet: check, for real, and again without a change."""

from __future__ import annotations

import csv
import re

import pytest

from .conftest import Lab, Run, StartLab

ROGUES = ("srv2008-01", "srv2008r2-01", "srv2019-01")
POLICY = {"approved_kms_hosts": ["kms01.corp.example"]}


@pytest.fixture(scope="module")
def demo(start_lab: StartLab) -> Lab:
    return start_lab("demo")


def changed(run: Run) -> dict[str, int]:
    """Changed tasks by host, from the recap."""
    return {
        match["host"]: int(match["count"])
        for match in re.finditer(r"^(?P<host>\S+)\s+: ok=\d+\s+changed=(?P<count>\d+)", run.output, re.MULTILINE)
    }


def invoked(lab: Lab) -> int:
    return len(lab.events(kind="invoke"))


def test_audit_changes_nothing_and_reports_everyone(demo: Lab) -> None:
    path = demo.work / "report.csv"
    run = demo.playbook("winfleet.activation.audit", {**POLICY, "report_path": str(path), "report_format": "csv"})
    assert run.code == 0, run.output
    assert invoked(demo) == 0
    rows = {row["host"]: row for row in csv.DictReader(path.read_text().splitlines())}
    assert len(rows) == 13
    assert {host for host, row in rows.items() if row["verdict"] == "kms_unapproved"} == set(ROGUES)
    assert rows["kms01"]["verdict"] == "kms_host_ok"
    assert rows["srv2012-off"]["verdict"] == "unreachable"


def test_audit_for_ci_fails_and_names_the_machine(demo: Lab) -> None:
    run = demo.playbook("winfleet.activation.audit", {**POLICY, "audit_fail": True}, "--limit", "srv2008r2-01")
    assert run.code != 0
    assert "It is not an approved KMS host" in run.output


def test_enforce_needs_the_list_of_approved_hosts(demo: Lab) -> None:
    run = demo.playbook("winfleet.activation.enforce")
    assert run.code != 0
    assert "approved_kms_hosts is not set" in run.output
    assert invoked(demo) == 0


def test_enforce_in_check_mode_sends_nothing(demo: Lab) -> None:
    run = demo.playbook("winfleet.activation.enforce", POLICY, "--check", "--diff")
    assert run.code == 0, run.output
    assert {host for host, count in changed(run).items() if count} == set(ROGUES)
    assert invoked(demo) == 0


def test_enforce_repairs_the_rogues_and_nobody_else(demo: Lab) -> None:
    run = demo.playbook("winfleet.activation.enforce", POLICY)
    assert run.code == 0, run.output
    assert {host for host, count in changed(run).items() if count} == set(ROGUES)
    assert {event["machine"] for event in demo.events(kind="invoke")} == set(ROGUES)
    for host in ROGUES:
        truth = demo.state(host)
        assert truth["license"]["key_type"] == "gvlk"
        assert truth["license"]["license_status"] == "licensed"
        assert not truth["kms_host"]["enabled"]
    assert demo.state("kms01")["license"]["key_type"] == "csvlk"


def test_enforce_again_changes_nothing(demo: Lab) -> None:
    before = invoked(demo)
    run = demo.playbook("winfleet.activation.enforce", POLICY)
    assert run.code == 0, run.output
    assert not any(changed(run).values())
    assert invoked(demo) == before


def test_role_refuses_an_approved_host(demo: Lab) -> None:
    playbook = demo.work / "wrong.yml"
    playbook.write_text(
        "- hosts: kms01\n"
        "  gather_facts: false\n"
        "  roles:\n"
        "    - role: winfleet.activation.kms_client\n"
        "      kms_client_approved_kms_hosts: [kms01.corp.example]\n"
    )
    before = invoked(demo)
    run = demo.playbook(str(playbook))
    assert run.code != 0
    assert "must not become a KMS client" in run.output
    assert invoked(demo) == before


def test_enforce_converts_more_when_told_to(demo: Lab) -> None:
    run = demo.playbook("winfleet.activation.enforce", {**POLICY, "repair": ["kms_unapproved", "wrong_key_type"]})
    assert run.code == 0, run.output
    for host in ("srv2016-01", "srv2012r2-01"):
        assert demo.state(host)["license"]["key_type"] == "gvlk"
        assert demo.state(host)["license"]["license_status"] == "licensed"
