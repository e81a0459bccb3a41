# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m benchmarks.report`: what a report of ten thousand machines costs the controller, format by format."""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from .places import import_collection

_REPOSITORY = Path(__file__).resolve().parents[1]
_SYSTEMS = (
    ("Microsoft Windows 11 Enterprise", 26100, "2YT43"),
    ("Microsoft Windows 10 Pro", 19045, "T83GX"),
    ("Microsoft Windows Server 2019 Standard", 17763, "J464C"),
    ("Microsoft Windows Server 2022 Datacenter", 20348, "PYC4R"),
)
_AIM_SECONDS = 5.0

_PLAY = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact:
        fleet: "{{ lookup('ansible.builtin.file', fleet_file) | from_json }}"
"""
_HANDED_OVER = """
    - winfleet.activation.license_report:
        hosts: "{{ fleet }}"
        check_only: true
"""
_REPORT = """
    - winfleet.activation.license_report:
        hosts: "{{ fleet }}"
        show: wrong
        audited_at: "2026-11-27T17:09:00Z"
        paths: "{{ paths }}"
"""


def results(count: int) -> dict[str, dict[str, Any]]:
    """What ``fleet_info`` returns for such a fleet: one machine in a hundred is wrong, and one cannot be read."""
    return {f"host{number:05d}.corp.example": _result(number) for number in range(count)}


def _result(number: int) -> dict[str, Any]:
    name = f"host{number:05d}.corp.example"
    if number % 100 == 50:
        reason = f"{name} (10.1.{number // 256}.{number % 256}:5985, ntlm): the connection was refused."
        return {"changed": False, "unreachable": True, "msg": reason}
    caption, build, last_five = _SYSTEMS[number % len(_SYSTEMS)]
    rogue = number % 100 == 7
    key_type, channel = ("CSVLK", "Volume:CSVLK") if rogue else ("GVLK", "Volume:GVLK")
    product = {
        "activation_id": "7ec437d4-1893-4143-ac91-b52184ac04d9",
        "name": "Windows(R), ServerStandard edition",
        "description": f"Windows(R) Operating System, {channel} channel",
        "channel": channel,
        "key_type": key_type,
        "partial_product_key": "MCHXF" if rogue else last_five,
        "license_status": "licensed",
        "license_status_code": 1,
        "license_status_reason": None,
        "grace_minutes": 0 if rogue else 200_000 + number,
        "expires": None if rogue else "2027-05-23T09:00:00Z",
        "activation_method": "microsoft" if rogue else "kms",
    }
    reason = (
        "It carries a KMS host key." if rogue else f"It carries the public client setup key (ending in {last_five})."
    )
    finding = {
        "id": "KMS-001",
        "severity": "error",
        "title": "KMS host that is not approved",
        "reason": f"{reason} It is not an approved KMS host.",
        "remedy": f"Install the GVLK of {caption} (product_key with key=gvlk).",
        "evidence": {},
    }
    return {
        "changed": False,
        "os": {"caption": caption, "build": build, "full_name": name},
        "license": product,
        "products": [product],
        "kms_client": {"discovered_host": None if rogue else "kms01.corp.example"},
        "kms_host": {"enabled": rogue, "current_count": 2 if rogue else None, "required_count": 25 if rogue else None},
        "role": "kms_host" if rogue else "kms_client",
        "role_reason": reason,
        "verdict": "kms_unapproved" if rogue else "kms_client_ok",
        "compliant": not rogue,
        "verdict_reason": f"{reason} It is not an approved KMS host." if rogue else reason,
        "advice": finding["remedy"] if rogue else "",
        "findings": [finding] if rogue else [],
        "plan": [],
    }


def _formats(fleet: dict[str, Any]) -> float:
    """Print what each format costs in this process; returns the sum in seconds."""
    import_collection()
    from ansible_collections.winfleet.activation.plugins.plugin_utils._report import formats, report
    from ansible_collections.winfleet.activation.plugins.plugin_utils._report.results import machines_of

    began = time.process_time()
    machines = tuple(machines_of(fleet))
    total = time.process_time() - began
    print(f"{'reading results':16}{total:8.2f} s CPU")
    whole = report.Report(machines, about=report.About(audited_at="2026-11-27T17:09:00Z"))
    for name, write in formats.FORMATS.items():
        began = time.process_time()
        text = write(whole, formats.Wishes())
        spent = time.process_time() - began
        total += spent
        print(f"{name:16}{spent:8.2f} s CPU{len(text.encode()) / 1e6:10.2f} MB")
    return total


def _playbook(folder: Path, play: str) -> float:
    """CPU seconds of a whole ansible-playbook and its children."""
    path = folder / "play.yml"
    path.write_text(play)
    paths = [str(folder / name) for name in ("a.html", "a.json", "a.csv", "a.xml", "a.sarif", "a.prom", "a.txt")]
    variables = json.dumps({"fleet_file": str(folder / "fleet.json"), "paths": paths})
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [str(Path(sys.executable).parent / "ansible-playbook"), str(path), "-e", variables]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "ANSIBLE_LOCALHOST_WARNING": "0"}
    environment["ANSIBLE_INVENTORY_UNPARSED_WARNING"] = "0"
    subprocess.run(command, cwd=_REPOSITORY, check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Measure and print. Nothing fails: a figure depends on the machine."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("--hosts", type=int, default=10_000, help="size of the fleet (default: %(default)s)")
    options = parser.parse_args()
    fleet = results(options.hosts)
    total = _formats(fleet)
    print(f"{'all formats':16}{total:8.2f} s CPU, aim {_AIM_SECONDS:g}: {'met' if total < _AIM_SECONDS else 'MISSED'}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "fleet.json").write_text(json.dumps(fleet))
        nothing = _playbook(folder, _PLAY)
        handed_over = _playbook(folder, _PLAY + _HANDED_OVER)
        whole = _playbook(folder, _PLAY + _REPORT)
    print(f"ansible-playbook, nothing to do           {nothing:8.2f} s CPU")
    print(f"ansible-core hands the results to a task  {handed_over - nothing:8.2f} s CPU more")
    print(f"the report, seven files                   {whole - handed_over:8.2f} s CPU more")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
