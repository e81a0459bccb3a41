# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``license_report`` returns besides the files."""

from __future__ import annotations

from typing import Any

from .._report.findings import groups_of
from .._report.headline import exit_status, headline
from .._report.report import Report
from .._report.text_table import as_text
from .report_files import Output

Result = dict[str, Any]


# AWX keeps what a job hands on with the job, in its database, and shows it as it is.
_MOST = 50


def _stats(report: Report) -> Result:
    """The sums, and of everything that grows with the fleet the first few."""
    wrong = [machine.host for machine in report.wrong]
    return {
        "headline": str(headline(report)),
        "exit_status": exit_status(report),
        "summary": report.summary,
        "findings": {group.id: len(group.items) for group in groups_of(report)},
        "wrong": wrong[:_MOST],
        "wrong_left_out": len(wrong[_MOST:]),
    }


def report_result(report: Report, outputs: list[Output], only_wrong: bool) -> Result:
    """The report as lines, its sums, and the machines that are wrong."""
    result: Result = {
        "changed": False,
        "report": as_text(report, only_wrong).splitlines(),
        "headline": str(headline(report)),
        "exit_status": exit_status(report),
        "summary": report.summary,
        "wrong": {machine.host: machine.reason for machine in report.wrong},
        "files": [],
        "stats": _stats(report),
    }
    if report.changes is not None:
        result["changes"] = dict(report.changes.counts)
    if outputs:
        result["path"] = str(outputs[0].path)
    return result
