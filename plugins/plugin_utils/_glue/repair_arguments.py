# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a repair, the same for one host and for a fleet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._licensing.client_settings import ClientRequest
from .._policy.policies import Policies
from .._policy.repair import Wishes
from .._policy.verdict import REPAIRABLE, Verdict
from .results.license import policies_of

REPAIR_ARGUMENTS: dict[str, Any] = {
    "repair": {
        "type": "list",
        "elements": "str",
        "default": [Verdict.KMS_UNAPPROVED.value],
        "choices": [verdict.value for verdict in REPAIRABLE],
    },
    "activate": {"type": "bool", "default": True},
    "require_activation": {"type": "bool", "default": False},
    "served": {"type": "bool", "default": False},
    "office": {"type": "bool", "default": False},
    "client_settings": {
        "type": "dict",
        "options": {
            "host": {"type": "str"},
            "port": {"type": "int"},
            "lookup_domain": {"type": "str"},
            "activation_type": {"type": "str", "choices": ["all", "ad", "kms", "token"]},
            "host_caching": {"type": "bool"},
        },
    },
}


def required_policies(arguments: dict[str, Any], variables: Mapping[str, Any]) -> Policies:
    """The policy that validated arguments give. Raises ValueError where there is none."""
    policies = policies_of(arguments, variables)
    if policies is None:
        raise ValueError(
            "approved_kms_hosts is not set. Without it every KMS host would be treated as an accidental one. Name the "
            "organization's own KMS hosts; if there is to be none, set activation=adba, or give an empty list"
        )
    return policies


def client_request_of(settings: dict[str, Any] | None) -> ClientRequest | None:
    """The settings of a KMS client in validated arguments, None for none. Raises SettingRefused, a ValueError."""
    given = {name: value for name, value in (settings or {}).items() if value is not None}
    return ClientRequest(**given) if given else None


def wishes_of(arguments: dict[str, Any]) -> Wishes:
    """From validated arguments. Raises ValueError."""
    if not arguments["repair"]:
        raise ValueError("repair is empty. Leave it out, or name verdicts")
    return Wishes(
        verdicts=frozenset(map(Verdict, arguments["repair"])),
        activate=arguments["activate"],
        served=arguments["served"],
        settings=client_request_of(arguments["client_settings"]),
    )
