# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark's plumbing, on small numbers and without judging any time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from winrm.protocol import Protocol

from benchmarks import peer, rough
from benchmarks.bench import Bench
from benchmarks.cases import Case, Measured, cases
from benchmarks.libraries import check_urllib3
from benchmarks.places import PASSWORD, USER
from benchmarks.shell import FACTS
from benchmarks.targets import Target, targets

from .conftest import REPOSITORY

# Another one for each run, since two may go on side by side on one machine.
NETWORK = f"127.{os.getpid() % 100 + 120}.0.0/16"


def test_all_of_it_runs_and_adds_up(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "--hosts", "5,20", "--latency", "0,0.05", "--repeats", "1"]
    peer_hosts = "2" if peer.is_installed() else "0"
    done = subprocess.run(
        [*command, "--peer-hosts", peer_hosts, "--network", NETWORK, "--json", str(figures)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    content = json.loads(figures.read_text())
    measured = {
        (one["case"]["contender"], one["case"]["hosts"], one["case"]["latency"]): one for one in content["cases"]
    }
    requests = {case: round(one["traffic"]["requests"], 1) for case, one in measured.items()}
    expected = {
        ("floor", 20, 0.0): 4,
        ("sealed", 20, 0.0): 4,
        ("scanner", 20, 0.0): 4,
        ("threads", 20, 0.0): 6,
        ("scanner", 5, 0.0): 4,
        ("scanner", 20, 0.05): 4,
        ("nothing", 20, 0.0): 0,
        ("playbook", 20, 0.0): 4,
    }
    assert requests == expected | ({("peer", 2, 0.0): 9} if peer.is_installed() else {})
    # The floor carries as much as the scanner, and does nothing with it.
    floor, scanner = measured["floor", 20, 0.0]["traffic"], measured["scanner", 20, 0.0]["traffic"]
    assert (
        0.8
        < sum(floor[way] for way in ("bytes_in", "bytes_out")) / sum(scanner[way] for way in ("bytes_in", "bytes_out"))
        < 1.1
    )
    assert all(one["cpu"] > 0 and one["seconds"] > 0 for one in measured.values())
    assert "HTTP requests a host" in done.stdout
    assert {one["verdict"] for one in content["targets"]} == {"not measured"}


def test_urllib3_is_the_real_one() -> None:
    assert check_urllib3().startswith("2.")


# --- the server as a shell

# What pywinrm would otherwise take from there, with a warning.
_NO_ENVIRONMENT = {"ca_trust_path": None, "proxy": None}


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, Any]]:
    """The benchmark's server, for whoever wants to talk to it."""
    bench = Bench("127.78.0.0/16", 1)
    with bench.serving(Case("peer", 1)) as (address, port):
        yield {
            "endpoint": f"http://{address}:{port}/wsman",
            "transport": "ntlm",
            "username": USER,
            "password": PASSWORD,
            **_NO_ENVIRONMENT,
        }


def test_shell_answers_as_windows_does(server: dict[str, Any]) -> None:
    """Create, Command, Send, Receive, Signal, Delete, as pywinrm and so Ansible's connection plugin ask for them."""
    protocol = Protocol(**server)
    shell = protocol.open_shell(codepage=65001)
    command = protocol.run_command(shell, "powershell", ["-"], console_mode_stdin=False)
    protocol.send_command_input(shell, command, b"x" * 150_000, end=True)
    output, error, code = protocol.get_command_output(shell, command)
    protocol.cleanup_command(shell, command)
    protocol.close_shell(shell)
    assert (json.loads(output)["ansible_facts"], error, code) == (FACTS, b"", 0)


# --- a fleet in trouble


def test_fleet_in_trouble_is_accounted_for() -> None:
    """Two hundred of them; `python -m benchmarks.rough` takes ten thousand."""
    command = [sys.executable, "-m", "benchmarks.rough", "--hosts", "200", "--host-timeout", "5", "--deadline", "60"]
    done = subprocess.run(
        [*command, "--network", NETWORK],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every host is accounted for" in done.stdout


def test_faults_of_a_report_are_seen() -> None:
    counts = {machine["name"]: machine["count"] for machine in rough.scenario(1000)["machines"]}
    assert counts == {"dead": 10, "slow": 10, "password": 5, "garbage": 5, "good": 970}
    reasons = {one.kind: one.words[0] for one in rough.TROUBLES}
    report = {
        "summary": {"seconds": 50.0},
        "read": [f"good-{number}" for number in range(970)],
        "troubled": {f"{kind}-{number}": reasons[kind] for kind in reasons for number in range(counts[kind])},
    }
    assert rough.faults(report, 1000, 60) == []
    assert "deadline" in rough.faults({**report, "summary": {"seconds": 80.0}}, 1000, 60)[0]
    assert "accounted for" in rough.faults({**report, "read": report["read"][1:]}, 1000, 60)[0]
    wrong = {**report["troubled"], "password-0": "the host was not read to the end"}
    assert "password-0 has the wrong reason" in rough.faults({**report, "troubled": wrong}, 1000, 60)[0]


# --- cases and verdicts


def test_cases_cover_sizes_and_latencies() -> None:
    found = cases([100, 1000, 10000], [0, 0.2, 2], 200)
    assert Case("peer", 200) in found
    assert [case.hosts for case in found if case.contender == "playbook"] == [1000, 10000]
    assert {case.latency for case in found if case.contender == "scanner"} == {0, 0.2, 2}
    assert {case.hosts for case in found if case.contender == "scanner"} == {100, 1000, 10000}


@pytest.mark.parametrize(
    ("least", "aim", "value", "verdict"),
    [
        (50, 100, 120.0, "aim"),
        (50, 100, 60.0, "met"),
        (50, 100, 40.0, "MISSED"),
        (6, 4, 3.9, "aim"),
        (6, 4, 5.0, "met"),
        (6, 4, 6.1, "MISSED"),
        (6, 4, None, "not measured"),
    ],
)
def test_verdict(least: float, aim: float, value: float | None, verdict: str) -> None:
    assert Target("", "", least, aim, value).verdict == verdict


def test_targets_are_ratios_of_what_was_measured() -> None:
    def one(contender: str, hosts: int, cpu: float, latency: float = 0.0, busy: float = 0.5) -> Measured:
        in_flight = 1000 if latency else 256
        return Measured(Case(contender, hosts, latency, in_flight), 2.0, cpu, 50.0, busy, 0.0, 0.1, {"requests": 4.0})

    measured = [
        one("floor", 1000, 0.2),
        one("scanner", 1000, 1.0),
        one("threads", 1000, 6.0),
        one("scanner", 10000, 10.5),
        one("scanner", 1000, 1.0, latency=0.2, busy=0.95),
        one("playbook", 1000, 2.0),
        one("playbook", 10000, 20.0),
        one("peer", 200, 20.0),
    ]
    found = targets(measured)
    assert [round(one.value or 0, 2) for one in found] == [50, 100, 6, 5, 1.05, 4, 2, 50, 2]
    assert [one.verdict for one in found] == ["met", "met", "aim", "met", "aim", "aim", "met", "aim", "aim"]
    assert "measured at 200 hosts" in found[0].note
    assert found[6].note == "the server was its limit"
