# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings in SARIF 2.1.0 (OASIS), in the part of it that GitHub's code scanning takes.

An alert lives as long as its fingerprint comes back, and is closed by a report without it. So a fingerprint is made of
the kind of finding and the machine, never of a text or a time, and a clean fleet is a report with no result. What an
exception covers is not an alert.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from .._policy.finding import kinds
from .findings import guidance, severity_rank
from .machine import Found
from .places import Places
from .report import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = ("error", "warning", "note")
# GitHub: over 9.0 critical, 7.0 high, 4.0 medium, above 0 low.
_SECURITY = ("7.5", "5.0", "1.0")

#: GitHub keeps the first of so many results.
MOST = 25_000


def as_sarif(report: Report, places: Places | None = None) -> str:
    """One run with a rule for each kind of finding, and a result for each finding, the worst first."""
    where = places or Places()
    found = sorted(_found(report), key=lambda one: (severity_rank(one[1].severity), one[1].id, one[0]))[:MOST]
    rules = _rules(found)
    index = {rule["id"]: place for place, rule in enumerate(rules)}
    driver = {
        "name": "winfleet.activation",
        **({"semanticVersion": report.about.version} if report.about.version else {}),
        "rules": rules,
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"activation/{report.about.audited_at}"},
        "columnKind": "utf16CodeUnits",
        "results": [_result(host, one, where, index) for host, one in found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def fingerprint(id_: str, subject: str) -> str:
    """What stays the same of a finding from run to run."""
    return hashlib.sha256(f"{id_}\0{subject}".encode()).hexdigest()


def findings_by_subject(report: Report) -> Iterator[tuple[str, Found]]:
    """Every finding that wants something done, with the machine or other subject it is about."""
    return ((host, one) for host, one in _found(report) if severity_rank(one.severity) < len(_LEVELS) - 1)


def _found(report: Report) -> Iterator[tuple[str, Found]]:
    for machine in report.machines:
        yield from ((machine.host, found) for found in machine.open_findings)
    yield from ((found.subject, found) for found in report.open_findings)


def _rules(found: list[tuple[str, Found]]) -> list[dict[str, Any]]:
    """All kinds there are, so that a rule stays one when nothing is found; then those that nobody knows here."""
    known = {kind.id: (kind.title, kind.severity.value) for kind in kinds().values()}
    for _host, one in found:
        known.setdefault(one.id, (one.title or one.id, one.severity))
    return [_rule(id_, title, severity) for id_, (title, severity) in known.items()]


def _rule(id_: str, title: str, severity: str) -> dict[str, Any]:
    known = guidance().get(id_)
    rank = severity_rank(severity)
    return {
        "id": id_,
        "shortDescription": {"text": _text(title)},
        "fullDescription": {"text": _text(known.why if known and known.why else title)},
        "help": {"text": _text(" ".join([title, *([known.why, known.source] if known else [])]))},
        **({"helpUri": known.url} if known and known.url else {}),
        "defaultConfiguration": {"level": _LEVELS[rank]},
        "properties": {
            "tags": ["licensing", "activation"],
            "precision": "very-high",
            "security-severity": _SECURITY[rank],
        },
    }


def _result(host: str, found: Found, places: Places, index: dict[str, int]) -> dict[str, Any]:
    line = places.line_of(host)
    region = {"startLine": line, "startColumn": 1, "endLine": line, "endColumn": 2}
    message = f"{host}: {found.title or found.id}. {found.reason} {found.remedy}".strip()
    return {
        "ruleId": found.id,
        "ruleIndex": index[found.id],
        "level": _LEVELS[severity_rank(found.severity)],
        "message": {"text": _text(message)},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": places.uri}, "region": region}},
        ],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint(found.id, host)},
    }


def _text(text: str) -> str:
    """No link that a machine could have put there (SARIF 2.1.0, section 3.11.6)."""
    return text.replace("](", "] (")
