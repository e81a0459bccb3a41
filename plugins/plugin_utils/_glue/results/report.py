# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``license_report`` returns besides the files."""

from __future__ import annotations

from typing import Any

from ..._report.headline import exit_status, headline
from ..._report.report import Report
from ..._report.text_table import as_text
from ..report_files import Output

Result = dict[str, Any]


def report_result(report: Report, outputs: list[Output], only_wrong: bool) -> Result:
    """The report as lines, its sums, and the machines that are wrong."""
    result: Result = {
        "changed": False,
        "report": as_text(report, only_wrong).splitlines(),
        "headline": str(headline(report)),
        "exit_status": exit_status(report),
        "summary": report.summary,
        "wrong": {machine.host: machine.why for machine in report.wrong},
        "files": [],
    }
    if report.changes is not None:
        result["changes"] = dict(report.changes.counts)
    if outputs:
        result["path"] = str(outputs[0].path)
    return result
