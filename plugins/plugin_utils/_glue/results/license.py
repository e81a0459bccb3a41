# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``license_info`` says of one machine, and ``fleet_info`` of each: one function, so that they say the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ..._licensing.terms import KeyType
from ..._operations.audit import Audit
from ..._policy.judgement import judge
from ..._policy.policies import BY_GROUP, BY_HOST, EXCEPTIONS, Policies
from ..._policy.policy import MINIMUM_DAYS, Policy
from ..._policy.way import Way
from . import shapes
from .judgement import judgement_result

Result = dict[str, Any]

_KEY_TYPES = [key_type.value for key_type in KeyType if key_type not in (KeyType.NONE, KeyType.UNKNOWN)]

#: The arguments of the policy, for the argument specification of a plugin.
POLICY_ARGUMENTS: dict[str, Any] = {
    "approved_kms_hosts": {"type": "list", "elements": "str"},
    "accepted_key_types": {"type": "list", "elements": "str", "default": ["GVLK"], "choices": _KEY_TYPES},
    "minimum_days": {"type": "int", "default": MINIMUM_DAYS},
    "prevent_publishing": {"type": "bool", "default": False},
    "activation": {"type": "str", "choices": [way.value for way in Way]},
    "activation_objects": {"type": "dict"},
    # From before by_group; what it says of a machine counts more.
    "activation_by_host": {"type": "dict"},
    "cloud_kms_hosts": {"type": "list", "elements": "str", "default": []},
    "host_key_groups": {"type": "dict"},
    "by_group": {"type": "dict"},
    # A list, or the same as JSON.
    "exceptions": {"type": "raw"},
}


def policies_of(arguments: Result, variables: Mapping[str, Any]) -> Policies | None:
    """The policy that validated arguments give; None when nothing is to be judged. Raises ValueError.

    ``variables`` are those of the task, which have the groups of the inventory.
    """
    approved, activation = arguments["approved_kms_hosts"], arguments["activation"]
    if approved is None and activation is None:
        return None
    try:
        whole = Policy.parse(
            map(str, approved or ()),
            arguments["accepted_key_types"],
            arguments["minimum_days"],
            activation,
            arguments["activation_objects"],
            map(str, arguments["cloud_kms_hosts"]),
            arguments["host_key_groups"],
            arguments["prevent_publishing"],
        )
        words = {**{name: arguments[name] for name in (BY_GROUP, BY_HOST)}, EXCEPTIONS: listed(arguments[EXCEPTIONS])}
        groups = variables.get("groups") or {}
        return Policies.parse(whole, words, groups, datetime.now(timezone.utc).date())
    except ValueError as error:
        raise ValueError(f"the policy cannot be read: {error}") from None


def listed(exceptions: Any) -> Any:
    """The exceptions, also where they came as JSON, or as JSON in JSON, as templates make of them."""
    while isinstance(exceptions, str) and exceptions.strip():
        try:
            exceptions = json.loads(exceptions)
        except ValueError:
            raise ValueError("exceptions is text and no JSON; give a list") from None
    return [] if isinstance(exceptions, str) else exceptions or []


def license_result(report: Audit, policy: Policy | None, name: str, address: str | None) -> Result:
    """The report and its judgement. Raises classify.AmbiguousProduct where no Windows license is the main one."""
    if report.ambiguity is not None:
        raise report.ambiguity
    judgement = judge(report.machine(name, address, datetime.now(timezone.utc)), policy)
    return {
        "changed": False,
        "msg": shapes.sentence(name, report),
        **shapes.audit_result(report),
        **judgement_result(judgement),
    }
