# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One machine in a report: a line of every table, and what was found on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .._policy.finding import Exempt, Severity
from .._policy.verdict import Verdict

#: Words for what has become of a finding, or of a machine, since the last report.
NEW, SAME, FIXED, NOT_READ_THEN = "new", "same", "fixed", "not_read_then"


@dataclass(frozen=True)
class Found:
    """A finding on a machine, or on something else that ``subject`` names. ``change`` is empty without comparison.

    ``exception`` says who has accepted it, if anybody has.
    """

    id: str
    severity: str
    title: str
    reason: str = ""
    remedy: str = ""
    subject: str = ""
    change: str = ""
    exception: Exempt | None = None

    @property
    def is_open(self) -> bool:
        """Whether it stands as it is, and no exception covers it."""
        return self.exception is None


@dataclass(frozen=True)
class Key:
    """A product that has a key."""

    product: str
    channel: str
    key_type: str
    last_five: str
    activated: bool


@dataclass(frozen=True)
class Machine:
    """What the report has to say of one machine. All texts are harmless lines; what is not known is empty or None.

    ``compliant`` is None where nothing was judged, or read. ``repairable`` is False where nothing of its plan is for a
    repair to do. ``expires`` and ``since`` are times in ISO 8601. ``columns`` are variables of the inventory.
    ``current_count`` and ``required_count`` are those of a KMS host.
    """

    host: str
    read: bool = True
    verdict: str = ""
    compliant: bool | None = None
    reason: str = ""
    advice: str = ""
    repairable: bool = True
    role: str = ""
    os: str = ""
    build: int | None = None
    key_type: str = ""
    channel: str = ""
    last_five: str = ""
    status: str = ""
    expires: str = ""
    grace_minutes: int | None = None
    kms_host: str = ""
    current_count: int | None = None
    required_count: int | None = None
    since: str = ""
    change: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[Key, ...] = ()
    findings: tuple[Found, ...] = ()

    @property
    def wrong(self) -> bool:
        """Whether it is not compliant, or not known to be, and nobody has accepted that: unknown is never good."""
        return bool(self.errors) or (self.compliant is not True and not self.excepted)

    @property
    def errors(self) -> tuple[Found, ...]:
        """Errors that no exception covers, those that leave the verdict alone among them, such as one of Office."""
        return tuple(found for found in self.open_findings if found.severity == Severity.ERROR.value)

    @property
    def why(self) -> str:
        """What is wrong with it: the reason of its verdict, or of errors that the verdict is not about."""
        if self.compliant is not True:
            return self.reason
        return " ".join(found.reason or found.title for found in self.errors) or self.reason

    @property
    def open_findings(self) -> tuple[Found, ...]:
        """The findings that no exception covers."""
        return tuple(found for found in self.findings if found.is_open)

    @property
    def excepted(self) -> bool:
        """Whether it is not as the policy requires, or not read, and somebody has accepted that."""
        if not self.read:
            return bool(self.findings) and not self.open_findings
        return self.verdict == Verdict.EXCEPTED.value

    @property
    def needs_action(self) -> bool:
        """Whether it has an error, or was read and is not compliant."""
        return bool(self.errors) or (self.read and self.compliant is False)

    @property
    def key(self) -> str:
        """Kind and last five characters of its key, in words."""
        return f"{self.key_type} …{self.last_five}" if self.last_five else self.key_type

    @property
    def system(self) -> str:
        """System and build in words."""
        return f"{self.os} ({self.build})" if self.os and self.build is not None else self.os

    @property
    def serves(self) -> bool:
        """Whether it answers as a KMS host."""
        return self.role == "kms_host"
