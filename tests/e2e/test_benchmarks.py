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

from benchmarks import diagnosis, figures, peer, rough
from benchmarks.bench import Bench, see_that_all_were_repaired_once
from benchmarks.cases import Case, Measured, RepairSizes, cases, repair_cases
from benchmarks.libraries import check_urllib3
from benchmarks.places import PASSWORD, USER
from benchmarks.processes import Finished
from benchmarks.questions import method_of, question, raw_question
from benchmarks.repair_targets import repair_targets
from benchmarks.shell import FACTS
from benchmarks.states import FIRST, LAST, Machine, Machines
from benchmarks.targets import Target, targets
from tests.module_document import document

from .conftest import REPOSITORY

# Another one for each run, since two may go on side by side on one machine.
NETWORK = f"127.{os.getpid() % 100 + 120}.0.0/16"


def test_all_of_it_runs_and_adds_up(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "--hosts", "5,20", "--latency", "0,0.05", "--repeats", "1"]
    peer_hosts = "2" if peer.is_installed() else "0"
    repairing = ["--repair-hosts", "10", "--role-hosts", "2", "--recipe-hosts", "2", "--enforce-hosts", "10"]
    done = subprocess.run(
        [*command, "--peer-hosts", peer_hosts, *repairing, "--network", NETWORK, "--json", str(path)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    content = json.loads(path.read_text())
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
        ("pair", 20, 0.0): 4,
        ("scanner", 20, 0.05): 4,
        ("nothing", 20, 0.0): 0,
        ("playbook", 20, 0.0): 4,
        ("nothing", 10, 0.0): 0,
        ("scanner", 10, 0.0): 4,
        ("playbook", 10, 0.0): 4,
        # Read, read again and repaired, in two connections.
        ("repair", 10, 0.0): 23,
        # Six more of the approved KMS host, and as many again where it is read by an audit of its own before.
        ("fleet_repair", 10, 0.0): 23.6,
        ("enforce", 10, 0.0): 28.6,
        ("role", 2, 0.0): 20,
    }
    by_shell = {("peer", 2, 0.0): 9, ("recipe", 2, 0.0): 39} if peer.is_installed() else {}
    assert requests == expected | by_shell
    # The floor carries as much as the scanner, and does nothing with it.
    floor, scanner = measured["floor", 20, 0.0]["traffic"], measured["scanner", 20, 0.0]["traffic"]
    assert (
        0.8
        < sum(floor[way] for way in ("bytes_in", "bytes_out")) / sum(scanner[way] for way in ("bytes_in", "bytes_out"))
        < 1.1
    )
    assert all(one["cpu"] > 0 and one["seconds"] > 0 for one in measured.values())
    assert "HTTP requests a host" in done.stdout
    assert "repair / scanner" in done.stdout
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


# --- machines that are repaired

_WQL = (
    '<s:Header><a:Action s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate</a:Action>'
    '</s:Header><s:Body><w:Filter Dialect="WQL">SELECT State FROM Win32_Service</w:Filter></s:Body>'
)
_METHOD = (
    '<a:Action s:mustUnderstand="true">http://host/wbem/wsman/1/wmi/root/cimv2/Win32_Service/StopService</a:Action>'
)


@pytest.mark.parametrize(
    ("request_text", "asked", "method"),
    [
        (_WQL, "SELECT State FROM Win32_Service", b""),
        (_METHOD, "Win32_Service/StopService", b"StopService"),
        ("<s:Body/>", None, b""),
    ],
)
def test_question_of_a_request(request_text: str, asked: str | None, method: bytes) -> None:
    assert question(request_text) == asked
    assert (raw_question(request_text.encode()) or b"").decode() == (asked or "")
    assert method_of((asked or "").encode()) == method


STATE, STOP, ACTIVATE = b"SELECT State FROM Win32_Service", b"Win32_Service/StopService", b"Product/Activate"
SCRIPT = {
    FIRST: {STATE: [b"running"], STOP: [b"0"], ACTIVATE: [b"done"]},
    "service stopped": {STATE: [b"stopping", b"stopped"]},
    LAST: {},
}


def test_machine_goes_from_state_to_state() -> None:
    machine = Machine(SCRIPT)
    assert [machine.answer(one) for one in (STATE, STATE, STOP)] == [b"running", b"running", b"0"]
    assert machine.state == "service stopped"
    assert [machine.answer(STATE) for _unused in range(3)] == [b"stopping", b"stopped", b"stopped"]


def test_machine_makes_nothing_up() -> None:
    """What the recorded one was not asked in this state has no answer, and changes nothing."""
    machine = Machine(SCRIPT)
    assert machine.answer(b"SELECT Name FROM Win32_Process") is None
    assert machine.answer(b"Win32_Service/StartService") is None
    assert machine.state == FIRST


def test_second_activation_is_counted_though_it_is_refused() -> None:
    scripts = {"rogue": {FIRST: {"Product/Activate": ["done"]}}, "approved": {FIRST: {}}}
    machines = Machines(scripts, {"127.0.0.9": "approved"})
    request = _METHOD.replace("Win32_Service/StopService", "Product/Activate").encode()
    assert [machines.reply(request, "127.0.0.1") for _unused in range(2)] == [b"done", None]
    assert machines.reply(request, "127.0.0.2") == b"done"
    assert machines.reply(request, "127.0.0.9") is None
    assert machines.report() == {"states": {LAST: 2}, "activations": {"2": 1, "1": 1}}


@pytest.mark.parametrize(
    ("served", "words"),
    [
        ({"states": {LAST: 3}, "activations": {"1": 3}}, None),
        ({"states": {LAST: 2, FIRST: 1}, "activations": {"1": 2, "0": 1}}, FIRST),
        ({"states": {LAST: 2}, "activations": {"1": 2}}, "states"),
        ({"states": {LAST: 3}, "activations": {"1": 2, "2": 1}}, "'2': 1"),
    ],
)
def test_run_that_repaired_otherwise_is_refused(served: dict[str, Any], words: str | None) -> None:
    case = Case("fleet_repair", 3)
    if words is None:
        see_that_all_were_repaired_once(case, served, 3)
        return
    with pytest.raises(SystemExit, match=words):
        see_that_all_were_repaired_once(case, served, 3)


# --- a fleet in trouble


def benchmark(name: str, *arguments: str) -> str:
    """What a program of benchmarks prints that must end well."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *arguments, "--network", NETWORK],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_fleet_in_trouble_is_accounted_for() -> None:
    """Two hundred of them; `python -m benchmarks.rough` takes ten thousand.

    Few at a time, with much time for each, so that a busy machine is not taken for a fleet in trouble.
    """
    bounds = ["--hosts", "200", "--in-flight", "20", "--host-timeout", "20", "--deadline", "300"]
    assert "Every host is accounted for" in benchmark("rough", *bounds)


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
    wrong = {**report["troubled"], "password-0": "reading this host did not finish"}
    assert "password-0 has the wrong reason" in rough.faults({**report, "troubled": wrong}, 1000, 60)[0]


# --- a fleet with machines that are not activated


def test_a_diagnosis_costs_what_is_documented() -> None:
    """Forty of them; without arguments it is a thousand."""
    assert "Every cause was found" in benchmark("diagnosis", "--hosts", "40", "--broken", "10")


def test_a_diagnosis_that_costs_more_is_seen() -> None:
    def one(requests: int, **causes: str) -> diagnosis.Run:
        summary = {"requests": requests, "seconds": 1.0, "diagnosed": len(causes)}
        return diagnosis.Run(summary, causes, Finished(0, "", 2.0, 1.0, 50.0))

    plain, right = one(4000), {"clock-1": "clock", "set-1": "configured_host"}
    assert diagnosis.faults(plain, one(4031, **right), 2) == []
    assert diagnosis.faults(plain, one(4032, **right), 2) == ["32 requests were added, and 31 are named"]
    assert "1 machines have a cause" in diagnosis.faults(plain, one(4019, set="configured_host"), 2)[0]
    assert diagnosis.faults(plain, one(4031, **right | {"set-1": "port"}), 2) == ["set-1 has the cause port"]


def test_the_documented_cost_is_the_one_that_is_measured() -> None:
    told = " ".join(document("fleet_info")["doc"]["options"]["diagnose"]["description"])
    assert f"takes {diagnosis.REQUESTS_OF_MACHINE} requests" in told
    assert f"a KMS host of theirs {diagnosis.REQUESTS_OF_KMS_HOST}, once" in told


# --- cases and verdicts


def test_cases_cover_sizes_and_latencies() -> None:
    found = cases([100, 1000, 10000], [0, 0.2, 2], 200)
    assert Case("peer", 200) in found
    assert [case.hosts for case in found if case.contender == "playbook"] == [1000, 10000]
    assert {case.latency for case in found if case.contender == "scanner"} == {0, 0.2, 2}
    assert {case.hosts for case in found if case.contender == "scanner"} == {100, 1000, 10000}


def test_cases_of_repairing_can_be_left_out() -> None:
    all_of_them = {(case.contender, case.hosts) for case in repair_cases(RepairSizes())}
    assert {("fleet_repair", 200), ("fleet_repair", 2000), ("nothing", 2000), ("scanner", 2000)} <= all_of_them
    assert {("role", 200), ("recipe", 50), ("enforce", 10000), ("playbook", 10000)} <= all_of_them
    assert repair_cases(RepairSizes((), (), 0, 0)) == []


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
    def one(
        contender: str, hosts: int, cpu: float, latency: float = 0.0, busy: float = 0.5, wall: float = 2.0
    ) -> Measured:
        in_flight = 1000 if latency else 256
        return Measured(Case(contender, hosts, latency, in_flight), wall, cpu, 50.0, busy, 0.0, 0.1, {"requests": 4.0})

    measured = [
        one("floor", 1000, 0.2),
        one("scanner", 1000, 1.0),
        one("threads", 1000, 6.0),
        one("scanner", 10000, 10.5),
        one("scanner", 1000, 1.0, latency=0.2, busy=0.95),
        one("playbook", 1000, 2.0),
        one("playbook", 10000, 20.0),
        one("peer", 200, 20.0),
        one("pair", 10000, 10.5, wall=1.2),
    ]
    found = targets(measured)
    assert [round(one.value or 0, 2) for one in found] == [50, 100, 6, 5, 1.05, 4, 2, 50, 2, 0.6]
    assert [one.verdict for one in found] == ["met", "met", "aim", "met", "aim", "aim", "met", "aim", "aim", "met"]
    assert "measured at 200 hosts" in found[0].note
    assert found[6].note == "the server was its limit"


def repaired(contender: str, hosts: int, cpu: float, requests: float = 27.0) -> Measured:
    return Measured(Case(contender, hosts), 2.0, cpu, 50.0, 0.5, 0.0, 0.1, {"requests": requests})


def test_targets_of_repairing_are_ratios_of_what_was_measured() -> None:
    measured = [
        repaired("nothing", 200, 1.0),
        repaired("repair", 200, 0.8),
        repaired("fleet_repair", 200, 2.0),
        repaired("fleet_repair", 2000, 10.0),
        repaired("role", 200, 20.0),
        repaired("recipe", 50, 25.0),
        repaired("repair", 2000, 8.0),
        repaired("scanner", 2000, 2.0, requests=4.0),
        repaired("enforce", 10000, 70.0, requests=32.0),
        repaired("playbook", 10000, 10.0, requests=4.0),
    ]
    found = repair_targets(measured)
    assert [round(one.value or 0, 2) for one in found] == [10, 50, 20, 100, 4, 7]
    assert [one.verdict for one in found] == ["MISSED", "met", "MISSED", "aim", "aim", "MISSED"]
    assert [one.note for one in found[:3]] == ["", "per host; measured at 50 hosts", "per host; measured at 200 hosts"]
    lines = figures.verdicts(found).splitlines()[1:]
    assert "MISSED (50% of fleet_repair's is ansible-playbook with nothing to do, 40% what repair needs" in lines[0]
    assert "nothing to do" not in lines[1]
    assert "MISSED (32 requests a host where the other has 4)" in lines[5]


def test_targets_of_repairing_need_figures() -> None:
    assert {one.verdict for one in repair_targets([repaired("role", 200, 20.0)])} == {"not measured"}
