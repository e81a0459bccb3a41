# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``license_info`` says of one machine, and ``fleet_info`` of each: one function, so that they say the same."""

from __future__ import annotations

from typing import Any

from ..._licensing.terms import KeyType
from ..._operations.audit import Audit
from ..._policy.judgement import judge
from ..._policy.machine import Judgement
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
    "activation": {"type": "str", "choices": [way.value for way in Way]},
    "activation_objects": {"type": "dict"},
    "activation_by_host": {"type": "dict"},
}


def policy_of(arguments: Result) -> Policy | None:
    """The policy that validated arguments give; None when nothing is to be judged. Raises ValueError."""
    approved, activation = arguments["approved_kms_hosts"], arguments["activation"]
    if approved is None and activation is None:
        return None
    try:
        return Policy.parse(
            map(str, approved or ()),
            arguments["accepted_key_types"],
            arguments["minimum_days"],
            activation,
            arguments["activation_objects"],
            arguments["activation_by_host"],
        )
    except ValueError as error:
        raise ValueError(f"the policy cannot be read: {error}") from None


def judgement_of(report: Audit, policy: Policy | None, name: str, address: str | None) -> Judgement:
    """What the policy makes of a machine that the inventory calls ``name`` and reaches at ``address``."""
    return judge(report.machine(name, address), policy)


def license_result(report: Audit, policy: Policy | None, name: str, address: str | None) -> Result:
    """The report and its judgement. Raises classify.AmbiguousProduct where no Windows license is the main one."""
    if report.ambiguity is not None:
        raise report.ambiguity
    judgement = judgement_of(report, policy, name, address)
    return {
        "changed": False,
        "msg": shapes.sentence(name, report),
        **shapes.audit_result(report),
        **judgement_result(judgement),
    }
