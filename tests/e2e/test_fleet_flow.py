# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do with a fleet: audit all of it in one pass, repair what is wrong, keep the results, go on from them."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.guide import example

from .conftest import REPOSITORY, Lab, Run, StartLab

SCENARIO = Path(__file__).parent / "scenarios" / "repair.yml"
POLICY = {"approved_kms_hosts": ["kms01.corp.example"]}
ROGUES = {"rogue-01", "rogue-02"}
CLOSED = {"closed-01", "closed-02", "closed-03"}
# What reads one host: operating system, licensing service, keyed products and, where there are many, their pages.
_READING = 4


@pytest.fixture(scope="module")
def fleet(start_lab: StartLab) -> Lab:
    return start_lab(str(SCENARIO))


def acted_on(run: Run) -> set[str]:
    """The hosts for which Ansible has run any task, from the recap."""
    return set(re.findall(r"^(\S+)\s+: ok=\d+", run.output, re.MULTILINE))


def report_of(path: Path) -> dict[str, dict[str, str]]:
    return {row["host"]: row for row in csv.DictReader(path.read_text().splitlines())}


def audit_to(lab: Lab, path: Path, *options: str, **variables: Any) -> Run:
    return lab.playbook(
        "winfleet.activation.audit", {**POLICY, "report_path": str(path), "report_format": "csv", **variables}, *options
    )


def play(lab: Lab, text: str, *options: str) -> Run:
    path = lab.work / f"play-{len(lab.log)}.yml"
    path.write_text(text)
    return lab.playbook(str(path), POLICY, *options)


# --- the audit


def test_audit_is_one_task_for_all_hosts(fleet: Lab) -> None:
    path = fleet.work / "audit.csv"
    run = audit_to(fleet, path, license_audit_show="wrong")
    assert run.code == 0, run.output
    assert len(acted_on(run)) == 1
    rows = report_of(path)
    assert len(rows) == 200
    assert {host for host, row in rows.items() if row["verdict"] == "kms_unapproved"} == ROGUES
    assert {host for host, row in rows.items() if row["verdict"] == "unreachable"} == CLOSED
    assert "200 hosts: 194 kms_client_ok, 1 kms_host_ok, 2 kms_unapproved, 3 unreachable" in run.output
    assert "rogue-01:" in run.output
    assert "good-07" not in run.output


def test_limit_and_check_mode(fleet: Lab) -> None:
    path = fleet.work / "limited.csv"
    run = audit_to(fleet, path, "--limit", "good-0*:rogue-02", "--check")
    assert run.code == 0, run.output
    assert "10 hosts: 9 kms_client_ok, 1 kms_unapproved" in run.output
    assert not path.exists()


def test_failing_audit_has_read_everything_and_says_why(fleet: Lab) -> None:
    path = fleet.work / "failing.csv"
    run = audit_to(fleet, path, audit_fail=True)
    assert run.code != 0
    assert "5 of 200 machines are not as the policy requires. closed-01: " in run.output
    assert len(report_of(path)) == 200


_BATCHES = """
- hosts: windows
  gather_facts: false
  serial: 90
  roles:
    - role: winfleet.activation.license_audit
      run_once: true
      license_audit_approved_kms_hosts: "{{ approved_kms_hosts }}"
      license_audit_report_path: PATH
      license_audit_report_format: csv
      license_audit_fail: true
- hosts: "{{ hostvars.localhost.license_audit_groups.kms_unapproved | default([]) }}"
  gather_facts: false
  tasks:
    - ansible.builtin.debug: {msg: "next is {{ inventory_hostname }}"}
"""


def test_batches_add_up(fleet: Lab) -> None:
    """The last batch fails the play, and by then all are read, counted and listed."""
    path = fleet.work / "batches.csv"
    run = play(fleet, _BATCHES.replace("PATH", str(path)))
    assert run.code != 0
    assert "5 of 200 machines are not as the policy requires" in run.output
    assert run.output.count("fatal: ") == 1
    assert len(report_of(path)) == 200
    run = play(fleet, _BATCHES.replace("PATH", str(path)).replace("fail: true", "fail: false"))
    assert run.code == 0, run.output
    assert set(re.findall(r"next is (\S+?)\"", run.output)) == ROGUES


_RESULTS = """
- hosts: windows
  gather_facts: false
  tasks:
    - ansible.builtin.include_role:
        name: winfleet.activation.license_audit
        public: true
      run_once: true
      vars:
        license_audit_approved_kms_hosts: "{{ approved_kms_hosts }}"
    - ansible.builtin.debug: {msg: "{{ inventory_hostname }} is {{ license_audit_result.verdict }}"}
- hosts: good-03
  gather_facts: false
  tasks:
    - ansible.builtin.debug: {msg: "{{ license_audit_fleet.hosts[inventory_hostname].license.key_type }} later"}
- hosts: "{{ hostvars.localhost.license_audit_groups.wrong_key_type | default([]) }}"
  gather_facts: false
  tasks:
    - ansible.builtin.fail: {msg: nobody has this verdict}
"""


def test_later_tasks_and_plays_have_the_results(fleet: Lab) -> None:
    run = play(fleet, _RESULTS, "--limit", "good-03,rogue-01")
    assert run.code == 0, run.output
    assert "good-03 is kms_client_ok" in run.output
    assert "rogue-01 is kms_unapproved" in run.output
    assert "GVLK later" in run.output
    assert "Could not match" not in run.output


_AUDIT = """
- hosts: windows
  gather_facts: false
  tasks:
    - ansible.builtin.include_role:
        name: winfleet.activation.license_audit
      run_once: true
"""


def test_those_that_cannot_be_reached_are_looked_at_more_closely(fleet: Lab) -> None:
    run = play(fleet, _AUDIT + example("guide_fleet", "yaml", "connection_info"), "--limit", "good-01,closed-01")
    assert run.code == 0, run.output
    assert acted_on(run) - {"localhost", "good-01"} == {"closed-01"}
    assert re.search(r"closed-01 \(127\.\S+, ntlm\): the connection was refused", run.output)


# --- the fact cache


@pytest.fixture(scope="module")
def cached(fleet: Lab) -> Lab:
    """The same fleet, with a cache on disk."""
    cache = {"ANSIBLE_CACHE_PLUGIN": "jsonfile", "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(fleet.work / "facts")}
    return replace(fleet, environment={**fleet.environment, **cache})


def test_cacheable_without_a_cache_is_refused(fleet: Lab) -> None:
    run = audit_to(fleet, fleet.work / "no-cache.csv", license_audit_cacheable=True)
    assert run.code != 0
    assert "cacheable=true needs a persistent fact cache" in run.output


def test_facts_of_hosts_are_kept_beside_others(cached: Lab) -> None:
    run = play(
        cached,
        "- {hosts: good-01, gather_facts: false, tasks: [{set_fact: {rack: r7, cacheable: true}}]}\n",
    )
    assert run.code == 0, run.output
    assert audit_to(cached, cached.work / "cached.csv", license_audit_cacheable=True).code == 0
    run = play(
        cached,
        "- hosts: good-01,closed-01\n"
        "  gather_facts: false\n"
        "  tasks:\n"
        "    - ansible.builtin.debug:\n"
        "        msg: >-\n"
        "          {{ inventory_hostname }} {{ ansible_facts.rack | default('nowhere') }}\n"
        "          {{ ansible_facts.winfleet_activation.groups | join('+') }}\n",
    )
    assert "good-01 r7 role_kms_client+kms_client_ok" in run.output
    assert "closed-01 nowhere unreachable" in run.output
    # ansible-core keeps something of localhost, too. Its file names have a prefix from 2.19 on.
    kept = {path.name.removeprefix("s1_") for path in (cached.work / "facts").iterdir()}
    assert len(kept - {"localhost"}) == 200


def test_constructed_inventory_of_the_guide_makes_groups(cached: Lab) -> None:
    constructed = cached.work / "zz_activation.yml"
    constructed.write_text(example("guide_fleet", "yaml", "keyed_groups"))
    pattern = "activation_kms_unapproved"
    run = cached.ansible(pattern, "license_info", "", "-i", str(constructed))
    assert run.code == 0, run.output
    assert set(run.results) == ROGUES


def test_filter_lists_hosts_from_the_cache(cached: Lab) -> None:
    """The example of the filter."""
    documented = (REPOSITORY / "plugins" / "filter" / "fleet_groups.yml").read_text()
    tasks = documented.partition("EXAMPLES: |\n")[2].partition("\nRETURN:")[0]
    run = play(cached, f"- hosts: localhost\n  gather_facts: false\n  tasks:\n{_indented(tasks)}")
    assert run.code == 0, run.output
    assert json.loads(run.output.partition('"msg": ')[2].partition("]")[0] + "]") == sorted(ROGUES)


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


# --- the repair, last: it changes the fleet


def test_enforce_acts_on_what_is_wrong_and_nothing_else(fleet: Lab) -> None:
    before = len(fleet.events("good-01", "enumerate"))
    run = fleet.playbook("winfleet.activation.enforce", POLICY)
    assert run.code == 0, run.output
    # kms01 is the first host of the play, which stands for all of them.
    assert acted_on(run) == {"kms01", *ROGUES}
    assert {event["machine"] for event in fleet.events(kind="invoke")} == ROGUES
    assert len(fleet.events("good-01", "enumerate")) - before <= _READING
    for host in ROGUES:
        truth = fleet.state(host)
        assert truth["license"]["key_type"] == "gvlk"
        assert not truth["kms_host"]["enabled"]


def test_enforce_again_has_nothing_to_do(fleet: Lab) -> None:
    before = len(fleet.events(kind="invoke"))
    run = fleet.playbook("winfleet.activation.enforce", POLICY)
    assert run.code == 0, run.output
    assert acted_on(run) == {"kms01"}
    assert len(fleet.events(kind="invoke")) == before
