# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m benchmarks.rough`: ten thousand hosts of the lab, some of them in trouble, by a whole ansible-playbook.

Of every thousand, ten are dead, ten answer more slowly than they may, five have another password, five answer garbage.
It checks that every host is accounted for, each with its own reason, within the time set, and with how much memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .bench import ansible_environment
from .places import REPOSITORY, WORK, import_collection
from .processes import Finished, run

_START_SECONDS = 600

# A host that takes too long may be caught waiting anywhere.
_LATE = ("in time", "did not finish within")


@dataclass(frozen=True)
class Trouble:
    """One kind of host that cannot be read: how many of a thousand, what it is like, and what is to be said of it."""

    kind: str
    share: int
    machine: dict[str, Any]
    words: tuple[str, ...]


TROUBLES = (
    Trouble("dead", 10, {"network": "blackhole"}, _LATE),
    Trouble("slow", 10, {"mischief": [{"trick": "slow", "seconds": 600, "times": None}]}, _LATE),
    Trouble("password", 5, {"connection": {"password": "not-the-password"}}, ("HTTP 401", "not signed in to")),
    Trouble("garbage", 5, {"mischief": [{"trick": "garbage", "times": None}]}, ("is not HTTP", "garbage")),
)

_PLAY = """
- hosts: windows
  gather_facts: false
  tasks:
    - winfleet.activation.fleet_info:
        approved_kms_hosts: []
        in_flight: {in_flight}
        host_timeout: {host_timeout}
        deadline: {deadline}
      run_once: true
      delegate_to: localhost
      register: fleet
    - ansible.builtin.copy:
        content: "{{{{ report | to_json }}}}"
        dest: {report}
        mode: "0600"
      run_once: true
      delegate_to: localhost
      vars:
        ansible_connection: local
        ansible_python_interpreter: "{{{{ ansible_playbook_python }}}}"
        troubled: "{{{{ fleet.groups.unreachable | default([]) + fleet.groups.failed | default([]) }}}}"
        report:
          summary: "{{{{ fleet.summary }}}}"
          read: "{{{{ fleet.groups.role_kms_client | default([]) }}}}"
          troubled: "{{{{ dict(troubled | zip(troubled | map('extract', fleet.hosts, 'msg'))) }}}}"
"""


def scenario(hosts: int) -> dict[str, Any]:
    """The fleet: what is in trouble first, the rest healthy."""
    machines = [
        {"name": one.kind, "release": "win10", "count": max(2, hosts * one.share // 1000), **one.machine}
        for one in TROUBLES
    ]
    good = hosts - sum(machine["count"] for machine in machines)
    machines.append({"name": "good", "release": "win10", "activated": True, "count": good})
    return {"name": "rough", "domain": "corp.example", "machines": machines}


@contextmanager
def lab(fleet: dict[str, Any], network: str) -> Iterator[Path]:
    """The lab with this fleet; its inventory."""
    WORK.mkdir(parents=True, exist_ok=True)
    path, inventory = WORK / f"{fleet['name']}.yml", WORK / f"{fleet['name']}-inventory.yml"
    path.write_text(yaml.safe_dump(fleet))
    inventory.unlink(missing_ok=True)
    command = [sys.executable, "-m", "winlab", "up", str(path), "--inventory", str(inventory), "--network", network]
    environment = {**os.environ, "WINLAB_RUNTIME": str(WORK / "winlab")}
    with subprocess.Popen(
        command, cwd=REPOSITORY / "tests" / "lab", env=environment, stdout=subprocess.DEVNULL
    ) as process:
        try:
            until = time.monotonic() + _START_SECONDS
            # It appears empty, and is filled in one go.
            while not inventory.exists() or not inventory.stat().st_size:
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit("benchmarks: the lab did not start")
                time.sleep(0.1)
            yield inventory
        finally:
            process.terminate()


def read(inventory: Path, options: argparse.Namespace) -> tuple[dict[str, Any], Finished]:
    """The report of one run, and what the run took."""
    play, report = WORK / "rough-play.yml", WORK / "rough-report.json"
    report.unlink(missing_ok=True)
    bounds = {"in_flight": options.in_flight, "host_timeout": options.host_timeout, "deadline": options.deadline}
    play.write_text(_PLAY.format(**bounds, report=report))
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), str(play)]
    done = run(command, WORK, ansible_environment(), options.deadline + 600)
    if done.code:
        raise SystemExit(f"benchmarks: {done.output[-5000:]}")
    content: dict[str, Any] = json.loads(report.read_text())
    return content, done


def faults(report: dict[str, Any], hosts: int, deadline: float) -> list[str]:
    """What is not as it should be."""
    found: list[str] = []
    expected = {machine["name"]: machine["count"] for machine in scenario(hosts)["machines"]}
    summary, words = report["summary"], {one.kind: one.words for one in TROUBLES}
    counted = Counter(kind_of(name) for name in [*report["read"], *report["troubled"]])
    if counted != expected:
        found.append(f"accounted for: {dict(counted)}, which should be {expected}")
    found += [f"{name} was read" for name in report["read"] if kind_of(name) != "good"]
    for name, message in report["troubled"].items():
        if not any(word in message for word in words.get(kind_of(name), ())):
            found.append(f"{name} has the wrong reason: {message}")
    if summary["seconds"] > deadline + 5:
        found.append(f"it took {summary['seconds']} s, and the deadline was {deadline:g} s")
    return found


def kind_of(name: str) -> str:
    """``slow`` for slow-017."""
    return name.partition("-")[0]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rough", description=__doc__)
    parser.add_argument("--hosts", type=int, default=10_000, help="size of the fleet (default: %(default)s)")
    parser.add_argument("--in-flight", type=int, default=256, help="hosts at a time (default: %(default)s)")
    parser.add_argument("--host-timeout", type=float, default=20, help="seconds for each (default: %(default)s)")
    parser.add_argument("--deadline", type=float, default=600, help="seconds for all (default: %(default)s)")
    parser.add_argument("--network", default="127.73.0.0/16", help="loopback network (default: %(default)s)")
    return parser.parse_args()


def main() -> int:
    """Run it and say how it went."""
    options = _arguments()
    import_collection()
    with lab(scenario(options.hosts), options.network) as inventory:
        report, done = read(inventory, options)
    found = faults(report, options.hosts, options.deadline)
    patience = options.host_timeout * sum(
        machine["count"] for machine in scenario(options.hosts)["machines"] if machine["name"] in ("dead", "slow")
    )
    print(json.dumps(report["summary"], indent=2))
    print(
        f"{options.hosts} hosts: {report['summary']['seconds']} s for fleet_info, {done.seconds:.1f} s and "
        f"{done.cpu:.1f} s of CPU for all of ansible-playbook, {done.memory_mb:.0f} MB at most. "
        f"The dead and the slow, one after the other, would have taken {patience:.0f} s."
    )
    print("\n".join(found[:20]) or "Every host is accounted for, each with its own reason.")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
