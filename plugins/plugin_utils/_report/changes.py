# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has become of a fleet since the last report: new, fixed, the same, and what was not read then or is not now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .machine import FIXED, NEW, NOT_READ_THEN, SAME, Found, Machine

if TYPE_CHECKING:
    from .report import Report

#: The finding that a machine was not read.
UNREAD = "AUD-001"


@dataclass(frozen=True)
class Gone:
    """A finding of the last report that is not in this one."""

    subject: str
    id: str


@dataclass(frozen=True)
class Changes:
    """The difference to the last report.

    ``fixed`` are findings that are gone, ``not_read_now`` those of machines of which nothing is known any more, and
    ``left`` those of machines that were not part of this audit. New and lasting findings say so themselves. ``before``
    are the numbers of the last report, by name.
    """

    compared_with: str
    counts: Mapping[str, int]
    fixed: tuple[Gone, ...] = ()
    not_read_now: tuple[Gone, ...] = ()
    left: tuple[Gone, ...] = ()
    before: Mapping[str, int] = field(default_factory=dict)


def compared(report: Report, last: Report, before: Mapping[str, int]) -> Report:
    """The report with what has changed since the last one."""
    then = {machine.host: machine for machine in last.machines}
    machines = tuple(
        _machine(machine, then.get(machine.host), report.about.audited_at, last.about.audited_at)
        for machine in report.machines
    )
    findings = tuple(_elsewhere(found, last.findings) for found in report.findings)
    fixed, not_read_now, left = _gone(last, report)
    every = [found for machine in machines for found in machine.findings] + list(findings)
    counts = {word: sum(found.change == word for found in every) for word in (NEW, SAME, NOT_READ_THEN)}
    counts.update({FIXED: len(fixed), "not_read_now": len(not_read_now), "left": len(left)})
    changes = Changes(last.about.audited_at, counts, fixed, not_read_now, left, before)
    return replace(report, machines=machines, findings=findings, changes=changes)


def _machine(now: Machine, then: Machine | None, time: str, last_time: str) -> Machine:
    findings = tuple(replace(found, change=_change(found, then)) for found in now.findings)
    if then is None:
        return replace(now, findings=findings, since=time, change=NEW)
    lasts = then.verdict == now.verdict
    since = (then.since or last_time) if lasts else time
    return replace(now, findings=findings, since=since, change=_of_machine(now, then, findings))


def _of_machine(now: Machine, then: Machine, findings: Iterable[Found]) -> str:
    if any(found.change == NEW for found in findings):
        return NEW
    if not then.read and now.read:
        return NOT_READ_THEN
    if now.read and {found.id for found in then.findings} - {found.id for found in findings}:
        return FIXED
    return SAME


def _change(found: Found, then: Machine | None) -> str:
    if then is None:
        return NEW
    if any(found.id == other.id for other in then.findings):
        return SAME
    return NEW if then.read else NOT_READ_THEN


def _elsewhere(found: Found, then: Iterable[Found]) -> Found:
    known = {(other.id, other.subject) for other in then}
    return replace(found, change=SAME if (found.id, found.subject) in known else NEW)


def _gone(last: Report, report: Report) -> tuple[tuple[Gone, ...], tuple[Gone, ...], tuple[Gone, ...]]:
    now = {machine.host: machine for machine in report.machines}
    fixed, not_read_now, left = [], [], []
    for machine in last.machines:
        current = now.get(machine.host)
        kept = {found.id for found in current.findings} if current else set()
        for found in machine.findings:
            if found.id in kept:
                continue
            if current is None:
                left.append(Gone(machine.host, found.id))
            elif current.read:
                fixed.append(Gone(machine.host, found.id))
            else:
                not_read_now.append(Gone(machine.host, found.id))
    elsewhere = {(found.id, found.subject) for found in report.findings}
    fixed += [Gone(found.subject, found.id) for found in last.findings if (found.id, found.subject) not in elsewhere]
    return tuple(fixed), tuple(not_read_now), tuple(left)
