# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a first contact that changes a machine, for the person who asked for it."""

from __future__ import annotations

from typing import Any

from ....module_utils._outcome import Outcome
from ..._operations.trial import Remains, TrialPlan, TrialReport
from . import failure

Result = dict[str, Any]

_POINTS = {
    "service": "The licensing service",
    "publishing": "Publishing in DNS",
    "key": "The key of Windows",
    "status": "The license status",
}

_THEN = "Then the machine is compared with how it was, and what differs is put back."


def plan_words(plan: TrialPlan, label: str) -> str:
    """What will be done, in a sentence for each step."""
    steps = " ".join(f"{number}. {step[0].upper()}{step[1:]}." for number, step in enumerate(plan.steps, 1))
    return f"{label}: this changes the machine. {steps} {_THEN}"


def report_words(report: TrialReport, label: str) -> str:
    """What came of it: the first thing that went wrong, and whether the machine is as it was."""
    if report.failed_at is None:
        said = f"All {len(report.plan.trials)} changes could be made."
    else:
        said = f"{report.failed_at.id} did not go as expected: {_text(report, label)}"
    return f"{said} {end_words(report.remains)}"


def end_words(remains: tuple[Remains, ...]) -> str:
    """Whether the machine is as it was, and if not, how to put it back."""
    if not remains:
        return "The machine is as before."
    return f"Not as before: {' '.join(map(_remains_words, remains))}"


def planned_result(plan: TrialPlan, label: str) -> Result:
    """What check mode shows."""
    said = f"Would be done. {plan_words(plan, label)}"
    return {"changed": True, "msg": said, "diff": _diff(plan), "changes": _changes(plan, None, label)}


def trial_result(report: TrialReport, label: str) -> Result:
    """What came of it. What is not as it was makes the task a failed one; what Windows refused does not."""
    return {
        **Outcome(report.changed).result(),
        **({"failed": True} if report.remains else {}),
        "msg": f"{label}: {report_words(report, label)}",
        "diff": _diff(report.plan),
        "changes": _changes(report.plan, report, label),
    }


def _changes(plan: TrialPlan, report: TrialReport | None, label: str) -> Result:
    remains = report.remains if report else ()
    return {
        "steps": list(plan.steps),
        "failed_at": report.failed_at.id if report and report.failed_at else None,
        "failure": _text(report, label) if report and report.failure else None,
        "as_before": None if report is None else not remains,
        "not_as_before": [
            {"point": one.point, "before": one.before, "now": one.now, "remedy": one.remedy} for one in remains
        ],
    }


def _diff(plan: TrialPlan) -> Result:
    """The machine is to end as it began, so that before and after would show nothing."""
    return {"prepared": "".join(f"{number}. {step}\n" for number, step in enumerate(plan.steps, 1))}


def _remains_words(one: Remains) -> str:
    now = "is not known" if one.now is None else f"is {_shown(one.now)}"
    return f"{_POINTS[one.point]} {now} and was {_shown(one.before)}; put it back with {one.remedy}."


def _shown(value: object) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def _text(report: TrialReport, label: str) -> str:
    """What Windows said, in the words of every module."""
    if report.failure is None:
        return ""
    said: str = failure.result_of(report.failure, label)["msg"]
    return said if said.endswith(".") else f"{said}."
