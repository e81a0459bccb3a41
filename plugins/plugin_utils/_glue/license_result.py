# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``license_info`` says of one machine, and ``fleet_info`` of each: one function, so that they say the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .._licensing.assess import Policy, assess, names_machine
from .._licensing.terms import KeyType
from .._operations.audit import Audit
from . import present

Result = dict[str, Any]

_KEY_TYPES = [key_type.value for key_type in KeyType if key_type not in (KeyType.NONE, KeyType.UNKNOWN)]

#: The arguments of the policy, for the argument specification of a plugin.
POLICY_ARGUMENTS: dict[str, Any] = {
    "approved_kms_hosts": {"type": "list", "elements": "str"},
    "accepted_key_types": {"type": "list", "elements": "str", "default": ["GVLK"], "choices": _KEY_TYPES},
}


@dataclass(frozen=True)
class Expectation:
    """What the organization decided. ``approved_kms_hosts`` is None when nothing is to be judged."""

    approved_kms_hosts: tuple[str, ...] | None
    accepted_key_types: frozenset[KeyType]

    @classmethod
    def of(cls, arguments: Result) -> Expectation:
        """From validated arguments."""
        approved = arguments["approved_kms_hosts"]
        return cls(
            None if approved is None else tuple(map(str, approved)),
            frozenset(map(KeyType, arguments["accepted_key_types"])),
        )


def license_result(report: Audit, expectation: Expectation, names: Iterable[str]) -> Result:
    """The report, judged if there is something to judge by. ``names`` are the inventory's for the machine."""
    result = {"changed": False, **present.audit_result(report)}
    if expectation.approved_kms_hosts is not None:
        called = (*names, report.snapshot.os.computer_name or "")
        policy = Policy(
            approved_kms_host=names_machine(expectation.approved_kms_hosts, called),
            accepted_key_types=expectation.accepted_key_types,
        )
        assessment = assess(report.snapshot, report.primary, report.role, policy)
        result.update(present.assessment_result(assessment, policy))
    return result
