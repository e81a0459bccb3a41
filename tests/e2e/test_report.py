# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a fleet that was really read: all forms from one call, compared with the one before."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.module_document import assert_documented, document

from .conftest import Lab, StartLab

POLICY = {"approved_kms_hosts": ["kms01.corp.example"]}
NAMES = ("a.html", "a.json", "a.csv", "a.xml", "a.sarif", "codequality.json", "a.prom", "a.txt")
TIME = "2026-11-27T17:09:00Z"


@pytest.fixture(scope="module")
def demo(start_lab: StartLab) -> Lab:
    lab = start_lab("demo")
    for folder, name, text in (
        ("group_vars", "all", 'site: "{{ towns[0] }}"\ntowns: [Bonn, Rome]\n'),
        ("host_vars", "kms01", 'site: "{{ towns[1] }}"\n'),
    ):
        path = lab.work / folder / f"{name}.yml"
        path.parent.mkdir()
        path.write_text(text)
    return lab


@pytest.fixture(scope="module")
def folder(demo: Lab) -> Path:
    path = demo.work / "report"
    path.mkdir()
    return path


def audit(lab: Lab, folder: Path, *options: str, **variables: Any) -> str:
    variables = {
        **POLICY,
        "report_paths": ",".join(str(folder / name) for name in NAMES),
        "license_audit_columns": ["site"],
        "license_audit_compare_with": str(folder / "a.json"),
        **variables,
    }
    run = lab.playbook("winfleet.activation.audit", variables, *options)
    assert run.code == 0, run.output
    return run.output


def test_check_mode_writes_nothing(demo: Lab, folder: Path) -> None:
    audit(demo, folder, "--check")
    assert list(folder.iterdir()) == []


def test_one_audit_writes_every_form(demo: Lab, folder: Path) -> None:
    audit(demo, folder)
    assert {path.name for path in folder.iterdir()} == set(NAMES)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes.pop("a.prom") == 0o644, "node_exporter runs as somebody else"
    assert set(modes.values()) == {0o600}
    report = json.loads((folder / "a.json").read_text())
    assert report["state"]["words"] == "Not compliant: 6 of 13 machines need action, 1 was not read."
    assert report["seconds"] > 0
    assert report["approved"] == {"serving": ["kms01"], "unmatched": []}
    sites = {host["host"]: host["columns"]["site"] for host in report["hosts"]}
    assert (sites["kms01"], sites["srv2012-off"], len(sites)) == ("Rome", "Bonn", 13)
    assert report["changes"] is None
    assert (folder / "a.txt").read_text().startswith("Not compliant: 6 of 13")


def test_the_next_one_tells_what_was_repaired(demo: Lab, folder: Path) -> None:
    run = demo.playbook("winfleet.activation.enforce", {**POLICY, "activate": False, "repair": "kms_unapproved"})
    assert run.code == 0, run.output
    audit(demo, folder)
    changes = json.loads((folder / "a.json").read_text())["changes"]
    fixed = {gone["subject"] for gone in changes["fixed"] if gone["id"] == "KMS-001"}
    assert fixed == {"srv2008-01", "srv2008r2-01", "srv2019-01"}
    assert changes["counts"]["same"] >= 3


_TWICE = """
- hosts: localhost
  gather_facts: false
  tasks:
    - winfleet.activation.license_report:
        hosts: "{{ fleet }}"
        audited_at: TIME
        paths: "{{ paths }}"
"""


def test_the_same_input_changes_nothing_the_second_time(demo: Lab, folder: Path) -> None:
    result = {"unreachable": True, "msg": "refused"}
    playbook = demo.work / "twice.yml"
    playbook.write_text(_TWICE.replace("TIME", TIME))
    variables = {"fleet": {"pc01": result}, "paths": [str(folder / f"twice-{name}") for name in NAMES]}
    assert "changed=1" in demo.playbook(str(playbook), variables).output
    assert "changed=0" in demo.playbook(str(playbook), variables, "--check").output
    assert "changed=0" in demo.playbook(str(playbook), variables).output
    shown = demo.playbook(str(playbook), {**variables, "fleet": {"pc02": result}}, "--check", "--diff").output
    assert "changed=1" in shown
    assert '-   "host": "pc01",' in shown
    assert '+   "host": "pc02",' in shown
    assert "<!doctype" not in shown


def test_results_are_documented(demo: Lab, folder: Path) -> None:
    path = str(folder / "documented.json")
    arguments = {"hosts": {"srv2019-01": {"unreachable": True, "msg": "refused"}}, "compare_with": path, "path": path}
    assert demo.ansible("localhost", "license_report", json.dumps(arguments)).code == 0
    result = demo.ansible("localhost", "license_report", json.dumps(arguments)).result("localhost")
    assert_documented(result, document("license_report")["return"], "license_report")
    assert set(result) >= {"report", "headline", "summary", "wrong", "files", "path", "changes"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"hosts": {}, "audited_at": "yesterday"}, "audited_at must be a time with its offset"),
        ({"hosts": {}, "audited_at": "2026-11-27T17:09:00"}, "audited_at must be a time with its offset"),
        ({"hosts": {}, "policy_file": "/nowhere/policy.yml"}, "policy_file /nowhere/policy.yml cannot be read"),
        ({"hosts": {}, "compare_with": "/etc/hostname"}, "/etc/hostname cannot be compared with"),
        ({"hosts": {}, "paths": ["/nowhere/a.html"]}, "the folder /nowhere does not exist"),
        ({"check_only": True, "paths": ["/nowhere/a.html"]}, "Nothing was read yet"),
        (
            {"check_only": True, "path": "a.json", "format": "jsn"},
            "value of format must be one of: text, csv, json, html",
        ),
        ({"check_only": True, "compare_with": "/etc/hostname"}, "/etc/hostname cannot be compared with"),
        ({"check_only": True, "policy_file": "/nowhere/policy.yml"}, "policy_file /nowhere/policy.yml cannot be read"),
        ({"check_only": True, "columns": ["ansible_password"]}, "looks like a secret"),
        ({"hosts": {}, "format": "pdf"}, "value of format must be one of: text, csv, json, html"),
    ],
)
def test_what_cannot_be_meant_is_refused(demo: Lab, arguments: dict[str, Any], words: str) -> None:
    run = demo.ansible("localhost", "license_report", json.dumps(arguments))
    assert run.code != 0
    assert words in run.output
