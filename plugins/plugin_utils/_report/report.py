# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole report: the machines, what was found beside them, and when and how that was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from .changes import Changes
from .machine import Found, Machine


@dataclass(frozen=True)
class About:
    """Where a report comes from. What was not given is empty or None; ``audited_at`` is ISO 8601 in UTC."""

    title: str = ""
    audited_at: str = ""
    seconds: float | None = None
    policy_name: str = ""
    policy_sha256: str = ""
    details: tuple[tuple[str, str], ...] = ()
    version: str = ""
    redacted: bool = False


@dataclass(frozen=True)
class Approved:
    """The approved KMS hosts: which were seen serving, and which names no machine goes by. Unmatched is None without
    a policy."""

    serving: tuple[str, ...] = ()
    unmatched: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Report:
    """Machines in the order of their names. ``findings`` are of no single machine, such as of a record in DNS."""

    machines: tuple[Machine, ...] = ()
    findings: tuple[Found, ...] = ()
    about: About = field(default_factory=About)
    approved: Approved = field(default_factory=Approved)
    columns: tuple[str, ...] = ()
    changes: Changes | None = None

    @property
    def summary(self) -> dict[str, int]:
        """How many machines have which verdict, or which role where there is no verdict."""
        return dict(sorted(Counter(machine.verdict or machine.role for machine in self.machines).items()))

    @property
    def open_findings(self) -> tuple[Found, ...]:
        """The findings of no single machine that no exception covers."""
        return tuple(found for found in self.findings if found.is_open)

    @property
    def wrong(self) -> list[Machine]:
        """Machines that are not compliant, or not known to be, and that nobody has accepted so."""
        return [machine for machine in self.machines if machine.wrong]


def merged(parts: Iterable[Report], about: About) -> Report:
    """Several reports as one. Of a machine that is in several, the last one counts."""
    parts = list(parts)
    by_host = {machine.host: machine for part in parts for machine in part.machines}
    findings = dict.fromkeys(found for part in parts for found in part.findings)
    return Report(
        machines=tuple(by_host[host] for host in sorted(by_host)),
        findings=tuple(findings),
        about=_about(parts, about),
        approved=_approved([part.approved for part in parts]),
        columns=tuple(dict.fromkeys(column for part in parts for column in part.columns)),
    )


def _about(parts: list[Report], given: About) -> About:
    """What was given; else what the parts agree on, the latest time, and the longest duration."""
    latest = max((part.about.audited_at for part in parts), default="")
    longest = max((part.about.seconds for part in parts if part.about.seconds is not None), default=None)
    policies = {(part.about.policy_name, part.about.policy_sha256) for part in parts}
    name, sha256 = policies.pop() if len(policies) == 1 else ("", "")
    same = given.policy_sha256 or given.policy_name
    return replace(
        given,
        audited_at=given.audited_at or latest,
        seconds=given.seconds if given.seconds is not None else longest,
        policy_name=given.policy_name if same else name,
        policy_sha256=given.policy_sha256 if same else sha256,
        redacted=given.redacted or any(part.about.redacted for part in parts),
    )


def _approved(parts: list[Approved]) -> Approved:
    """A name that one part has matched is matched."""
    serving = sorted({name for part in parts for name in part.serving})
    lists = [part.unmatched for part in parts if part.unmatched is not None]
    unmatched = None
    if lists:
        unmatched = tuple(name for name in lists[0] if all(name in other for other in lists))
    return Approved(tuple(serving), unmatched)
