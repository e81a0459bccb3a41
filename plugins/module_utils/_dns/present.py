# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings and reports as result dictionaries: one shape for modules, roles and inventory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from .._outcome import Outcome
from .change import Look, Progress, Report
from .errors import DnsError
from .inquiry import Published
from .plan import PlanRefused
from .srv import RecordSet, SrvValue, in_order
from .survey import Finding, Transfer, View
from .verdict import Judgement, RecordVerdict, Target

Result = dict[str, Any]


def record(value: SrvValue) -> Result:
    """One value. ``record`` is its text as ``nsupdate`` and zone files have it."""
    return {
        "priority": value.priority,
        "weight": value.weight,
        "port": value.port,
        "target": value.target,
        "record": value.text,
    }


# --- kms_srv ----------------------------------------------------------------------------------------------------------


def report(done: Report) -> Result:
    """One domain that went well."""
    return {
        **_place(done.look),
        "result": done.outcome.value,
        "changed": done.changed,
        "before": [record(value) for value in done.look.plan.before.values],
        "after": [record(value) for value in done.after.values],
        "added": [record(value) for value in done.add],
        "removed": [record(value) for value in done.remove],
        "ttl": done.after.ttl,
        "attempts": done.attempts,
    }


def failure(domain: str, error: DnsError | PlanRefused, found: Look | None = None) -> Result:
    """One domain that did not, with what had been applied by then."""
    place = _place(found) if found is not None else {"domain": domain}
    return {
        **place,
        **_applied(found, error.progress),
        "result": "refused" if isinstance(error, PlanRefused) else "failed",
        **Outcome(error.changed).result(),
        "msg": str(error),
        "rcode": getattr(error, "rcode", None),
    }


def _applied(found: Look | None, progress: Progress | None) -> Result:
    if found is None or progress is None:
        return {}
    last = {} if progress.after is None else {"after": [record(value) for value in progress.after.values]}
    return {
        "before": [record(value) for value in found.plan.before.values],
        **last,
        "added": [record(value) for value in in_order(progress.added)],
        "removed": [record(value) for value in in_order(progress.removed)],
    }


def planned(found: Look) -> Result:
    """One domain that was looked at before another one stopped everything."""
    return {**_place(found), "result": "not_attempted", "changed": False}


def _place(found: Look) -> Result:
    return {"domain": found.domain, "owner": found.owner, "zone": found.zone, "server": found.server}


def diff(reports: Iterable[Report]) -> list[dict[str, str]]:
    """The records before and after as lines of a zone file."""
    return [
        {
            "before_header": f"{done.look.owner} on {done.look.server}",
            "after_header": f"{done.look.owner} on {done.look.server}",
            "before": _lines(done.look.owner, done.look.plan.before),
            "after": _lines(done.look.owner, done.after),
        }
        for done in reports
        if done.changed
    ]


def _lines(owner: str, records: RecordSet) -> str:
    return "".join(f"{owner}. {records.ttl} IN SRV {value.text.rstrip('.')}.\n" for value in records.values)


# --- kms_srv_info and the inventory kms_srv ---------------------------------------------------------------------------


def published(found: Published) -> Result:
    """All that was asked for."""
    domains = [finding(one) for one in found.findings]
    return {
        "domains": domains,
        "records": [record for domain in domains for record in domain["records"]],
        "complete": not found.gaps and all(one.complete for one in found.findings),
        "consistent": _all_known(one.consistent for one in found.findings),
        "approved_hosts": targets_with(found.findings, approved=True),
        "unapproved_hosts": targets_with(found.findings, approved=False),
        "summary": summary(found.findings),
        "zone_transfers": [transfer(done) for done in found.transfers],
    }


def _all_known(values: Iterable[bool | None]) -> bool | None:
    """Whether all are true; None where one is not known and none is false."""
    known = list(values)
    return False if False in known else None if None in known else True


def finding(found: Finding) -> Result:
    """One domain."""
    return {
        "domain": found.domain,
        "owner": found.owner,
        "zone": found.zone,
        "consistent": found.consistent,
        "complete": found.complete,
        "alias_of": found.alias,
        "exists": found.exists is not False,
        "error": None if found.error is None else str(found.error),
        "records": [_judged(found, judgement) for judgement in found.judgements],
        "servers": [_view(found, view) for view in found.views],
    }


def _judged(found: Finding, judgement: Judgement) -> Result:
    value = judgement.value
    target = found.targets.get(value.target)
    return {
        "domain": found.domain,
        **record(value),
        "ttl": found.ttl(value),
        "verdict": judgement.verdict.value,
        "problems": list(judgement.problems),
        "approved": judgement.approved,
        **_resolved(target),
        "seen_by": list(found.seen_by(value)),
        "missing_from": list(found.missing_from(value)),
        "cached": found.is_cached(value),
    }


def _resolved(target: Target | None) -> Result:
    if target is None:
        return {"resolvable": None, "addresses": [], "alias_of": None, "resolve_error": None}
    return {
        "resolvable": target.resolvable,
        "addresses": list(target.addresses),
        "alias_of": target.alias,
        "resolve_error": target.error,
    }


def _view(found: Finding, view: View) -> Result:
    values = None if view.records is None else [value.text for value in view.records.values]
    return {
        "name": view.name,
        "address": view.address,
        "authoritative": view.authoritative,
        "answered": view.records is not None,
        "error": None if view.error is None else str(view.error),
        "rcode": None if view.error is None else view.error.rcode,
        "signed": view.signed,
        "serial": view.serial,
        "stale": found.is_stale(view),
        "records": values,
        "missing": [] if values is None else [j.value.text for j in found.judgements if j.value.text not in values],
    }


def transfer(done: Transfer) -> Result:
    """One zone transfer."""
    return {
        "zone": done.zone,
        "server": done.server,
        "domains": list(done.domains),
        "error": None if done.error is None else str(done.error),
        "rcode": None if done.error is None else done.error.rcode,
    }


def summary(findings: Iterable[Finding]) -> dict[str, int]:
    """How many records have which verdict; every verdict is there."""
    counts = Counter(judgement.verdict.value for found in findings for judgement in found.judgements)
    return {verdict.value: counts[verdict.value] for verdict in RecordVerdict}


def targets_with(findings: Iterable[Finding], approved: bool) -> list[str]:
    """The hosts that are published and (not) approved, by name. What only a cache shows is not published."""
    return sorted(
        {
            judgement.value.target
            for found in findings
            for judgement in found.judgements
            if judgement.approved is approved and not found.is_cached(judgement.value)
        }
    )
