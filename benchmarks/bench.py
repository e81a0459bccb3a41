# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs cases: a fresh server for each, and the contender or ansible-playbook in a process of its own."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from spnego._ntlm_raw.crypto import ntowfv1

from . import peer, plays, processes
from .cases import ONCE, PLAYBOOKS, REPAIRING, REPAIRING_PLAYBOOKS, Case, Measured
from .places import COLLECTIONS, PASSWORD, REPOSITORY, USER, WARM_UP, WORK
from .recording import record
from .repair_recording import record_repair
from .states import LAST

_SPEC = WORK / "spec.json"

# Machines that are only read share so many addresses.
_ADDRESSES = 64
_SECONDS = 1800
_MEDIANS = ("seconds", "cpu", "memory_mb", "server_busy", "server_late_ms", "contended")
_TRAFFIC = ("connections", "requests", "bytes_in", "bytes_out")
_PLAYS = {
    "playbook": plays.OURS,
    "peer": plays.PEER,
    "nothing": plays.NOTHING,
    "fleet_repair": plays.FLEET_REPAIR,
    "role": plays.ROLE,
    "recipe": plays.RECIPE,
    "enforce": plays.ENFORCE,
}

# What ansible-playbook prints of each host for which all went well.
_SAID_BY_HOST = {"peer": "ok=1 ", "recipe": "ok=4 "}

# Whom the machines hold no state for: the recipe speaks to their shell.
_STATEFUL = tuple(name for name in REPAIRING if name != "recipe")


class Bench:
    """Runs cases against a server of its own."""

    def __init__(self, network: str, repeats: int) -> None:
        self._network = ".".join(network.split(".")[:2])
        self.addresses = [f"{self._network}.77.{number}" for number in range(1, _ADDRESSES + 1)]
        self._approved = f"{self._network}.78.1"
        self._repeats = repeats
        self._replies = record(WORK, network)
        self._scripts = record_repair(WORK, network)
        self._users = WORK / "users"
        self._users.write_text(_credential())
        self._users.chmod(0o600)
        # So that nobody's own settings take part.
        (WORK / "ansible.cfg").write_text("[defaults]\n")

    def measure(self, case: Case) -> Measured:
        """The medians of all repeats. Who takes too long for that runs once."""
        runs = [self._once(case) for _unused in range(1 if case.contender in ONCE else self._repeats)]
        middle = {name: median(run[name] for run in runs) for name in _MEDIANS}
        return Measured(case=case, traffic={name: runs[0][name] for name in _TRAFFIC}, **middle)

    @contextmanager
    def serving(self, case: Case) -> Iterator[tuple[str, int]]:
        """The server for a case, and where it is."""
        with self._server(self._spec(case)) as served:
            yield self.addresses[0], served["port"]

    def _spec(self, case: Case) -> dict[str, Any]:
        """What the server and a contender have to know."""
        stateful = case.contender in _STATEFUL
        return {
            "addresses": self._own_addresses(case.hosts + WARM_UP) if stateful else self.addresses,
            "replies": self._replies,
            "scripts": self._scripts if stateful else None,
            "kinds": {self._approved: "approved"},
            "latency": case.latency,
            "plain": case.contender == "floor",
            "hosts": case.hosts,
            "first": 0,
            "in_flight": case.in_flight,
        }

    def _own_addresses(self, machines: int) -> list[str]:
        return [f"{self._network}.{100 + number // 250}.{number % 250 + 1}" for number in range(machines)]

    def _once(self, case: Case) -> dict[str, Any]:
        spec = self._spec(case)
        played = case.contender in (*PLAYBOOKS, *REPAIRING_PLAYBOOKS)
        with self._server(spec) as served:
            waited, began = _waited(), time.monotonic()
            outcome = self._playbook(case, served["port"]) if played else self._contender(case)
            contended = (_waited() - waited) / (time.monotonic() - began)
        if outcome["read"] != case.hosts:
            raise SystemExit(f"benchmarks: {case} read {outcome['read']} hosts")
        answered = case.hosts + (0 if played else min(WARM_UP, case.hosts))
        if spec["scripts"]:
            see_that_all_were_repaired_once(case, served, answered)
        return {
            **outcome,
            **{name: served[name] / answered for name in _TRAFFIC},
            "server_busy": served["cpu"] / served["seconds"],
            "server_late_ms": served["late_ms"],
            "contended": contended,
        }

    @contextmanager
    def _server(self, spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """A server. The dictionary holds its port, and afterwards its report."""
        _SPEC.write_text(json.dumps(spec))
        command = [sys.executable, "-m", "benchmarks.server", str(_SPEC)]
        environment = {**os.environ, "NTLM_USER_FILE": str(self._users)}
        with subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True) as server:
            try:
                ready, _space, port = server.stdout.readline().strip().partition(" ") if server.stdout else ("",) * 3
                if ready != "ready":
                    raise SystemExit("benchmarks: the server did not start")
                report: dict[str, Any] = {"port": int(port)}
                _SPEC.write_text(json.dumps({**spec, **report}))
                yield report
            finally:
                server.terminate()
                said = server.stdout.readline() if server.stdout else ""
        report.update(json.loads(said))

    def _contender(self, case: Case) -> dict[str, Any]:
        command = [sys.executable, "-m", "benchmarks.contender", case.contender, str(_SPEC)]
        done = processes.run(command, REPOSITORY, os.environ, _SECONDS)
        if done.code:
            raise SystemExit(f"benchmarks: {case}\n{done.output}")
        outcome: dict[str, Any] = json.loads(done.output.splitlines()[-1])
        return outcome

    def _playbook(self, case: Case, port: int) -> dict[str, Any]:
        """The whole of ansible-playbook, templated connection variables included."""
        inventory, play = WORK / "inventory.yml", WORK / "play.yml"
        stateful = case.contender in _STATEFUL
        addresses, approved = (self._own_addresses(case.hosts), self._approved) if stateful else (self.addresses, None)
        plays.write_inventory(inventory, addresses, port, case.hosts, approved)
        play.write_text(plays.filled(_PLAYS[case.contender], case.hosts, case.in_flight))
        command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), str(play)]
        done = processes.run(command, WORK, ansible_environment(), _SECONDS)
        if done.code:
            raise SystemExit(f"benchmarks: {case}\n{done.output[-5000:]}")
        # Nothing failed and nobody was unreachable; the peer says so host by host, ours counts in its play.
        said = _SAID_BY_HOST.get(case.contender)
        read = done.output.count(said) if said is not None else case.hosts
        return {"read": read, "seconds": done.seconds, "cpu": done.cpu, "memory_mb": done.memory_mb}


def see_that_all_were_repaired_once(case: Case, served: dict[str, Any], machines: int) -> None:
    """The machines themselves say what became of them."""
    if served["states"] != {LAST: machines}:
        raise SystemExit(f"benchmarks: {case} left machines in these states: {served['states']}")
    if served["activations"] != {"1": machines}:
        raise SystemExit(f"benchmarks: {case} activated machines so many times: {served['activations']}")


def _waited() -> float:
    """Seconds in which some process waited for a processor (Linux, pressure stall information); 0 where that is off."""
    try:
        some = Path("/proc/pressure/cpu").read_text().splitlines()[0]
    except OSError:
        return 0.0
    return int(some.rpartition("total=")[2]) / 1_000_000


def ansible_environment() -> dict[str, str]:
    """Nobody's settings but our own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    own = {
        "ANSIBLE_CONFIG": str(WORK / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": f"{COLLECTIONS}:{peer.FOLDER}",
        "ANSIBLE_HOME": str(WORK / "ansible"),
        "ANSIBLE_NOCOLOR": "1",
    }
    return {**inherited, **own}


def _credential() -> str:
    """The account with hashes instead of the password, which the server would have to hash at each sign-in."""
    domain, user = USER.split("\\")
    nt_hash = base64.b16encode(ntowfv1(PASSWORD)).decode()
    return f"{domain}\\{user}:1000:{'0' * 32}:{nt_hash}:[U]:LCT-1589398321\n"
