# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings as GitLab's Code Quality report, which its free tier shows too (a subset of Code Climate's)."""

from __future__ import annotations

import json

from .findings import severity_rank
from .places import Places
from .report import Report
from .sarif import findings_by_subject, fingerprint

_SEVERITIES = ("critical", "minor", "info")


def as_code_quality(report: Report, places: Places | None = None) -> str:
    """A list with an entry for each finding that wants something done."""
    where = places or Places()
    entries = [
        {
            "description": f"{host}: {found.title or found.id}. {found.reason}".strip(),
            "check_name": found.id,
            "fingerprint": fingerprint(found.id, host),
            "severity": _SEVERITIES[severity_rank(found.severity)],
            "location": {"path": where.file.removeprefix("./"), "lines": {"begin": where.line_of(host)}},
        }
        for host, found in findings_by_subject(report)
    ]
    return json.dumps(entries, indent=1, ensure_ascii=False) + "\n"
