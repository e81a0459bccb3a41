# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory in INI, where values are text or Python literals; and no word of deprecation on the way.

Kind: variables of another type than YAML would give them, and what a newer ansible-core will no longer accept. Runs on
the oldest and the newest ansible-core.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import Lab, Run, StartLab

ROGUES = {"srv2008-01", "srv2008r2-01", "srv2019-01"}


def as_ini(inventory: Path, policy: dict[str, str], of_hosts: str) -> str:
    """The lab's own inventory as people write them in INI. ``of_hosts`` stands on the line of each host."""
    children: dict[str, Any] = yaml.safe_load(inventory.read_text())["all"]["children"]
    lines: list[str] = []
    for group, content in children.items():
        lines.append(f"[{group}]")
        for host, own in content["hosts"].items():
            values = " ".join(f"{name}={value}" for name, value in own.items())
            lines.append(f"{host} {values} {of_hosts if group == 'windows' else ''}".rstrip())
        if content.get("vars"):
            lines += [f"[{group}:vars]", *(f"{name}={value}" for name, value in content["vars"].items())]
    return "\n".join([*lines, "[all:vars]", *(f"{name}={value}" for name, value in policy.items())]) + "\n"


@pytest.fixture(scope="module")
def demo(start_lab: StartLab) -> Lab:
    return start_lab("demo")


def with_ini(lab: Lab, policy: dict[str, str], of_hosts: str = "") -> Lab:
    path = lab.work / "hosts"
    path.write_text(as_ini(lab.inventory, policy, of_hosts))
    return Lab(path, lab.environment, lab.work, lab.log)


def quiet(run: Run) -> Run:
    """A run without any word about what will be gone in a later version."""
    found = re.findall(r"\[(?:DEPRECATION WARNING|DEPRECATED)\].*", run.output)
    assert found == [], run.output
    return run


@pytest.mark.parametrize(
    "approved",
    [
        "kms01.corp.example",
        "kms01.corp.example,kms02.corp.example",
        "['kms01.corp.example']",
        '["kms01.corp.example"]',
    ],
)
def test_audit(demo: Lab, approved: str) -> None:
    lab = with_ini(demo, {"approved_kms_hosts": approved, "audit_fail": "no", "license_audit_in_flight": "64"})
    run = quiet(lab.playbook("winfleet.activation.audit", None, "--limit", "kms01,srv2019-01"))
    assert run.code == 0, run.output
    assert re.search(r"1 kms_host_ok, 1 kms_unapproved", run.output), run.output


def test_a_host_with_options_as_text(demo: Lab) -> None:
    options = "ansible_winrm_operation_timeout_sec=20 ansible_winrm_read_timeout_sec='30'"
    run = with_ini(demo, {}, options).ansible("srv2019-01", "license_info")
    assert run.result("srv2019-01")["role"] == "kms_host"


def test_a_word_that_is_no_boolean_is_refused(demo: Lab) -> None:
    lab = with_ini(demo, {"approved_kms_hosts": "kms01.corp.example", "license_audit_mark_hosts": "fasle"})
    run = lab.playbook("winfleet.activation.audit")
    assert run.code != 0
    assert "license_audit_mark_hosts" in run.output


def test_enforce(demo: Lab) -> None:
    """Last: it changes the fleet."""
    policy = {
        "approved_kms_hosts": "kms01.corp.example",
        "kms_client_settings": "{'host': 'kms01.corp.example', 'port': 1688}",
        "max_changes": "5",
        "canary": "1",
        "activate": "True",
        "require_activation": "false",
    }
    run = quiet(with_ini(demo, policy).playbook("winfleet.activation.enforce"))
    assert run.code == 0, run.output
    assert {event["machine"] for event in demo.events(kind="invoke")} == ROGUES
    assert not any(demo.state(host)["kms_host"]["enabled"] for host in ROGUES)
