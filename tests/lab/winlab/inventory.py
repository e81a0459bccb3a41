# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Ansible inventory of a lab. What most machines share stands in the group, the rest at the machine."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from .fleet import Fleet
from .specs import MachineSpec, Scenario

# Seconds until a machine that does not answer is given up.
_IMPATIENT = 5


def write_inventory(path: Path, scenario: Scenario, fleet: Fleet, authority_pem: bytes) -> None:
    """Write the inventory, and beside it the lab's certificate authority when a machine is validated."""
    authority: Path | None = None
    if any(spec.login.validate for spec in scenario.machines):
        authority = path.with_name(path.name + ".ca.pem").resolve()
        authority.write_bytes(authority_pem)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(inventory(scenario, fleet, authority), sort_keys=False, allow_unicode=True, width=120)
    # Whoever waits for the file reads all of it.
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(f"# Written by winlab for the scenario {scenario.name}.\n{text}", encoding="utf-8")
    beside.replace(path)


def inventory(scenario: Scenario, fleet: Fleet, authority: Path | None = None) -> dict[str, Any]:
    """The inventory as a structure."""
    variables = {spec.name: _variables(spec, fleet, authority) for spec in scenario.machines}
    shared = _shared(list(variables.values()))
    hosts = {
        name: {key: value for key, value in own.items() if key not in shared or shared[key] != value}
        for name, own in variables.items()
    }
    children: dict[str, Any] = {"windows": {"hosts": hosts, "vars": shared}}
    for group, names in _groups(scenario).items():
        children[group] = {"hosts": {name: {} for name in names}}
    everything: dict[str, Any] = {"children": children}
    name_server = fleet.names.described()
    shared_by_all = scenario.variables | ({"winlab_dns": name_server} if name_server else {})
    if shared_by_all:
        everything["vars"] = shared_by_all
    return {"all": everything}


def _groups(scenario: Scenario) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {"servers": [], "clients": []}
    for spec in scenario.machines:
        groups["clients" if spec.release.client else "servers"].append(spec.name)
        for group in spec.groups:
            groups.setdefault(group, []).append(spec.name)
    return {name: members for name, members in groups.items() if members}


def _shared(variables: list[dict[str, Any]]) -> dict[str, Any]:
    """The most common value of every variable that all machines have."""
    shared: dict[str, Any] = {}
    for key in variables[0]:
        if key == "ansible_host" or not all(key in own for own in variables):
            continue
        (value, count), *_unused = Counter(repr(own[key]) for own in variables).most_common(1)
        if count > 1 or len(variables) == 1:
            shared[key] = next(own[key] for own in variables if repr(own[key]) == value)
    return shared


def _variables(spec: MachineSpec, fleet: Fleet, authority: Path | None) -> dict[str, Any]:
    login, winrm = spec.login, spec.winrm
    impatient = not spec.reachable or winrm.blackhole
    variables: dict[str, Any] = {
        "ansible_host": fleet.machines[spec.name].address,
        "ansible_port": winrm.https_port if login.https else winrm.http_port,
        "ansible_connection": login.connection,
        "ansible_user": login.user,
        "ansible_password": login.password,
    }
    scheme = "https" if login.https else "http"
    validation = "validate" if login.validate else "ignore"
    if login.connection == "psrp":
        variables |= {
            "ansible_psrp_auth": login.transport,
            "ansible_psrp_protocol": scheme,
            "ansible_psrp_cert_validation": validation,
        }
        if login.validate and authority:
            variables["ansible_psrp_ca_cert"] = str(authority)
        if impatient:
            variables["ansible_psrp_connection_timeout"] = _IMPATIENT
    else:
        variables |= {
            "ansible_winrm_transport": login.transport,
            "ansible_winrm_scheme": scheme,
            "ansible_winrm_server_cert_validation": validation,
        }
        if login.validate and authority:
            variables["ansible_winrm_ca_trust_path"] = str(authority)
        if impatient:
            variables["ansible_winrm_connection_timeout"] = _IMPATIENT
    return variables | login.variables
