# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jinja filters: what to go on with after many hosts were read or repaired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..._policy.fleet import objections, repairable
from ..._policy.fleet_activation import withdrawal_objections
from ..._policy.policy import Policy
from ..._policy.verdict import Verdict
from .. import job_stats
from ..filter_values import flag, words
from ..results.fleet import groups_of, still_wrong


def fleet_groups(hosts: Any) -> dict[str, list[str]]:
    """Names of hosts by verdict, role, and why they were not read."""
    if not isinstance(hosts, Mapping):
        raise AnsibleFilterError(
            f"fleet_groups: give results by host name, such as fleet.hosts of fleet_info, not {type(hosts).__name__}"
        )
    for host, result in hosts.items():
        if not isinstance(result, Mapping) or not ({"role", "failed", "unreachable"} & result.keys()):
            raise AnsibleFilterError(f"fleet_groups: {host} has no result of fleet_info or license_info")
    return groups_of({str(host): dict(result) for host, result in hosts.items()})


def fleet_objections(fleet: Any, probes: Any = (), no_kms_host: Any = False) -> list[str]:
    """Why the fleet that fleet_info has read must not be repaired."""
    summary = fleet.get("summary") if isinstance(fleet, Mapping) else None
    if not isinstance(summary, Mapping) or summary.get("approved_unmatched") is None:
        raise AnsibleFilterError("fleet_objections: give a result of fleet_info that has judged by approved_kms_hosts")
    answering = [str(one["host"]) for one in probes if one.get("answers_as_kms")]
    return objections(
        summary["approved_unmatched"],
        summary["approved_serving"],
        answering,
        flag(no_kms_host),
        bool(summary.get("directory_stands_in")),
    )


def kms_withdrawal_objections(activation: Any, objects: Any = None, no_kms_host: Any = False) -> list[str]:
    """Why the records of all KMS hosts must not be deleted."""
    try:
        policy = Policy.parse([], activation=str(activation) or None, objects=objects or None)
    except ValueError as error:
        raise AnsibleFilterError(f"kms_withdrawal_objections: {error}") from None
    return withdrawal_objections(policy, flag(no_kms_host))


def fleet_to_repair(groups: Any, repair: Any) -> list[str]:
    """The hosts whose verdict is to be repaired. Text is a list with commas, as the command line gives it."""
    try:
        verdicts = repairable(words(repair))
    except ValueError as error:
        raise AnsibleFilterError(f"{error} Nothing was changed.") from None
    return sorted({str(host) for verdict in verdicts for host in groups.get(verdict.value, ())})


def fleet_still_wrong(results: Any, activate: Any = True) -> list[str]:
    """What is still to be done after a repair, a sentence for each host."""
    accepted = () if flag(activate) else (Verdict.NOT_ACTIVATED.value,)
    return list(still_wrong(dict(results), accepted=accepted).values())


def fleet_stats(report: Any, groups: Any, findings: Any = (), before: Any = None, limit: Any = job_stats.LIMIT) -> Any:
    """The outcome of an audit for set_stats."""
    if not isinstance(report, Mapping) or not {"headline", "exit_status", "summary", "wrong"} <= report.keys():
        raise AnsibleFilterError("fleet_stats: give a result of license_report")
    return job_stats.stats_of(report, groups, findings, before or None, int(limit))


def fleet_stats_merged(parts: Any, limit: Any = job_stats.LIMIT) -> Any:
    """The outcomes of several audits as one."""
    try:
        return job_stats.merged(parts, int(limit))
    except (KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(
            f"fleet_stats_merged: give outcomes of fleet_stats, one of each slice ({error})"
        ) from error
