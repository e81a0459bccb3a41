# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m benchmarks.diagnosis`: what `diagnose` adds to an audit of a fleet of the lab.

The same fleet is read twice by a whole ansible-playbook, without and with it. It checks that every one of these
machines has its cause, and that no more was asked than the documentation of fleet_info names; no time is judged.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .lab import kind_of, lab, played
from .places import import_collection
from .processes import Finished

# As fleet_info documents them, each with its sign-in.
REQUESTS_OF_MACHINE, REQUESTS_OF_KMS_HOST = 12, 7

# What is wrong with the machines, and the step that finds it. All of them have the one KMS host.
CAUSES = {"clock": "clock", "set": "configured_host"}

_PLAY = """
- hosts: windows
  gather_facts: false
  tasks:
    - winfleet.activation.fleet_info:
        approved_kms_hosts: [kms01.corp.example]
        nameservers: ["{server}:{port}"]
        server_port: {port}
        diagnose: {diagnose}
      run_once: true
      delegate_to: localhost
      register: fleet
    - ansible.builtin.copy:
        content: "{{{{ dict(summary=fleet.summary, causes=causes) | to_json }}}}"
        dest: {report}
        mode: "0600"
      run_once: true
      delegate_to: localhost
      vars:
        ansible_connection: local
        ansible_python_interpreter: "{{{{ ansible_playbook_python }}}}"
        found: "{{{{ fleet.hosts | dict2items | selectattr('value.diagnosis', 'defined')
          | selectattr('value.diagnosis') }}}}"
        causes: "{{{{ dict(found | map(attribute='key') | zip(found | map(attribute='value.diagnosis.cause.id'))) }}}}"
"""


def scenario(hosts: int, broken: int) -> dict[str, Any]:
    """The fleet: its KMS host, machines that are not activated, half of each kind, and the rest healthy."""
    first = broken // 2
    machines = [
        {"name": "kms01", "release": "server2022", "key": "csvlk_2022", "activated": True}
        | {"kms_host": {"counted_clients": 30}},
        {"name": "clock", "release": "win10", "count": first, "clock_skew": "9h"},
        {"name": "set", "release": "win10", "count": broken - first, "kms_client": {"host": "rogue.corp.example"}},
        {"name": "good", "release": "win10", "activated": True, "count": hosts - broken - 1},
    ]
    wanted = [machine for machine in machines if machine.get("count", 1) > 0]
    return {"name": "diagnosis", "domain": "corp.example", "dns": {"serve": True}, "machines": wanted}


@dataclass(frozen=True)
class Run:
    """What came of one run, and what it took."""

    summary: dict[str, Any]
    causes: dict[str, str]
    took: Finished

    @property
    def words(self) -> str:
        """Its figures."""
        summary = self.summary
        return (
            f"{summary['requests']} requests, {summary['seconds']} s for fleet_info; all of ansible-playbook "
            f"{self.took.seconds:.1f} s, {self.took.cpu:.1f} s of CPU, {self.took.memory_mb:.0f} MB at most"
        )


def read(inventory: Path, diagnose: bool) -> Run:
    """One run over the whole fleet."""
    server = yaml.safe_load(inventory.read_text())["all"]["vars"]["winlab_dns"]
    asked = {"server": server["server"], "port": server["port"], "diagnose": diagnose}
    content, done = played("diagnosis", _PLAY, inventory, 1800, **asked)
    return Run(content["summary"], content["causes"], done)


def faults(plain: Run, diagnosed: Run, broken: int) -> list[str]:
    """What is not as the documentation says."""
    most = broken * REQUESTS_OF_MACHINE + REQUESTS_OF_KMS_HOST
    added = diagnosed.summary["requests"] - plain.summary["requests"]
    found = [f"{added} requests were added, and {most} are named"] if added > most else []
    if (diagnosed.summary["diagnosed"], len(diagnosed.causes)) != (broken, broken):
        found.append(f"{len(diagnosed.causes)} machines have a cause, and {broken} are not activated")
    wrong = {name: cause for name, cause in diagnosed.causes.items() if cause != CAUSES.get(kind_of(name))}
    return [*found, *(f"{name} has the cause {cause}" for name, cause in wrong.items())]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis", description=__doc__)
    parser.add_argument("--hosts", type=int, default=1000, help="size of the fleet (default: %(default)s)")
    parser.add_argument("--broken", type=int, default=10, help="of them not activated (default: %(default)s)")
    parser.add_argument("--network", default="127.74.0.0/16", help="loopback network (default: %(default)s)")
    return parser.parse_args()


def main() -> int:
    """Run it and say how it went."""
    options = _arguments()
    import_collection()
    with lab(scenario(options.hosts, options.broken), options.network) as inventory:
        plain, diagnosed = read(inventory, False), read(inventory, True)
    print(f"{options.hosts} machines, {options.broken} of them not activated")
    print(f"without diagnose: {plain.words}")
    print(f"with diagnose:    {diagnosed.words}")
    found = faults(plain, diagnosed, options.broken)
    print("\n".join(found) or "Every cause was found, for no more requests than the documentation names.")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
