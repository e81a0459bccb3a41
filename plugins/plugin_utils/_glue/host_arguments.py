# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a KMS host's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._licensing.host_settings import HostRequest, PublishedDomain
from .._operations.kms_host import Restart

HOST_ARGUMENTS: dict[str, Any] = {
    "listening_port": {"type": "int"},
    "activation_interval": {"type": "int"},
    "renewal_interval": {"type": "int"},
    "dns_publishing": {"type": "bool"},
    "low_priority": {"type": "bool"},
    "publish_list": {
        "type": "list",
        "elements": "dict",
        "options": {
            "domain": {"type": "str", "required": True},
            "priority": {"type": "int", "default": 0},
            "weight": {"type": "int", "default": 0},
        },
    },
    "firewall": {"type": "bool"},
    "restart": {"type": "str", "choices": [restart.value for restart in Restart]},
}


def host_request_of(settings: Mapping[str, Any]) -> HostRequest:
    """From validated arguments. Raises SettingRefused, a ValueError."""
    given = {name: settings.get(name) for name in HOST_ARGUMENTS.keys() - {"publish_list", "restart"}}
    published = settings.get("publish_list")
    domains = None if published is None else tuple(PublishedDomain(**entry) for entry in published)
    return HostRequest(**given, publish_list=domains)


def restart_of(settings: Mapping[str, Any]) -> Restart | None:
    """When to restart; None where that is left to the module."""
    return Restart(settings["restart"]) if settings.get("restart") else None
