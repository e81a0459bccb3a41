# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``fleet_repair`` as people use it: guarded against typos, within limits, killed and started again, and readable."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import BIN, REPOSITORY, Lab, Run, StartLab

SCENARIO = """
name: fleet-repair
domain: corp.example
machines:
  - {name: kms01, release: server2022, key: csvlk_2022, activated: true, kms_host: {counted_clients: 50}}
  - {name: good, release: win10, activated: true, count: 3}
  - {name: rogue, release: server2019, key: csvlk_2022, activated: true, count: 3}
  - {name: old-rogue, release: server2008r2, key: csvlk_kms_c, activated: true, count: 2}
  - {name: paid, release: server2016, key: mak, activated: true}
  - {name: closed, release: win10, network: down}
"""
ROGUES = {"rogue-01", "rogue-02", "rogue-03", "old-rogue-01", "old-rogue-02"}
# Windows would activate itself in a run that takes long, and every activation is to be one of the run's.
SCENARIO_TO_KILL = """
name: fleet-repair
domain: corp.example
machines:
  - {{name: kms01, release: server2022, key: csvlk_2022, activated: true, kms_host: {{counted_clients: 50}}}}
  - {{name: good, release: win10, activated: true, count: 3}}
  - {{name: rogue, release: server2019, key: csvlk_2022, activated: true, count: {count}, automatic: false}}
  - {{name: old-rogue, release: server2008r2, key: csvlk_kms_c, activated: true, count: 2, automatic: false}}
"""
PLAY = """
- hosts: windows
  gather_facts: false
  tasks:
    - winfleet.activation.fleet_repair: "{{ options }}"
      run_once: true
      delegate_to: localhost
      register: repaired
    - ansible.builtin.copy:
        content: "{{ repaired | to_json }}"
        dest: "{{ result_path }}"
        mode: "0600"
      delegate_to: localhost
      connection: local
      run_once: true
      check_mode: false
"""


def start(start_lab: StartLab, folder: Path) -> Lab:
    path = folder / "scenario.yml"
    path.write_text(SCENARIO)
    return start_lab(str(path))


@pytest.fixture(scope="module")
def untouched(start_lab: StartLab, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A fleet that no test may change."""
    return start(start_lab, tmp_path_factory.mktemp("scenario"))


def repair(lab: Lab, *arguments: str, **options: Any) -> tuple[Run, dict[str, Any]]:
    """One run, and what the task returned where it did not fail."""
    play, result = lab.work / "repair.yml", lab.work / "result.json"
    play.write_text(PLAY)
    result.unlink(missing_ok=True)
    variables = {"options": {"approved_kms_hosts": ["kms01.corp.example"], **options}, "result_path": str(result)}
    run = lab.playbook(str(play), variables, *arguments)
    return run, json.loads(result.read_text()) if result.exists() else {}


def changed_machines(lab: Lab) -> set[str]:
    """Which machines were changed, by the lab's own log."""
    return {
        str(event["machine"])
        for event in lab.events(kind="invoke")
        if not str(event["method"]).startswith(("Get", "EnumValues", "EnumKey"))
    }


def said(run: Run) -> str:
    return " ".join(run.output.split())


TYPOS: list[tuple[dict[str, Any], str]] = [
    ({"approved_kms_hosts": ["kms1.corp.example"]}, "Did you mean kms01"),
    ({"approved_kms_hosts": ["kms01.corp.example", "kms02.corp.example"]}, "names kms02.corp.example"),
    ({"approved_kms_hosts": []}, "No approved KMS host was seen serving"),
    ({"max_changes": 4}, "5 of 11 machines would be changed, and max_changes allows 4"),
    ({"max_changes": "40%"}, "max_changes allows 40% (4 machines)"),
    ({"max_changes": "a few"}, "max_changes is 'a few'"),
    ({"max_changes": ""}, "max_changes is ''"),
    ({"max_failures": "-1"}, "max_failures is '-1'"),
    ({"canary": -1}, "canary must be 0"),
    ({"canary": ""}, "canary"),
    ({"canary": "one"}, "canary"),
    ({"hosts": []}, "hosts is empty"),
    ({"hosts": ""}, "hosts is empty"),
    ({"hosts": ["rouge-01"]}, "hosts names rouge-01: not in the inventory"),
    ({"hosts": ["rogue-01"]}, "kms01.corp.example"),
    ({"journal": ""}, "journal is empty"),
    ({"journal": "/nowhere/at/all"}, "journal /nowhere/at/all cannot be written"),
    ({"served": "perhaps"}, "served"),
    ({"fail": "perhaps"}, "fail"),
    ({"repair": ["kms_unaproved"]}, "kms_unaproved"),
    ({"repair": []}, "repair is empty"),
    ({"audit": {"hosts": 3}}, "audit: give the summary"),
    ({"client_settings": {"prot": 1688}}, "prot"),
    ({"client_settings_by_host": {"rogue-01": {"port": "x"}}}, "client_settings_by_host of rogue-01"),
    ({"client_settings_by_host": {"rouge-01": {"port": 1688}}}, "rouge-01"),
    ({"activations_per_second": -1}, "activations_per_second"),
    ({"activations_per_second": "nan"}, "activations_per_second"),
    ({"host_timeout": "nan"}, "host_timeout"),
    ({"deadline": 0}, "deadline must be more than 0"),
    ({"in_flight": 0}, "in_flight must be at least 1"),
    ({"processes": 0}, "processes must be at least 1"),
    ({"processes": 3, "max_changes": 4}, "5 of 11 machines would be changed, and max_changes allows 4"),
    ({"processes": 3, "approved_kms_hosts": ["kms1.corp.example"]}, "Did you mean kms01"),
    ({"canery": 1}, "canery"),
]


@pytest.mark.parametrize("mode", [(), ("--check",)], ids=["run", "check"])
def test_typo_changes_nothing_and_is_named(untouched: Lab, mode: tuple[str, ...]) -> None:
    """All of them in one play, since a play for each takes minutes."""
    typos = [(options, words) for options, words in TYPOS if not (mode and "/nowhere" in words)]
    tasks = [
        {
            "winfleet.activation.fleet_repair": {"approved_kms_hosts": ["kms01.corp.example"], **options},
            "run_once": True,
            "delegate_to": "localhost",
            "ignore_errors": True,
            "register": f"typo_{number}",
        }
        for number, (options, _words) in enumerate(typos)
    ]
    result = untouched.work / "typos.json"
    said = {
        "ansible.builtin.copy": {
            "content": "{{ [" + ", ".join(f"typo_{number}" for number in range(len(typos))) + "] | to_json }}",
            "dest": str(result),
            "mode": "0600",
        },
        "delegate_to": "localhost",
        "connection": "local",
        "run_once": True,
        "check_mode": False,
    }
    play = untouched.work / "typos.yml"
    play.write_text(json.dumps([{"hosts": "windows", "gather_facts": False, "tasks": [*tasks, said]}]))
    run = untouched.playbook(str(play), None, *mode)
    assert run.code == 0, run.output
    for (options, words), outcome in zip(typos, json.loads(result.read_text()), strict=True):
        assert outcome.get("failed"), options
        assert words in outcome["msg"], options
    assert not changed_machines(untouched)


def test_check_mode_shows_the_plan_and_the_difference(untouched: Lab) -> None:
    run, result = repair(untouched, "--check", "--diff")
    assert run.code == 0, run.output
    assert result["summary"]["changed"] == result["summary"]["due"] == len(ROGUES)
    assert result["still_wrong"] == []
    assert result["msg"].startswith("5 of 11 machines would be changed")
    assert {line.split(":")[0] for line in result["report"]} == ROGUES
    assert "--- before: rogue-01" in run.output
    assert '"key_type": "GVLK"' in run.output
    assert not changed_machines(untouched)


def test_license_that_does_not_end_is_given_up_once_a_kms_host_was_seen(untouched: Lab) -> None:
    """What was seen of the KMS host counts, whichever machine was read first."""
    everything = ["kms_unapproved", "wrong_key_type"]
    _run, result = repair(untouched, "--check", repair=everything)
    assert "install_key" in [one["action"] for one in result["hosts"]["paid"]["repair_plan"]]
    _run, result = repair(untouched, "--check", repair=everything, served=False)
    assert [one["action"] for one in result["hosts"]["paid"]["repair_plan"]] == ["ask"]
    audit = {"hosts": 1000, "approved_unmatched": {}, "approved_serving": ["kms01"], "can_activate": False}
    _run, result = repair(untouched, "--check", repair=everything, hosts=["paid", "rogue-01"], audit=audit)
    assert [one["action"] for one in result["hosts"]["paid"]["repair_plan"]] == ["ask"]
    assert result["summary"]["due"] == 1


@pytest.mark.parametrize("processes", [1, 3])
def test_repair_and_once_more(start_lab: StartLab, tmp_path: Path, processes: int) -> None:
    lab = start(start_lab, tmp_path)
    more: dict[str, Any] = {"processes": processes}
    settings = {"rogue-02": {"host": "kms01.corp.example"}}
    journal = str(lab.work / "journal")
    run, result = repair(lab, canary=2, journal=journal, client_settings_by_host=settings, **more)
    assert run.code == 0, run.output
    assert changed_machines(lab) == ROGUES
    assert set(result["groups"]["changed"]) == ROGUES
    assert {name.rsplit("-", 1)[0] for name in result["summary"]["canaries"]} == {"rogue", "old-rogue"}
    assert {result["hosts"][name]["verdict"] for name in ROGUES} == {"kms_client_ok"}
    assert result["summary"]["unreachable"] == 1
    assert "client_settings" in result["hosts"]["rogue-02"]["done"]
    assert "client_settings" not in result["hosts"]["rogue-01"]["done"]
    assert result["hosts"]["paid"]["verdict"] == "wrong_key_type", "not to be repaired, so no failure"
    again, result = repair(lab, journal=journal, **more)
    assert again.code == 0, again.output
    assert not result["changed"]
    assert result["msg"] == "0 of 11 machines were changed."
    secrets = run.output + (lab.work / "journal").read_text() + json.dumps(result)
    assert "Lab-Passw0rd" not in secrets


@pytest.mark.parametrize("processes", [1, 3])
def test_failure_is_short_and_names_everybody(start_lab: StartLab, tmp_path: Path, processes: int) -> None:
    """Ansible prints all of a failed result; with thousands of machines nobody could read it."""
    lab = start(start_lab, tmp_path)
    nobody = {"host": "127.0.0.1", "port": 9}
    options: dict[str, Any] = {"require_activation": True, "client_settings_by_host": dict.fromkeys(ROGUES, nobody)}
    options["processes"] = processes
    run, _result = repair(lab, canary=1, **options)
    assert run.code == 2
    text = said(run)
    assert "are still not as the policy requires" in text
    assert "went first and could not be repaired" in text
    assert "0xC004F074" in text
    assert "good-01" not in text.split('"hosts"')[1].split('"msg"')[0]
    assert len(changed_machines(lab)) == 1
    run, result = repair(lab, canary=1, fail=False, **options)
    assert run.code == 0
    assert len(result["hosts"]) == 11
    assert len(result["still_wrong"]) == len(ROGUES) - 1
    assert result["summary"]["held_back"] == len(ROGUES) - 2


@pytest.mark.parametrize("processes", [1, 3])
def test_killed_at_any_moment_and_started_again(start_lab: StartLab, tmp_path: Path, processes: int) -> None:
    """WINFLEET_KILLS is how often, WINFLEET_KILL_HOSTS of how many machines that are to be repaired."""
    kills, hosts = int(os.environ.get("WINFLEET_KILLS", "3")), int(os.environ.get("WINFLEET_KILL_HOSTS", "5"))
    (tmp_path / "scenario.yml").write_text(SCENARIO_TO_KILL.format(count=hosts - 2))
    lab = start_lab(str(tmp_path / "scenario.yml"))
    machines = yaml.safe_load(lab.inventory.read_text())["all"]["children"]["windows"]["hosts"]
    rogues = {name for name in machines if "rogue" in name}
    assert len(rogues) == hosts
    play, journal = lab.work / "repair.yml", lab.work / "journal"
    play.write_text(PLAY)
    options = {
        "approved_kms_hosts": ["kms01.corp.example"],
        "journal": str(journal),
        "canary": 0,
        "in_flight": 12,
        "processes": processes,
        # Whom DNS would send them to is by chance, for as long as there are others in it.
        "client_settings_by_host": {name: {"host": "kms01.corp.example"} for name in rogues},
    }
    variables = json.dumps({"options": options, "result_path": str(lab.work / "result.json")})
    command = [str(BIN / "ansible-playbook"), str(play), "-i", str(lab.inventory), "-e", variables]
    chance = random.Random(7)
    killed = 0
    for _attempt in range(kills):
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=lab.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        # About as many lines as there are come in all, so that the last of the kills is near the end.
        wanted = written(journal) + chance.randrange(1, max(5, 8 * hosts // kills))
        while process.poll() is None and written(journal) < wanted:
            time.sleep(0.005)
        killed += process.poll() is None
        kill_all(process)
    assert killed > kills // 2, "too many runs came to their end"
    before = journal.read_text().splitlines()
    assert all(json.loads(line) for line in before[:-1] if line), "a line in the middle is cut"
    run, result = repair(lab, **options)
    assert run.code == 0, run.output
    assert {result["hosts"][name]["verdict"] for name in rogues} == {"kms_client_ok"}
    assert changed_machines(lab) == rogues
    assert Counter(str(event["machine"]) for event in lab.events(kind="activated")) == Counter(rogues)
    again, result = repair(lab, **options)
    assert again.code == 0
    assert not result["changed"]


def written(journal: Path) -> int:
    """How many machines and actions a journal has told of."""
    return len(journal.read_text().splitlines()) if journal.exists() else 0


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """ansible-playbook and its workers, which have process groups of their own."""
    pending, found = [process.pid], []
    while pending:
        pid = pending.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                pending += map(int, task.read_text().split())
            except OSError:
                continue
    for pid in found:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()
