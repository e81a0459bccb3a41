# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machines as CSV (RFC 4180), one line each. No cell is a formula to a spreadsheet."""

from __future__ import annotations

import csv
import io
import re

from .machine import Machine
from .report import Report

#: The columns; variables of the inventory come after them.
COLUMNS = (
    "host",
    "os",
    "key_type",
    "channel",
    "last_five",
    "status",
    "role",
    "verdict",
    "reason",
    "advice",
    "findings",
    "build",
    "expires",
    "kms_host",
    "since",
    "change",
    "excepted",
)

# What spreadsheets take for the beginning of a formula, in their full-width forms too (OWASP, "CSV Injection"). A
# spreadsheet of another language parts cells at semicolons or tabs instead.
_FORMULA = re.compile(r"(^|[;\t])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20|%])")


def as_csv(report: Report) -> str:
    """A line with the names of the columns, then one for each machine."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*COLUMNS, *map(plain, report.columns)])
    writer.writerows(_line(machine, report.columns) for machine in report.machines)
    return buffer.getvalue()


def plain(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return _FORMULA.sub(r"\1'\2", text)


def _line(machine: Machine, columns: tuple[str, ...]) -> list[str]:
    cells = {
        **vars(machine),
        "findings": " ".join(found.id for found in machine.open_findings),
        "excepted": " ".join(
            f"{found.id} until {found.exception.until}" for found in machine.findings if found.exception
        ),
        # To the day: seconds differ from audit to audit where nothing has changed.
        "expires": machine.expires[:10],
        "build": "" if machine.build is None else str(machine.build),
    }
    return [plain(cells[name]) for name in COLUMNS] + [plain(machine.columns.get(name, "")) for name in columns]
