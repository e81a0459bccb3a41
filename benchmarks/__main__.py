# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m benchmarks`: all comparisons, one table. Figures of one run may be compared with each other, no others."""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from .places import COLLECTIONS, PASSWORD, REPOSITORY, USER, WORK, import_collection
from .recording import record

_PORT = 25985
_ADDRESSES = 64
_SECONDS = 1800

_PLAY = """
- hosts: windows
  gather_facts: false
  tasks:
    - winfleet.activation.fleet_info:
        approved_kms_hosts: [kms01.corp.example]
        in_flight: {in_flight}
        progress: 0
      run_once: true
      register: fleet
    - ansible.builtin.assert:
        that: fleet.summary.read == {hosts}
      run_once: true
"""


@dataclass(frozen=True)
class Case:
    """One measurement."""

    contender: str
    hosts: int
    latency: float = 0.0
    in_flight: int = 256


@dataclass(frozen=True)
class Measured:
    """A case and what came of it: medians of its repeats."""

    case: Case
    seconds: float
    cpu: float
    memory_mb: float
    server_busy: float
    traffic: dict[str, int]

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.cpu / self.case.hosts


class Bench:
    """Runs cases against a server of its own."""

    def __init__(self, network: str, repeats: int) -> None:
        first, second = network.split(".")[:2]
        self._network = network
        self._addresses = [f"{first}.{second}.77.{number}" for number in range(1, _ADDRESSES + 1)]
        self._repeats = repeats
        self._replies = record(WORK, network)
        self._users = WORK / "users"
        self._users.write_text(_credential())
        self._users.chmod(0o600)

    def measure(self, case: Case) -> Measured:
        """The medians of all repeats."""
        runs = [self._once(case) for _unused in range(self._repeats)]
        return Measured(
            case,
            *(median(run[name] for run in runs) for name in ("seconds", "cpu", "memory_mb", "server_busy")),
            traffic={name: runs[0][name] for name in ("requests", "bytes_out", "bytes_in") if name in runs[0]},
        )

    def _once(self, case: Case) -> dict[str, Any]:
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
        with self._server(path) as busy:
            outcome = self._playbook(case) if case.contender == "playbook" else self._contender(case, path)
        if outcome["read"] != case.hosts:
            raise SystemExit(f"benchmarks: {case} read {outcome['read']} hosts")
        return {**outcome, "server_busy": busy[0]}

    @contextmanager
    def _server(self, spec: Path) -> Iterator[list[float]]:
        """A server; afterwards the list holds its share of one processor."""
        command = [sys.executable, "-m", "benchmarks.server", str(spec)]
        environment = {**os.environ, "NTLM_USER_FILE": str(self._users)}
        busy: list[float] = []
        with subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True) as server:
            try:
                if server.stdout is None or server.stdout.readline().strip() != "ready":
                    raise SystemExit("benchmarks: the server did not start")
                yield busy
            finally:
                server.terminate()
                said = server.stdout.readline() if server.stdout else ""
            usage = json.loads(said or '{"cpu": 0, "seconds": 1}')
            busy.append(usage["cpu"] / usage["seconds"])

    def _contender(self, case: Case, spec: Path) -> dict[str, Any]:
        command = [sys.executable, "-m", "benchmarks.contender", case.contender, str(spec)]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=_SECONDS, check=False)
        if done.returncode:
            raise SystemExit(f"benchmarks: {case}\n{done.stderr}")
        outcome: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return outcome

    def _playbook(self, case: Case) -> dict[str, Any]:
        """The whole of ansible-playbook, templated connection variables included."""
        inventory, play = WORK / "inventory.yml", WORK / "play.yml"
        inventory.write_text(yaml.dump(_inventory(self._addresses, case.hosts), Dumper=yaml.CSafeDumper))
        play.write_text(_PLAY.format(hosts=case.hosts, in_flight=case.in_flight))
        own = {"ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS), "ANSIBLE_HOME": str(WORK / "ansible")}
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(
            [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), str(play)],
            cwd=WORK,
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise SystemExit(f"benchmarks: {case}\n{done.stdout}{done.stderr}")
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {"read": case.hosts, "seconds": seconds, "cpu": cpu, "memory_mb": after.ru_maxrss / 1024}


def _credential() -> str:
    """The account with hashes instead of the password, which the server would have to hash at each sign-in."""
    import base64

    from spnego._ntlm_raw.crypto import ntowfv1

    domain, user = USER.split("\\")
    nt_hash = base64.b16encode(ntowfv1(PASSWORD)).decode()
    return f"{domain}\\{user}:1000:{'0' * 32}:{nt_hash}:[U]:LCT-1589398321\n"


def _inventory(addresses: list[str], hosts: int) -> dict[str, Any]:
    """Ten sites with their own values, and connection variables that are templates of them."""
    sites = {
        f"site{site}": {
            "hosts": {
                f"host{number:05d}": {"address": addresses[number % len(addresses)]}
                for number in range(site, hosts, 10)
            },
            "vars": {"site": f"s{site}"},
        }
        for site in range(min(10, hosts))
    }
    account, secret = USER.split("\\"), PASSWORD
    variables = {
        "domain": account[0],
        "fleet_account": account[1],
        "passwords": {f"s{site}": secret for site in range(10)},
        "ansible_connection": "winrm",
        "ansible_host": "{{ address }}",
        "ansible_user": "{{ domain }}\\{{ fleet_account }}",
        "ansible_password": "{{ passwords[site] }}",
        "ansible_port": _PORT,
        "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": "ntlm",
    }
    return {"all": {"children": {"windows": {"children": sites, "vars": variables}}}}


def cases(sizes: list[int], latencies: list[float]) -> list[Case]:
    """What is measured: everybody at the comparison size, the scanner and the playbook at all sizes."""
    base = min(1000, max(sizes))
    found = [Case(name, base) for name in ("floor", "scanner", "threads")]
    found += [Case("scanner", size) for size in sizes if size != base]
    found += [Case("scanner", base, latency, in_flight=1000) for latency in latencies if latency]
    found += [Case("playbook", size) for size in sizes if size >= base]
    return found


def table(measured: list[Measured]) -> str:
    """Everything measured, then the ratios."""
    lines = [
        "what        hosts  latency  in flight    wall s   CPU s  CPU ms/host  memory MB  requests/host"
        "  KB/host  server"
    ]
    for one in measured:
        case, traffic = one.case, one.traffic
        requests = f"{traffic['requests'] / case.hosts:13.1f}" if traffic else f"{'':13}"
        volume = f"{(traffic['bytes_out'] + traffic['bytes_in']) / case.hosts / 1024:7.1f}" if traffic else f"{'':7}"
        lines.append(
            f"{case.contender:9} {case.hosts:7} {case.latency:6.1f} s {case.in_flight:10} {one.seconds:9.2f} "
            f"{one.cpu:7.2f} {one.cpu_ms:12.2f} {one.memory_mb:10.1f}  {requests}  {volume} {one.server_busy:6.0%}"
        )
    return "\n".join([*lines, "", *_ratios(measured)])


def _ratios(measured: list[Measured]) -> Iterator[str]:
    quick = {(one.case.contender, one.case.hosts): one for one in measured if not one.case.latency}
    base = max(size for name, size in quick if name == "floor")
    ours = quick["scanner", base]
    yield f"CPU at {base} hosts: pywinrm in threads takes {quick['threads', base].cpu / ours.cpu:.1f} x the scanner's"
    yield f"CPU at {base} hosts: the scanner takes {ours.cpu / quick['floor', base].cpu:.1f} x the floor's"
    sizes = sorted(size for name, size in quick if name == "scanner")
    for small, large in pairwise(sizes):
        growth = quick["scanner", large].cpu_ms / quick["scanner", small].cpu_ms
        yield f"CPU per host grows {growth:.2f} x from {small} to {large} hosts"
    if any(one.server_busy > 0.9 for one in measured):
        yield "The server was busy more than 90 % of some run: wall times there are the server's, CPU times are sound."
    yield "Not compared here: ansible.windows.win_product_facts (needs the collection ansible.windows)."


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--hosts", default="100,1000,10000", help="sizes of the fleet (default: %(default)s)")
    parser.add_argument("--latency", default="0,0.2", help="seconds before each answer (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of which the median counts (default: %(default)s)")
    parser.add_argument("--network", default="127.72.0.0/16", help="loopback network (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="also write all figures to this file")
    return parser.parse_args()


def main() -> int:
    """Measure, print, and keep the figures where asked."""
    options = _arguments()
    import_collection()
    bench = Bench(options.network, options.repeats)
    sizes = sorted({int(size) for size in options.hosts.split(",")})
    measured = []
    for case in cases(sizes, [float(latency) for latency in options.latency.split(",")]):
        print(f"measuring {case.contender}, {case.hosts} hosts, {case.latency:g} s latency ...", file=sys.stderr)
        measured.append(bench.measure(case))
    print(table(measured))
    if options.json:
        figures = [{**vars(one), "case": vars(one.case)} for one in measured]
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
