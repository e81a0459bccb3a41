# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory and the playbooks of the comparison: the same hosts and variables for ours and for the peer's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from .places import APPROVED, PASSWORD, USER

OURS = """
- hosts: windows
  gather_facts: false
  tasks:
    - winfleet.activation.fleet_info:
        approved_kms_hosts: [{approved}]
        in_flight: {in_flight}
        progress: 0
      run_once: true
      register: fleet
    - ansible.builtin.assert:
        that: fleet.summary.read == {hosts}
        fail_msg: "Not all were read: {{ fleet.summary }}"
      run_once: true
"""

PEER = """
- hosts: windows
  gather_facts: false
  tasks:
    - ansible.windows.win_product_facts:
"""

FLEET_REPAIR = """
- hosts: windows
  gather_facts: false
  tasks:
    - winfleet.activation.fleet_repair:
        approved_kms_hosts: [{approved}]
        in_flight: {in_flight}
        activations_per_second: 0
        progress: 0
      run_once: true
      register: fleet
    - ansible.builtin.assert:
        that: fleet.summary.changed == {hosts}
      run_once: true
"""

ROLE = """
- hosts: windows:!kms01
  gather_facts: false
  vars:
    approved_kms_hosts: [{approved}]
    kms_client_served: true
  roles: [winfleet.activation.kms_client]
"""

ENFORCE = """
- ansible.builtin.import_playbook: winfleet.activation.enforce
  vars:
    approved_kms_hosts: [{approved}]
    activations_per_second: 0
    enforce_in_flight: {in_flight}
    license_audit_progress: 0
"""

# What is found in many places, with the key that Microsoft publishes for Windows Server 2019 Standard.
RECIPE = r"""
- hosts: windows
  gather_facts: false
  tasks:
    - ansible.windows.win_command: cscript.exe //NoLogo C:\Windows\System32\slmgr.vbs /ipk N69G4-B89J2-4G8F4-WWYCC-J464C
    - ansible.windows.win_service:
        name: sppsvc
        state: restarted
    - ansible.windows.win_command: cscript.exe //NoLogo C:\Windows\System32\slmgr.vbs /ato
    - ansible.windows.win_product_facts:
"""

NOTHING = """
- hosts: windows
  gather_facts: false
  tasks:
    - ansible.builtin.assert:
        that: true
      run_once: true
"""


def filled(play: str, hosts: int, in_flight: int) -> str:
    """A play with its numbers and names."""
    values = {"hosts": str(hosts), "in_flight": str(in_flight), "approved": APPROVED}
    for name, value in values.items():
        play = play.replace(f"{{{name}}}", value)
    return play


def write_inventory(path: Path, addresses: list[str], port: int, hosts: int, approved: str | None = None) -> None:
    """Ten sites with their own values, and connection variables that are templates of them.

    ``approved`` is the address of the approved KMS host, where there is one.
    """
    content = _inventory(addresses, port, hosts)
    if approved is not None:
        content["all"]["children"]["windows"]["children"]["site0"]["hosts"]["kms01"] = {"address": approved}
    path.write_text(yaml.dump(content, Dumper=yaml.CSafeDumper))


def _inventory(addresses: list[str], port: int, hosts: int) -> dict[str, Any]:
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
    domain, account = USER.split("\\")
    variables = {
        "domain": domain,
        "fleet_account": account,
        "passwords": {f"s{site}": PASSWORD for site in range(10)},
        "ansible_connection": "winrm",
        "ansible_host": "{{ address }}",
        "ansible_user": "{{ domain }}\\{{ fleet_account }}",
        "ansible_password": "{{ passwords[site] }}",
        "ansible_port": port,
        "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": "ntlm",
    }
    return {"all": {"children": {"windows": {"children": sites, "vars": variables}}}}
