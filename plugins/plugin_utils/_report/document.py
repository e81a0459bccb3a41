# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in JSON, which is what other reports are merged from and compared with. Its schema: docs/report.

``VERSION`` rises when a name changes its meaning or goes away, not when one is added.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

from . import true_up
from .changes import Changes
from .findings import groups_of
from .harmless import line, number, sentence
from .headline import exit_status, figures, headline
from .machine import Found, Key, Machine
from .report import About, Approved, Report
from .results import finding_of
from .verdicts import compliance

NAME, VERSION = "winfleet.activation.report", 1

_NOT_READ = frozenset({"unreachable", "failed", "not_reached"})
_SENTENCES = frozenset({"reason", "advice"})
_NUMBERS = frozenset({"build", "grace_minutes", "current_count", "required_count"})
_TEXTS = tuple(
    one.name
    for one in fields(Machine)
    if one.name not in {"read", "compliant", "repairable", "columns", "keys", "findings", *_NUMBERS}
)


def as_json(report: Report) -> str:
    """The whole report as a JSON document."""
    said = headline(report)
    about = report.about
    document = {
        "format": NAME,
        "version": VERSION,
        "collection_version": about.version,
        "title": about.title,
        "audited_at": about.audited_at or None,
        "seconds": about.seconds,
        "policy": {"name": about.policy_name, "sha256": about.policy_sha256},
        "details": dict(about.details),
        "redacted": about.redacted,
        "state": {"words": str(said), "tone": said.tone},
        "exit_status": exit_status(report),
        "numbers": figures(report),
        "summary": report.summary,
        "approved": {
            "serving": list(report.approved.serving),
            "unmatched": None if report.approved.unmatched is None else list(report.approved.unmatched),
        },
        "columns": list(report.columns),
        "findings": [_group(group) for group in groups_of(report)],
        "elsewhere": [_found(found) for found in report.findings],
        "changes": _changes(report.changes) if report.changes else None,
        "true_up": [asdict(one) for one in true_up.true_up(report)],
        "hosts": [_row(machine) for machine in report.machines],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def report_of(text: str) -> Report:
    """The report that as_json wrote, those of 0.1.0 included. Raises ValueError for anything else."""
    document = json.loads(text)
    rows = document.get("hosts") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("host") for row in rows):
        raise ValueError("it is not a JSON report of license_report")
    version = document.get("version", VERSION)
    if version != VERSION:
        raise ValueError(f"it is a report of version {line(version)}, and this release reads version {VERSION}")
    machines = {machine.host: machine for machine in map(_machine, rows)}
    return Report(
        machines=tuple(machines[host] for host in sorted(machines)),
        findings=tuple(_findings(document.get("elsewhere"))),
        about=_about(document),
        approved=_approved(document.get("approved")),
        columns=tuple(line(name) for name in _list(document.get("columns"))),
    )


def _group(group: Any) -> dict[str, Any]:
    return {
        "id": group.id,
        "severity": group.severity,
        "title": group.title,
        "hosts": len(group.items),
        "new": group.new,
        "fixed": group.fixed,
        "commands": list(group.commands),
    }


def _row(machine: Machine) -> dict[str, Any]:
    row = dict(vars(machine))
    row["columns"] = dict(machine.columns)
    row["keys"] = [dict(vars(key)) for key in machine.keys]
    row["findings"] = [_found(found) for found in machine.findings]
    return row


def _found(found: Found) -> dict[str, Any]:
    exception = found.exception
    return {**vars(found), "exception": asdict(exception) if exception is not None else None}


def _changes(changes: Changes) -> dict[str, Any]:
    lists = {name: [dict(vars(one)) for one in getattr(changes, name)] for name in ("fixed", "not_read_now", "left")}
    return {
        "compared_with": changes.compared_with or None,
        "counts": dict(changes.counts),
        "before": dict(changes.before),
        **lists,
    }


def _machine(row: Mapping[str, Any]) -> Machine:
    texts: dict[str, Any] = {name: (sentence if name in _SENTENCES else line)(row.get(name)) for name in _TEXTS}
    verdict = texts["verdict"]
    columns = row.get("columns")
    numbers: dict[str, Any] = {name: number(row.get(name)) for name in _NUMBERS}
    return Machine(
        **texts,
        **numbers,
        read=bool(row.get("read", verdict not in _NOT_READ)),
        compliant=compliance(verdict, row.get("compliant")),
        repairable=row.get("repairable") is not False,
        columns={line(name): line(value) for name, value in columns.items()} if isinstance(columns, dict) else {},
        keys=tuple(_key(key) for key in _list(row.get("keys")) if isinstance(key, dict)),
        findings=tuple(_findings(row.get("findings"))),
    )


def _findings(values: object) -> Iterable[Found]:
    """What has changed is not taken over: it was so against another report."""
    return (finding_of(value) for value in _list(values) if isinstance(value, dict))


def _key(value: Mapping[str, Any]) -> Key:
    texts = {name: line(value.get(name)) for name in ("product", "channel", "key_type", "last_five")}
    return Key(**texts, activated=value.get("activated") is True)


def _about(document: Mapping[str, Any]) -> About:
    seconds, policy = document.get("seconds"), document.get("policy") or {}
    return About(
        title=line(document.get("title")),
        audited_at=line(document.get("audited_at")),
        seconds=float(seconds) if isinstance(seconds, (int, float)) else None,
        policy_name=line(policy.get("name")),
        policy_sha256=line(policy.get("sha256")),
        redacted=document.get("redacted") is True,
    )


def _approved(value: object) -> Approved:
    if not isinstance(value, dict):
        return Approved()
    unmatched = value.get("unmatched")
    names = None if unmatched is None else tuple(map(line, _list(unmatched)))
    return Approved(tuple(map(line, _list(value.get("serving")))), names)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
