# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of a diagnosis, from a playbook's words to what the verb takes."""

from __future__ import annotations

from typing import Any

from .._licensing.product_choice import WINDOWS
from .._operations.diagnosis import Inquiry
from .._policy.diagnosis.facts import ActivationObject
from .network_facts import Network

_MOST_DAYS = 60

#: For the argument specification of a plugin, beside those of the policy.
DIAGNOSIS_ARGUMENTS: dict[str, Any] = {
    "product": {"type": "str", "default": WINDOWS},
    "event_days": {"type": "int", "default": 7},
    "ask_dns": {"type": "bool", "default": True},
    "probe": {"type": "bool", "default": True},
    "read_kms_host": {"type": "bool", "default": True},
    "directory_objects": {"type": "list", "elements": "dict"},
    "nameservers": {"type": "list", "elements": "str", "default": []},
    "servers": {"type": "list", "elements": "str", "default": []},
    "server_port": {"type": "int", "default": 53},
    "timeout": {"type": "float", "default": 5.0},
}


def check_event_days(arguments: dict[str, Any]) -> None:
    """How far back a log may be read. Raises ValueError."""
    if not 0 <= arguments["event_days"] <= _MOST_DAYS:
        raise ValueError(f"event_days must be between 0 and {_MOST_DAYS}")


def inquiry_of(arguments: dict[str, Any]) -> Inquiry:
    """Raises ValueError."""
    check_event_days(arguments)
    return Inquiry(arguments["product"], arguments["event_days"])


def network_of(arguments: dict[str, Any]) -> Network:
    """Raises ValueError."""
    return Network(
        arguments["ask_dns"],
        arguments["probe"],
        tuple(arguments["nameservers"]),
        tuple(arguments["servers"]),
        arguments["server_port"],
        arguments["timeout"],
    )


def objects_of(arguments: dict[str, Any]) -> tuple[ActivationObject, ...] | None:
    """None where nobody looked into the directory. Raises ValueError."""
    given = arguments["directory_objects"]
    return None if given is None else tuple(map(_object, given))


def _object(given: dict[str, Any]) -> ActivationObject:
    """Whatever else is said of an object is not needed here."""
    name, covers = given.get("name"), given.get("covers")
    if not name or covers not in (None, True, False):
        raise ValueError("directory_objects: each needs a name, and covers may be true or false")
    return ActivationObject(str(name), covers)
