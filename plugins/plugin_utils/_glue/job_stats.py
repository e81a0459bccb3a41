# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of an audit as one job of a workflow hands it on to the next: small, whatever the size of the fleet.

AWX keeps what ``set_stats`` is given as artifacts of the job, in a column of its database, and gives it as extra
variables to every job that follows. So lists of names are left out where they would be long, and counts stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

Stats = dict[str, Any]

#: How many names lists may have together.
LIMIT = 1000


def stats_of(
    report: Mapping[str, Any],
    groups: Mapping[str, list[str]],
    findings: Iterable[Mapping[str, Any]] = (),
    before: Mapping[str, Any] | None = None,
    limit: int = LIMIT,
) -> Stats:
    """From a result of license_report, lists of hosts as of fleet_info, and findings on the fleet as a whole.

    ``before`` is what an earlier job passed on: the result says what has changed since, where both have all names.
    """
    wrong = dict(report["wrong"])
    stats = {
        "headline": report["headline"],
        "exit_status": report["exit_status"],
        "hosts": sum(report["summary"].values()),
        "wrong_count": len(wrong),
        "counts": {group: len(names) for group, names in sorted(groups.items())},
        "findings": sorted({str(finding["reason"]) for finding in findings}),
    }
    return _with_names(stats, groups, wrong, limit) | _changes(before, wrong)


def merged(parts: Iterable[Mapping[str, Any]], limit: int = LIMIT) -> Stats:
    """The outcome of several audits of different hosts, such as the slices of a job. Raises ValueError for none."""
    all_parts = list(parts)
    if not all_parts:
        raise ValueError("there is no outcome of any slice")
    counts = sum((Counter(part["counts"]) for part in all_parts), Counter[str]())
    stats = {
        "exit_status": _worst(part["exit_status"] for part in all_parts),
        "hosts": sum(part["hosts"] for part in all_parts),
        "wrong_count": sum(part["wrong_count"] for part in all_parts),
        "counts": dict(sorted(counts.items())),
        "findings": sorted({reason for part in all_parts for reason in part["findings"]}),
    }
    headline = (
        f"{stats['wrong_count']} of {stats['hosts']} machines, read in {len(all_parts)} parts, "
        "are not as the policy requires or were not read."
    )
    groups: dict[str, list[str]] = {}
    for part in all_parts:
        for group, names in part["groups"].items():
            groups[group] = sorted({*groups.get(group, ()), *names})
    wrong = {host: reason for part in all_parts for host, reason in part["wrong"].items()}
    whole = all(part["complete"] for part in all_parts)
    return {"headline": headline, **_with_names(stats, groups, wrong, limit if whole else 0)}


def _worst(statuses: Iterable[int]) -> int:
    """That of the whole: something wrong weighs more than something unknown."""
    found = set(statuses)
    return next(one for one in (2, 3, 0) if one in found)


def _with_names(stats: Stats, groups: Mapping[str, list[str]], wrong: Mapping[str, str], limit: int) -> Stats:
    """Names of all groups of which no machine is right are needed by the next job; those of the others are many."""
    needed = {group: sorted(names) for group, names in sorted(groups.items()) if _is_needed(group)}
    if sum(map(len, needed.values())) + len(wrong) > limit:
        return {**stats, "groups": {}, "wrong": {}, "complete": False}
    return {**stats, "groups": needed, "wrong": dict(sorted(wrong.items())), "complete": True}


def _is_needed(group: str) -> bool:
    """Approved KMS hosts are: a repair that does not read them sees nobody who serves."""
    return group != "kms_client_ok" and not group.startswith("role_")


def _changes(before: Mapping[str, Any] | None, wrong: Mapping[str, str]) -> Stats:
    if not before or not before.get("complete"):
        return {}
    then = set(before["wrong"])
    return {"changes": {"fixed": sorted(then - wrong.keys()), "new": sorted(wrong.keys() - then)}}
