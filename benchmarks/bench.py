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
from .cases import PLAYBOOKS, Case, Measured
from .places import COLLECTIONS, PASSWORD, REPOSITORY, USER, WARM_UP, WORK
from .recording import record

_PORT = 25985
_ADDRESSES = 64
_SECONDS = 1800
_MEDIANS = ("seconds", "cpu", "memory_mb", "server_busy", "server_late_ms", "contended")
_TRAFFIC = ("connections", "requests", "bytes_in", "bytes_out")
_PLAYS = {"playbook": plays.OURS, "peer": plays.PEER, "nothing": plays.NOTHING}


class Bench:
    """Runs cases against a server of its own."""

    def __init__(self, network: str, repeats: int) -> None:
        first, second = network.split(".")[:2]
        self._addresses = [f"{first}.{second}.77.{number}" for number in range(1, _ADDRESSES + 1)]
        self._repeats = repeats
        self._replies = record(WORK, network)
        self._users = WORK / "users"
        self._users.write_text(_credential())
        self._users.chmod(0o600)
        # So that nobody's own settings take part.
        (WORK / "ansible.cfg").write_text("[defaults]\n")

    def measure(self, case: Case) -> Measured:
        """The medians of all repeats. The peer takes so long that it runs once."""
        runs = [self._once(case) for _unused in range(1 if case.contender == "peer" else self._repeats)]
        middle = {name: median(run[name] for run in runs) for name in _MEDIANS}
        return Measured(case=case, traffic={name: runs[0][name] for name in _TRAFFIC}, **middle)

    @contextmanager
    def serving(self, case: Case) -> Iterator[tuple[str, int]]:
        """The server for a case, and where it is."""
        with self._server(self._spec(case)):
            yield self._addresses[0], _PORT

    def _spec(self, case: Case) -> Path:
        spec = {
            "addresses": self._addresses,
            "port": _PORT,
            "replies": self._replies,
            "latency": case.latency,
            "plain": case.contender == "floor",
            "hosts": case.hosts,
            "in_flight": case.in_flight,
        }
        path = WORK / "spec.json"
        path.write_text(json.dumps(spec))
        return path

    def _once(self, case: Case) -> dict[str, Any]:
        path = self._spec(case)
        played = case.contender in PLAYBOOKS
        with self._server(path) as served:
            waited, began = _waited(), time.monotonic()
            outcome = self._playbook(case) if played else self._contender(case, path)
            contended = (_waited() - waited) / (time.monotonic() - began)
        if outcome["read"] != case.hosts:
            raise SystemExit(f"benchmarks: {case} read {outcome['read']} hosts")
        answered = case.hosts + (0 if played else min(WARM_UP, case.hosts))
        return {
            **outcome,
            **{name: served[name] / answered for name in _TRAFFIC},
            "server_busy": served["cpu"] / served["seconds"],
            "server_late_ms": served["late_ms"],
            "contended": contended,
        }

    @contextmanager
    def _server(self, spec: Path) -> Iterator[dict[str, Any]]:
        """A server; afterwards the dictionary holds its report."""
        command = [sys.executable, "-m", "benchmarks.server", str(spec)]
        environment = {**os.environ, "NTLM_USER_FILE": str(self._users)}
        report: dict[str, Any] = {}
        with subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True) as server:
            try:
                if server.stdout is None or server.stdout.readline().strip() != "ready":
                    raise SystemExit("benchmarks: the server did not start")
                yield report
            finally:
                server.terminate()
                said = server.stdout.readline() if server.stdout else ""
        report.update(json.loads(said))

    def _contender(self, case: Case, spec: Path) -> dict[str, Any]:
        command = [sys.executable, "-m", "benchmarks.contender", case.contender, str(spec)]
        done = processes.run(command, REPOSITORY, os.environ, _SECONDS)
        if done.code:
            raise SystemExit(f"benchmarks: {case}\n{done.output}")
        outcome: dict[str, Any] = json.loads(done.output.splitlines()[-1])
        return outcome

    def _playbook(self, case: Case) -> dict[str, Any]:
        """The whole of ansible-playbook, templated connection variables included."""
        inventory, play = WORK / "inventory.yml", WORK / "play.yml"
        plays.write_inventory(inventory, self._addresses, _PORT, case.hosts)
        play.write_text(
            _PLAYS[case.contender].replace("{hosts}", str(case.hosts)).replace("{in_flight}", str(case.in_flight))
        )
        command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), str(play)]
        done = processes.run(command, WORK, ansible_environment(), _SECONDS)
        if done.code:
            raise SystemExit(f"benchmarks: {case}\n{done.output[-5000:]}")
        # Nothing failed and nobody was unreachable; the peer says so host by host, ours counts in its play.
        read = done.output.count("ok=1 ") if case.contender == "peer" else case.hosts
        return {"read": read, "seconds": done.seconds, "cpu": done.cpu, "memory_mb": done.memory_mb}


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
