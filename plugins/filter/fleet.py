# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jinja filter: lists of hosts to go on with, from the results of many hosts.

Documented in fleet_groups.yml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue import fleet_result


def fleet_groups(hosts: Any) -> dict[str, list[str]]:
    """Names of hosts by verdict, role, and why they were not read."""
    if not isinstance(hosts, Mapping):
        raise AnsibleFilterError(
            f"fleet_groups: give results by host name, such as fleet.hosts of fleet_info, not {type(hosts).__name__}"
        )
    for host, result in hosts.items():
        if not isinstance(result, Mapping) or not ({"role", "failed", "unreachable"} & result.keys()):
            raise AnsibleFilterError(f"fleet_groups: {host} has no result of fleet_info or license_info")
    return fleet_result.groups_of({str(host): dict(result) for host, result in hosts.items()})


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"fleet_groups": fleet_groups}
