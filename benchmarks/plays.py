# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory and the playbooks of the comparison: the same hosts and variables for ours and for the peer's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from .places import PASSWORD, USER

OURS = """
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

PEER = """
- hosts: windows
  gather_facts: false
  tasks:
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


def write_inventory(path: Path, addresses: list[str], port: int, hosts: int) -> None:
    """Ten sites with their own values, and connection variables that are templates of them."""
    path.write_text(yaml.dump(_inventory(addresses, port, hosts), Dumper=yaml.CSafeDumper))


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
