# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``fleet_info``: it says what ``license_info`` says, of every host, whatever happens to some of them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import BIN, REPOSITORY, Lab, Run, StartLab

SCENARIOS = Path(__file__).parent / "scenarios"
PASSWORD = "Lab-Passw0rd!"
APPROVED = ["kms01.corp.example"]

_PLAY = """
- hosts: {hosts}
  gather_facts: false
  tasks:
    - winfleet.activation.fleet_info: {arguments}
      run_once: true
      delegate_to: localhost
      register: fleet
    - ansible.builtin.copy:
        content: "{{{{ fleet | to_json }}}}"
        dest: {result}
        mode: "0600"
      run_once: true
      delegate_to: localhost
      check_mode: false
      vars:
        ansible_connection: local
        ansible_python_interpreter: "{{{{ ansible_playbook_python }}}}"
"""


def fleet_info(lab: Lab, arguments: dict[str, Any], *options: str, hosts: str = "windows") -> dict[str, Any]:
    """What the task registers."""
    number = len(lab.log)
    play, result = lab.work / f"fleet-{number}.yml", lab.work / f"fleet-{number}.json"
    play.write_text(_PLAY.format(hosts=hosts, arguments=json.dumps(arguments), result=result))
    run = lab.playbook(str(play), None, *options)
    assert run.code == 0, run.output
    fleet: dict[str, Any] = json.loads(result.read_text())
    return fleet


# --- the same as license_info


@pytest.fixture(scope="module")
def mixed(start_lab: StartLab) -> Lab:
    return start_lab(str(SCENARIOS / "mixed.yml"))


@pytest.fixture(scope="module")
def at_once(mixed: Lab) -> dict[str, Any]:
    # Ten hosts have the same wrong password, and an ordinary task asks all of them.
    return fleet_info(mixed, {"approved_kms_hosts": APPROVED, "progress": 0.5, "max_refusals": 0}, "-v")


@pytest.fixture(scope="module")
def one_by_one(mixed: Lab) -> dict[str, Any]:
    arguments = json.dumps({"approved_kms_hosts": APPROVED})
    return mixed.ansible("windows", "license_info", arguments, "-f", "8").results


def test_every_host_has_the_result_of_license_info(at_once: dict[str, Any], one_by_one: dict[str, Any]) -> None:
    assert len(one_by_one) == 500
    assert at_once["hosts"].keys() == one_by_one.keys()
    differing = {
        host: (result, one_by_one[host])
        for host, result in at_once["hosts"].items()
        if _comparable(result) != _comparable(one_by_one[host])
    }
    assert differing == {}, json.dumps(next(iter(differing.items())), indent=1)


def test_several_processes_find_what_one_finds(mixed: Lab, at_once: dict[str, Any]) -> None:
    arguments = {"approved_kms_hosts": APPROVED, "max_refusals": 0, "processes": 3}
    found = fleet_info(mixed, arguments)
    assert _comparable(found["hosts"]) == _comparable(at_once["hosts"])
    assert list(found["hosts"]) == list(at_once["hosts"]), "in the order of the play"
    assert found["groups"] == at_once["groups"]


def _without_day(text: str) -> str:
    """Midnight may lie between two readings."""
    return re.sub(r"until \d{4}-\d\d-\d\d", "until a day", text)


def _comparable(value: Any) -> Any:
    """Without what time changes between two readings, and without the words of libraries about garbage.

    Meanwhile clients go on asking the KMS hosts, which count the requests.

    ``failed`` is left out too, since Ansible leaves it out of the files that it writes with --tree.
    """
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "is not HTTP" in value.get("msg", "") or "BadStatusLine" in value.get("msg", ""):
        return {**value, "msg": "garbage"}
    return {
        name: bool(item) if name == "expires" else _without_day(item) if name == "msg" else _comparable(item)
        for name, item in value.items()
        if name not in ("grace_minutes", "failed", "requests")
    }


def test_licenses_expire_at_the_same_time(at_once: dict[str, Any], one_by_one: dict[str, Any]) -> None:
    """Windows tells the minutes that are left, so that two readings differ by as much as their rounding."""
    pairs = [
        (result["license"]["expires"], one_by_one[host]["license"]["expires"])
        for host, result in at_once["hosts"].items()
        if "license" in result and result["license"]["expires"]
    ]
    assert len(pairs) > 300
    for one, other in pairs:
        apart = datetime.fromisoformat(one) - datetime.fromisoformat(other)
        assert abs(apart) < timedelta(minutes=3)


def test_sums_and_groups_agree_with_the_hosts(at_once: dict[str, Any]) -> None:
    summary, groups = at_once["summary"], at_once["groups"]
    assert (summary["hosts"], summary["read"]) == (500, 460)
    assert sorted(groups["kms_unapproved"]) == sorted(
        host for host, result in at_once["hosts"].items() if result.get("verdict") == "kms_unapproved"
    )
    assert len(groups["unreachable"]) == summary["unreachable"] == 25
    assert len(groups["failed"]) == summary["failed"] == 15
    assert groups["kms_host_ok"] == ["kms01"]


def test_it_takes_four_requests_a_host(at_once: dict[str, Any]) -> None:
    assert at_once["summary"]["requests"] / 500 < 4.5


def test_progress_is_lines_of_a_log(mixed: Lab, at_once: dict[str, Any]) -> None:
    lines = [line for line in "".join(mixed.log).splitlines() if line.startswith("fleet_info: ")]
    assert lines
    assert all("of 500 hosts (" in line and "a second" in line for line in lines)


def test_no_password_anywhere(mixed: Lab, at_once: dict[str, Any]) -> None:
    assert PASSWORD not in json.dumps(at_once)
    assert "not-the-password" not in "".join(mixed.log)


# --- a fleet in trouble


@pytest.fixture(scope="module")
def rough(start_lab: StartLab) -> Lab:
    return start_lab(str(SCENARIOS / "rough.yml"))


def test_every_host_is_accounted_for_in_bounded_time(rough: Lab) -> None:
    began = time.monotonic()
    fleet = fleet_info(rough, {"host_timeout": 10, "progress": 0})
    # Twelve hosts use up all their time. One after the other they would take two minutes.
    assert fleet["summary"]["seconds"] < 40
    assert time.monotonic() - began < 60
    assert (fleet["summary"]["hosts"], fleet["summary"]["read"]) == (400, 376)
    for kind, words in {
        "dead": "in time|did not finish",
        "closed": "refused",
        "slow": "in time|did not finish",
        "password": "HTTP 401|not signed in to",
        "garbage": "garbage",
        "endless": "in time|did not finish",
    }.items():
        for number in range(1, 5):
            result = fleet["hosts"][f"{kind}-{number:02d}"]
            assert result["unreachable"], result
            assert any(word in result["msg"] for word in words.split("|")), result
    # Four have the same wrong password of a domain account, which is shown to three of them, once.
    refusals = [event["machine"] for event in rough.events(kind="bad_password")]
    assert len(set(refusals)) == len(refusals) == 3
    assert all(machine.startswith("password-") for machine in refusals)


def test_wrong_password_for_all_is_shown_to_three(rough: Lab) -> None:
    before = len(rough.events(kind="bad_password"))
    good = [f"good-{number:02d}" for number in range(1, 41)]
    wrong = "Somebody-Else-1"
    fleet = fleet_info(rough, {"hosts": good, "progress": 0}, "-e", f"ansible_password={wrong}")
    log = rough.log[-1]
    assert (fleet["summary"]["hosts"], fleet["summary"]["unreachable"]) == (40, 40)
    withheld = [result["msg"] for result in fleet["hosts"].values() if "not signed in to" in result["msg"]]
    assert len(withheld) == 37
    assert len(rough.events(kind="bad_password")) == before + 3
    # Said once, for all of them.
    assert log.count("[WARNING]") == 1, log
    assert "and 36 other hosts: not signed in to" in " ".join(log.split())
    assert wrong not in log.partition("PLAY [")[2] + json.dumps(fleet)


def test_deadline_and_going_on_from_there(rough: Lab) -> None:
    """One at a time: ten are read, the next takes all the time there is, and ten more do not get their turn."""
    good = [f"good-{number:02d}" for number in range(1, 21)]
    arguments = {
        "hosts": [*good[:10], "endless-01", *good[10:]],
        "resume_file": str(rough.work / "resume.jsonl"),
        "progress": 0,
    }
    first = fleet_info(rough, {**arguments, "in_flight": 1, "deadline": 4})
    assert 4 <= first["summary"]["seconds"] < 8
    assert first["groups"]["not_reached"] == ["endless-01", *good[10:]]
    second = fleet_info(rough, {**arguments, "host_timeout": 3})
    assert [second["summary"][name] for name in ("resumed", "read", "unreachable", "not_reached")] == [10, 20, 1, 0]
    assert list(second["hosts"]) == arguments["hosts"]
    third = fleet_info(rough, {**arguments, "host_timeout": 1})
    assert third["summary"]["resumed"] == 0


@pytest.mark.parametrize(
    ("kind", "to_whom"),
    [(signal.SIGINT, "group"), (signal.SIGTERM, "main"), (signal.SIGKILL, "main"), (signal.SIGKILL, "group")],
    ids=["ctrl-c", "stopped", "killed", "all killed"],
)
def test_nothing_that_was_read_is_lost_by_an_interrupt(rough: Lab, kind: signal.Signals, to_whom: str) -> None:
    """In the middle of a run, as soon as it has read some; the next run goes on from there and lacks nothing."""
    good = [f"good-{number:02d}" for number in range(21, 171)]
    kept = rough.work / f"interrupted-{len(rough.log)}.jsonl"
    arguments = {"hosts": good, "resume_file": str(kept), "progress": 0}
    _interrupted(rough, {**arguments, "in_flight": 2}, kept, kind, to_whom)
    before = {entry["host"]: entry["result"] for entry in _kept(kept)}
    assert 20 <= len(before) < len(good)
    fleet = fleet_info(rough, arguments)
    assert fleet["summary"]["read"] == len(good)
    assert fleet["summary"]["resumed"] >= len(before)
    assert {host: fleet["hosts"][host] for host in before} == before


def _kept(path: Path) -> list[dict[str, Any]]:
    """The results in a resume file, a line that is not whole left out."""
    lines = path.read_text().split("\n")[1:-1] if path.exists() else []
    return [entry for entry in map(json.loads, filter(None, lines)) if "host" in entry]


def _interrupted(lab: Lab, arguments: dict[str, Any], kept: Path, kind: signal.Signals, to_whom: str) -> None:
    play = lab.work / "interrupted.yml"
    play.write_text(_PLAY.format(hosts="windows", arguments=json.dumps(arguments), result=lab.work / "nothing.json"))
    command = [str(BIN / "ansible-playbook"), str(play), "-i", str(lab.inventory)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=lab.environment, stdout=subprocess.DEVNULL, start_new_session=True
    ) as process:
        until = time.monotonic() + 60
        while len(_kept(kept)) < 20:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
        workers = _children(process.pid)
        process.send_signal(kind)
        if to_whom == "group":
            # The worker is in a session of its own; Ansible passes on what it can catch.
            for worker in workers if kind == signal.SIGKILL else ():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, kind)
        assert process.wait(timeout=30) != 0
    for worker in workers:
        while Path(f"/proc/{worker}").exists() and not _is_zombie(worker):
            assert time.monotonic() < until, "the worker reads on for nobody"
            time.sleep(0.05)


def _children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _is_zombie(process: int) -> bool:
    with contextlib.suppress(OSError):
        return " Z " in Path(f"/proc/{process}/stat").read_text()
    return True


# --- variables, and what a play can do with it


@pytest.fixture(scope="module")
def templated(mixed: Lab) -> Lab:
    """Some of these machines in an inventory with templates, a vault, and mistakes."""
    addresses = {host: variables["ansible_host"] for host, variables in _hosts(mixed).items()}
    vault = mixed.work / "vault-password"
    vault.write_text("a vault password\n")
    inventory = {
        "all": {
            "children": {
                "good": {
                    "hosts": {
                        "ten-01": {"address": addresses["ten-01"]},
                        "ten-02": {"address": addresses["ten-02"], "fleet_account": "fleetadmin"},
                        "rogue-2008-01": {"address": addresses["rogue-2008-01"]},
                        "srv2025-01": {"address": addresses["srv2025-01"], **_PSRP},
                    },
                    "vars": {"site": "s0"},
                },
                "bad": {
                    "hosts": {
                        "no-site": {"address": addresses["ten-03"]},
                        "a-linux-box": {"site": "s0", "ansible_connection": "ssh"},
                        "bad-port": {"site": "s0", "address": addresses["ten-03"], "ansible_port": "none"},
                    },
                },
                "windows": {"children": {"good": {}, "bad": {}}},
            },
            "vars": {
                "domain": "CORP",
                "fleet_account": "fleetadmin",
                "passwords": {"s0": "{{ the_password }}"},
                "ansible_connection": "winrm",
                "ansible_host": "{{ address }}",
                "ansible_user": "{{ domain }}\\{{ fleet_account }}",
                "ansible_password": "{{ passwords[site] }}",
                "ansible_port": 5985,
                "ansible_winrm_scheme": "http",
                "ansible_winrm_transport": ["{{ 'ntlm' if site == 's0' else 'basic' }}"],
            },
        }
    }
    path = mixed.work / "templated.yml"
    path.write_text(yaml.safe_dump(inventory))
    secret = _vaulted(mixed, vault)
    indented = "".join(f"      {line}\n" for line in secret.splitlines()[1:])
    path.write_text(
        path.read_text().replace("  vars:\n    ansible", f"  vars:\n    the_password: !vault |\n{indented}    ansible")
    )
    return replace(mixed, inventory=path)


_PSRP = {
    "ansible_connection": "ansible.builtin.psrp",
    "ansible_psrp_auth": "ntlm",
    "ansible_psrp_protocol": "http",
}


def _hosts(lab: Lab) -> dict[str, dict[str, Any]]:
    hosts: dict[str, dict[str, Any]] = yaml.safe_load(lab.inventory.read_text())["all"]["children"]["windows"]["hosts"]
    return hosts


def _vaulted(lab: Lab, vault: Path) -> str:
    command = [str(BIN / "ansible-vault"), "encrypt_string", "--vault-password-file", str(vault), PASSWORD]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=lab.environment, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def _vault(lab: Lab) -> tuple[str, str]:
    return "--vault-password-file", str(lab.work / "vault-password")


def test_templates_and_vaulted_values(templated: Lab) -> None:
    fleet = fleet_info(templated, {}, *_vault(templated))
    assert {host: result.get("role") for host, result in fleet["hosts"].items() if "role" in result} == {
        "ten-01": "kms_client",
        "ten-02": "kms_client",
        "rogue-2008-01": "kms_host_pending" if "kms_host_pending" in fleet["summary"]["roles"] else "kms_host",
        "srv2025-01": "kms_client",
    }
    assert fleet["groups"]["failed"] == ["a-linux-box", "bad-port", "no-site"]
    assert "site" in fleet["hosts"]["no-site"]["msg"]
    assert "ansible_connection is ssh" in fleet["hosts"]["a-linux-box"]["msg"]
    assert "whole number" in fleet["hosts"]["bad-port"]["msg"]
    assert PASSWORD not in json.dumps(fleet)


def test_limit_narrows_it_and_check_mode_reads(templated: Lab) -> None:
    fleet = fleet_info(templated, {}, *_vault(templated), "--limit", "ten-*", "--check")
    assert sorted(fleet["hosts"]) == ["ten-01", "ten-02"]
    assert fleet["summary"]["read"] == 2


def test_hosts_can_be_named(templated: Lab) -> None:
    fleet = fleet_info(templated, {"hosts": ["ten-01"]}, *_vault(templated), hosts="localhost")
    assert list(fleet["hosts"]) == ["ten-01"]
    assert fleet["summary"]["read"] == 1


def run_play(lab: Lab, text: str, *options: str) -> Run:
    play = lab.work / f"play-{len(lab.log)}.yml"
    play.write_text(text)
    return lab.playbook(str(play), None, *options)


def test_next_play_has_only_what_is_wrong(templated: Lab) -> None:
    run = run_play(
        templated,
        """
- hosts: good
  gather_facts: false
  tasks:
    - winfleet.activation.fleet_info: {approved_kms_hosts: []}
      register: fleet
      run_once: true
    - ansible.builtin.debug:
        msg: "{{ inventory_hostname }} is {{ fleet.hosts[inventory_hostname].verdict }}"
    - ansible.builtin.add_host: {name: "{{ item }}", groups: to_repair}
      loop: "{{ fleet.groups.kms_unapproved }}"
      run_once: true
- hosts: to_repair
  gather_facts: false
  tasks:
    - ansible.builtin.debug: {msg: "repairing {{ inventory_hostname }}"}
""",
        *_vault(templated),
    )
    assert run.code == 0, run.output
    assert "ten-01 is kms_client_ok" in run.output
    assert "rogue-2008-01 is kms_unapproved" in run.output
    assert run.output.count("repairing") == 1
    assert "repairing rogue-2008-01" in run.output


def test_without_run_once_it_still_runs_once(templated: Lab) -> None:
    before = len(templated.events("ten-02"))
    run = run_play(
        templated,
        "- {hosts: good, gather_facts: false, tasks: [{winfleet.activation.fleet_info: {}}]}\n",
        *_vault(templated),
    )
    assert run.code == 0, run.output
    enumerations = [one for one in templated.events("ten-02")[before:] if one["kind"] == "enumerate"]
    assert 3 <= len(enumerations) <= 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"in_flight": 0}, "in_flight must be at least 1"),
        ({"deadline": -1}, "deadline must be more than 0"),
        ({"resume_file": "/proc/nowhere/file"}, "resume_file"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_arguments_that_cannot_be_meant(templated: Lab, arguments: dict[str, Any], words: str) -> None:
    task = {"winfleet.activation.fleet_info": arguments, "run_once": True}
    play = json.dumps([{"hosts": "good", "gather_facts": False, "tasks": [task]}])
    run = run_play(templated, play, *_vault(templated))
    assert run.code != 0
    assert words in run.output
