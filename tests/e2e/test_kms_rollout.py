# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From nothing to a KMS host with thirty activated clients, and a week of nightly runs that costs one activation."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .conftest import Lab, Run, StartLab

APPROVED = {"approved_kms_hosts": ["kms01.corp.example", "kms-old.corp.example"]}


@pytest.fixture(scope="module")
def fleet(start_lab: StartLab) -> Lab:
    return start_lab("kms_rollout")


@pytest.fixture(scope="module")
def keys(fleet: Lab) -> dict[str, str]:
    lines = (line.split("\t") for line in fleet.winlab("keys").splitlines())
    found = {name: key for name, _kind, key in lines}
    fleet.log.clear()
    return found


def activations(lab: Lab, host: str | None = None) -> int:
    return len([event for event in lab.events(host, "invoke") if event["method"] == "Activate"])


def changed(run: Run) -> dict[str, int]:
    found = re.finditer(r"^(?P<host>\S+)\s+: ok=\d+\s+changed=(?P<count>\d+)", run.output, re.MULTILINE)
    return {match["host"]: int(match["count"]) for match in found}


def set_up(lab: Lab, host: str, key: str, *options: str, **settings: Any) -> Run:
    variables = {**APPROVED, "kms_hosts": host, "kms_host_key": key, "kms_host_settings": settings}
    return lab.playbook("winfleet.activation.kms_host", variables, *options)


def test_host_key_goes_to_no_machine_that_the_policy_does_not_name(fleet: Lab, keys: dict[str, str]) -> None:
    run = set_up(fleet, "srv-01", keys["csvlk_2022"])
    assert run.code != 0
    assert "is not in approved_kms_hosts" in run.output
    assert fleet.events("srv-01", "invoke") == []


def test_fresh_server_becomes_the_kms_host_in_one_run(fleet: Lab, keys: dict[str, str]) -> None:
    key = keys["csvlk_2022"]
    planned = set_up(fleet, "kms01", key, "--check", firewall=True)
    assert planned.code == 0, planned.output
    assert [e for e in fleet.events("kms01", "invoke") if not e["method"].startswith("Get")] == []

    closed = set_up(fleet, "kms01", key)
    assert closed.code != 0
    assert "no client can reach it from here" in closed.output
    run = set_up(fleet, "kms01", key, firewall=True)
    assert run.code == 0, run.output
    truth = fleet.state("kms01")
    assert (truth["license"]["key_type"], truth["license"]["license_status"]) == ("csvlk", "licensed")
    assert truth["kms_host"]["enabled"]
    assert activations(fleet, "kms01") == 1
    assert "One activation of the key ending in" in closed.output
    assert key not in run.output

    again = set_up(fleet, "kms01", key, firewall=True)
    assert again.code == 0, again.output
    assert changed(again)["kms01"] == 0
    assert activations(fleet, "kms01") == 1


def test_thirty_clients_activate_in_check_mode_for_real_and_unchanged(fleet: Lab) -> None:
    """The first ones only raise the count of the host; a second round activates those."""
    variables = {**APPROVED, "kms_clients": "waiting"}
    options = ("-f", "10")
    planned = fleet.playbook("winfleet.activation.kms_client", variables, "--check", *options)
    assert planned.code == 0, planned.output
    assert activations(fleet) == 1

    for _round in range(2):
        run = fleet.playbook("winfleet.activation.kms_client", variables, *options)
        assert run.code == 0, run.output
    waiting = [f"pc-{number:02}" for number in range(1, 23)] + [f"srv-{number:02}" for number in range(1, 9)]
    assert {fleet.state(host)["license"]["license_status"] for host in waiting} == {"licensed"}

    before = activations(fleet)
    again = fleet.playbook("winfleet.activation.kms_client", variables, *options)
    assert again.code == 0, again.output
    assert not any(changed(again).values())
    assert activations(fleet) == before


def test_host_reports_its_clients(fleet: Lab) -> None:
    report = fleet.ansible("kms01", "kms_host_info", "client_days=1").result("kms01")
    assert report["current_count"] == 30
    assert report["count_reached"]
    assert report["suitable"]
    assert len(report["clients"]) == 30
    assert {client["license_status"] for client in report["clients"]} <= {"licensed", "notification", "oob_grace"}
    assert report["duplicate_clients"] == report["overdue_clients"] == report["expiring_clients"] == []
    assert report["settings"]["firewall"] is True
    assert report["host_keys"][0]["group"] == "Windows Server 2022"
    assert report["host_keys"][0]["activates_servers"]


def test_port_answers_where_a_kms_host_serves(fleet: Lab) -> None:
    hosts = {host: fleet.state(host)["address"] for host in ("kms01", "pc-01")}
    playbook = fleet.work / "probe.yml"
    playbook.write_text(
        "- hosts: localhost\n"
        "  gather_facts: false\n"
        "  tasks:\n"
        "    - winfleet.activation.kms_probe:\n"
        "        hosts: ['{{ kms01 }}', '{{ kms01 }}:1688', '{{ pc01 }}']\n"
        "        timeout: 2\n"
        "      register: probe\n"
        "    - ansible.builtin.assert:\n"
        "        that:\n"
        "          - probe.results | map(attribute='answers_as_kms') | list == [true, true, false]\n"
        "          - not probe.all_answer\n"
        "          - \"'closed' in probe.results[2].reason\"\n"
    )
    run = fleet.playbook(str(playbook), {"kms01": hosts["kms01"], "pc01": hosts["pc-01"]})
    assert run.code == 0, run.output


def test_firewall_of_older_machines_is_left_to_the_administrator(fleet: Lab) -> None:
    run = fleet.ansible("kms-old", "kms_host", "firewall=true")
    assert run.code != 0
    assert "netsh advfirewall" in run.result("kms-old")["msg"]


def test_key_of_another_group_restarts_the_service_once(fleet: Lab, keys: dict[str, str]) -> None:
    before = fleet.state("kms-old")["service"]["starts"]
    assert fleet.ansible("kms-old", "kms_host_info").result("kms-old")["host_keys"][0]["group"].startswith("Group B")
    run = set_up(fleet, "kms-old", keys["csvlk_kms_c"])
    assert run.code == 0, run.output
    assert fleet.state("kms-old")["service"]["starts"] == before + 1
    report = fleet.ansible("kms-old", "kms_host_info").result("kms-old")
    assert report["host_keys"][0]["group"].startswith("Group C")
    assert activations(fleet, "kms-old") == 1


def test_a_week_of_nightly_runs_costs_one_activation_a_host(fleet: Lab, keys: dict[str, str]) -> None:
    for _night in range(7):
        fleet.winlab("advance", "1d")
        for host, name in (("kms01", "csvlk_2022"), ("kms-old", "csvlk_kms_c")):
            run = set_up(fleet, host, keys[name])
            assert run.code == 0, run.output
            assert changed(run)[host] == 0
    assert activations(fleet, "kms01") == 1
    assert activations(fleet, "kms-old") == 1
    for host in ("kms01", "kms-old"):
        (used,) = fleet.state(host)["activations_used"]
        assert (used["machines"], used["activations"]) == (1, 1), used
