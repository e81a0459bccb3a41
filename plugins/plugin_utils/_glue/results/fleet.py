# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``fleet_info`` has to say of all machines together: one result each, sums, and lists of names to go on with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from ....module_utils._identity import ApprovedHosts
from ..._policy import fleet_activation, published_records, record_permissions
from ..._policy.fleet import Coverage
from ..._policy.policies import Policies
from ..._policy.policy import Policy
from ..._policy.publication import Machines, machines_of
from ..._policy.published_records import Publication
from ..._policy.verdict import Verdict
from .judgement import finding_result

Result = dict[str, Any]

UNREACHABLE, FAILED, NOT_REACHED = "unreachable", "failed", "not_reached"


def condition_of(result: Result) -> str:
    """``read``, or why not: ``unreachable``, ``failed``, ``not_reached``."""
    if result.get(NOT_REACHED):
        return NOT_REACHED
    if result.get("unreachable"):
        return UNREACHABLE
    return FAILED if result.get("failed") else "read"


def not_reached(host: str, deadline: float | None) -> Result:
    """The result of a host whose turn never came."""
    after = f" after {deadline:g} seconds" if deadline is not None else ""
    advice = "Raise deadline or in_flight, or run again with the same resume_file to read the rest."
    return {
        "failed": True,
        NOT_REACHED: True,
        "changed": False,
        "msg": f"{host}: the run ended{after} before this host was read. {advice}",
    }


def groups_of(hosts: dict[str, Result]) -> dict[str, list[str]]:
    """Names of hosts by what is to be done about them: verdict, role, and those that were not read."""
    groups: dict[str, list[str]] = {}
    for name, result in hosts.items():
        for group in groups_of_host(result):
            groups.setdefault(group, []).append(name)
    return {group: sorted(groups[group]) for group in sorted(groups)}


def groups_of_host(result: Result) -> tuple[str, ...]:
    """The groups of one host."""
    condition = condition_of(result)
    if condition != "read":
        return (condition,)
    role = f"role_{result['role']}"
    return (role, result["verdict"]) if "verdict" in result else (role,)


def repair_groups(hosts: dict[str, Result]) -> dict[str, list[str]]:
    """Names of hosts after a repair: by verdict, and those that could not be read or changed."""
    groups: dict[str, list[str]] = {}
    for name, result in hosts.items():
        condition = condition_of(result)
        group = result.get("verdict", FAILED) if condition == "read" else condition
        groups.setdefault(group, []).append(name)
    return {group: sorted(groups[group]) for group in sorted(groups)}


def still_wrong(
    hosts: Mapping[str, Result], repaired: Container[str] | None = None, accepted: Container[str] = ()
) -> dict[str, str]:
    """What is still to be done after a repair, a sentence for each host.

    ``repaired`` are the verdicts that were to be repaired, all where it is None: a machine with another one was none of
    the repair's business. ``accepted`` are verdicts that are right as they are.
    """
    found = {}
    for host, result in hosts.items():
        verdict = result.get("verdict")
        if result.get("failed") or result.get("unreachable"):
            found[host] = f"{host}: {result.get('msg', 'it was not repaired')}"
            continue
        concerned = repaired is None or verdict in repaired or bool(result.get("done"))
        if concerned and not result.get("compliant", False) and verdict not in accepted:
            found[host] = f"{host} is {verdict}: {_left(result)}"
    return found


def _left(result: Result) -> str:
    """What a repair has left undone, and what to do."""
    undone = result.get("not_activated")
    if undone:
        return f"{undone['reason']} {undone['advice']}".strip()
    if result.get("repair_plan") and not result.get("done"):
        return str(result["msg"])
    return f"{result.get('verdict_reason', 'it has no result.')} {result.get('advice', '')}".strip()


def summary_of(hosts: dict[str, Result]) -> Result:
    """How many hosts there are of each kind."""
    conditions = Counter(condition_of(result) for result in hosts.values())
    read = [result for result in hosts.values() if condition_of(result) == "read"]
    judged = [result for result in read if "verdict" in result]
    return {
        "hosts": len(hosts),
        "read": conditions["read"],
        "unreachable": conditions[UNREACHABLE],
        "failed": conditions[FAILED],
        "not_reached": conditions[NOT_REACHED],
        "compliant": sum(bool(result["compliant"]) for result in judged) if judged else None,
        "verdicts": _counted(result["verdict"] for result in judged),
        "roles": _counted(result["role"] for result in read),
        "key_types": _counted(result["license"]["key_type"] for result in read),
        "license_statuses": _counted(result["license"]["license_status"] for result in read),
    }


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def coverage_of(coverage: Coverage | None, hosts: dict[str, Result], policy: Policy | None = None) -> Result:
    """What was seen of the approved KMS hosts, and whether anything can activate machines; nulls without a policy."""
    if coverage is None:
        return dict.fromkeys(("approved_unmatched", "approved_serving", "can_activate", "directory_stands_in"))
    serving = [name for name, result in hosts.items() if result.get("verdict") == Verdict.KMS_HOST_OK.value]
    return {
        "approved_unmatched": coverage.unmatched(),
        "approved_serving": sorted(serving),
        "can_activate": any(_can_activate(hosts[name]) for name in serving)
        or any(map(_by_directory, hosts.values()))
        or _stands_in(policy),
        "directory_stands_in": _stands_in(policy),
    }


def _stands_in(policy: Policy | None) -> bool:
    return policy is not None and fleet_activation.stands_in(policy)


def findings_of(
    policies: Policies | None,
    hosts: dict[str, Result],
    published: ApprovedHosts,
    publication: Publication | None = None,
    permissions: Mapping[str, Any] | None = None,
) -> list[Result]:
    """What is wrong with the fleet as a whole, with records, and the exceptions that have ended; nothing without a
    policy.
    """
    if policies is None:
        return []
    members = list(fleet_activation.members_of(hosts))
    found = list(fleet_activation.findings(members, policies, map(str, published.endpoints)))
    if publication is not None:
        found += published_records.findings(publication, Machines(machines_of(hosts)), policies)
    found += record_permissions.findings(permissions or {})
    return [finding_result(one) for one in (*policies.of_all(found), *policies.ended)]


def accept_unread(hosts: dict[str, Result], policies: Policies | None) -> None:
    """Say of the hosts that were not read where somebody has accepted that."""
    for host, result in hosts.items():
        if policies is None or condition_of(result) == "read":
            continue
        accepted = policies.accepts_unread(host, str(result.get("disabled_service") or ""))
        if accepted is not None:
            result["exception"] = asdict(accepted)


def _can_activate(result: Result) -> bool:
    """Whether a KMS host has counted enough clients to activate any."""
    host = result["kms_host"] or {}
    current, required = host.get("current_count"), host.get("required_count")
    return current is not None and bool(required) and current >= required


def _by_directory(result: Result) -> bool:
    """Whether a machine proves that an activation object of the directory works."""
    license_ = result.get("license") or {}
    return license_.get("activation_method") == "ad" and license_.get("license_status") == "licensed"
