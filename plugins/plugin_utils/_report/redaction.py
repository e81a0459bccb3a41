# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report that names no machine or person: for whoever is to see how a fleet stands, and not which machines it has.

Machines are numbered in the order of their names. Reasons and remedies may quote names, so the titles of the findings
have to do; variables of the inventory, KMS hosts, the name of the policy and the details of the run are left out.
"""

from __future__ import annotations

from dataclasses import replace

from .changes import Changes, Gone
from .machine import Found, Machine
from .report import Approved, Report
from .verdicts import shown

_OTHERS = "another one"


def redacted(report: Report) -> Report:
    """The same report without a name."""
    width = len(str(len(report.machines)))
    numbers = {machine.host: f"machine-{place:0{width}d}" for place, machine in enumerate(report.machines, 1)}
    about = replace(report.about, policy_name="", details=(), redacted=True)
    return Report(
        machines=tuple(_machine(machine, numbers[machine.host]) for machine in report.machines),
        findings=tuple(
            replace(_found(found), subject=f"finding-{place}") for place, found in enumerate(report.findings, 1)
        ),
        about=about,
        approved=_approved(report.approved, numbers),
        changes=_changes(report.changes, numbers) if report.changes else None,
    )


def _machine(machine: Machine, number: str) -> Machine:
    return replace(
        machine,
        host=number,
        reason=shown(machine.verdict, machine.compliant).words,
        advice="",
        kms_host="itself" if machine.kms_host == "itself" else "",
        columns={},
        findings=tuple(_found(found) for found in machine.findings),
    )


def _found(found: Found) -> Found:
    exception = replace(found.exception, owner="", reason="") if found.exception else None
    return replace(found, reason=found.title, remedy="", subject="", exception=exception)


def _approved(approved: Approved, numbers: dict[str, str]) -> Approved:
    serving = tuple(numbers.get(name, _OTHERS) for name in approved.serving)
    unmatched = None if approved.unmatched is None else tuple(_OTHERS for _name in approved.unmatched)
    return Approved(serving, unmatched)


def _changes(changes: Changes, numbers: dict[str, str]) -> Changes:
    def renamed(gone: tuple[Gone, ...]) -> tuple[Gone, ...]:
        return tuple(Gone(numbers.get(one.subject, _OTHERS), one.id) for one in gone)

    return replace(
        changes,
        fixed=renamed(changes.fixed),
        not_read_now=renamed(changes.not_read_now),
        left=renamed(changes.left),
    )
