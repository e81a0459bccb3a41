# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exceptions of a policy: what is wrong on some machines, and left so until a day, for a reason somebody answers for.

An exception makes nothing right, and never causes a repair. It says that what was found is known; until its last day
the finding is shown as accepted, and the machine is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ...module_utils._kms import normal_name
from . import plan
from .finding import Exempt, Finding, Severity, finding
from .machine import Judgement
from .plan import Plan
from .verdict import Verdict


@dataclass(frozen=True)
class Exemption:
    """One exception. It is of a kind of ``finding`` or of a ``verdict``; on a ``host``, or on those of a ``group``.

    One of a finding about no machine has neither of the latter two. ``until`` is the last day on which it holds.
    """

    owner: str
    reason: str
    until: date
    finding: str | None = None
    verdict: str | None = None
    host: str | None = None
    group: str | None = None

    @classmethod
    def parse(cls, words: Mapping[str, Any]) -> Exemption:
        """From words that were checked."""
        texts = {name: str(value) for name, value in words.items() if name != "until"}
        return cls(until=day(words["until"]), **texts)

    @property
    def what(self) -> str:
        """What it excepts, in words that are the same as long as it is the same exception."""
        where = f"host {self.host}" if self.host else f"group {self.group}" if self.group else ""
        return " of ".join(filter(None, (self.finding or self.verdict, where)))

    def holds(self, today: date) -> bool:
        """Whether it has not ended yet."""
        return today <= self.until

    def covers(self, found: Finding, verdict: Verdict | None) -> bool:
        """Whether it is about a finding, of a machine with that verdict where there is one."""
        if self.finding is not None:
            return self.finding == found.kind.id
        return verdict is not None and self.verdict == verdict.value

    def is_about(self, target: object) -> bool:
        """Whether it is about a published name, or all of them; None is what has no name, such as the fleet."""
        return self.host is None or (target is not None and normal_name(self.host) == normal_name(str(target)))

    @property
    def exempt(self) -> Exempt:
        """What is said of a finding that it covers."""
        return Exempt(self.owner, self.reason, self.until.isoformat())


def day(value: object) -> date:
    """A date of YAML, or in ISO 8601 as JSON has it. Raises ValueError."""
    return date.fromisoformat(str(value)[:10])


def accepted(judgement: Judgement, exemptions: Iterable[Exemption]) -> Judgement:
    """A judgement with the exceptions of its machine. All have to hold.

    Where every finding behind the verdict is covered, the verdict is ``excepted``. Where some are, the verdict stays;
    what to do is then left to people, since a repair would undo what the exception leaves.
    """
    mine = tuple(exemptions)
    marked = tuple(exempted(one, mine, judgement.verdict) for one in judgement.findings)
    covered = [one.exempt for one in marked if one.exempt is not None]
    if not covered:
        return judgement
    if judgement.verdict.compliant is not False:
        return replace(judgement, findings=marked)
    said = " ".join(dict.fromkeys(map(str, covered)))
    reason = f"{judgement.reason} {said}"
    if all(one.exempt is not None or one.kind.severity is Severity.INFO for one in marked):
        left = Plan((plan.leave_alone(said),))
        return replace(judgement, verdict=Verdict.EXCEPTED, reason=reason, findings=marked, plan=left, then="")
    advice = f"No repair touches it, since an exception covers a part of what is wrong. By hand: {judgement.advice}"
    return replace(judgement, reason=reason, findings=marked, plan=Plan((plan.ask(advice),)), then="")


def exempted(found: Finding, exemptions: Iterable[Exemption], verdict: Verdict | None = None) -> Finding:
    """A finding with the exception that covers it, if any does."""
    covering = next((one for one in exemptions if one.covers(found, verdict)), None)
    return found if covering is None else replace(found, exempt=covering.exempt)


def ended(exemption: Exemption) -> Finding:
    """That an exception has ended."""
    reason = (
        f"The exception for {exemption.what} ended on {exemption.until.isoformat()}. {exemption.owner} answered for "
        f"it: {exemption.reason}"
    )
    remedy = "Repair what it was for and take it out of the policy, or let its owner decide on another day."
    return finding("POL-001", reason, remedy, subject=f"exception for {exemption.what}")
