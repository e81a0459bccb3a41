# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a verb ends when it does not end well, and what a change came to."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .audit import Audit


class Result(str, Enum):
    """What became of a change.

    ``PLANNED``: check mode, nothing was sent. ``VERIFIED``: the machine was read afterwards and is as
    wanted. ``ACCEPTED``: Windows said yes and the state does not show it yet. ``FAILED``: it is not as
    wanted.
    """

    PLANNED = "planned"
    VERIFIED = "verified"
    ACCEPTED = "accepted"
    FAILED = "failed"


#: What to do about an account that may read and not change.
NEEDS_ADMINISTRATOR = (
    "Use a member of the local Administrators group; for a local account other than the built-in one set "
    "LocalAccountTokenFilterPolicy to 1 under HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System "
    "(remote UAC)."
)


class OperationError(Exception):
    """Base of this room's errors. ``advice`` is the next step for the administrator."""

    def __init__(self, message: str, advice: str = "") -> None:
        self.message = message
        self.advice = advice
        super().__init__(f"{message} {advice}".strip())


class Refused(OperationError):
    """Nothing was changed, because doing it would have been a guess or a harm."""

    def __init__(self, message: str, advice: str = "", before: Audit | None = None) -> None:
        self.before = before
        super().__init__(message, advice)


class OutOfTime(OperationError):
    """The run's deadline passed before this machine was read completely, or at all."""


class HeldBack(OperationError):
    """The machine answers, but the next action must not be taken: the time is up, or the journal cannot be written."""


class ChangeFailed(OperationError):
    """A change was tried. ``changed`` says whether the machine is different now; None means unknown.

    ``hresult`` is the code Windows gave, if it gave one.
    """

    def __init__(
        self,
        message: str,
        advice: str = "",
        *,
        changed: bool | None,
        before: Audit | None = None,
        after: Audit | None = None,
        hresult: int | None = None,
    ) -> None:
        self.changed = changed
        self.before = before
        self.after = after
        self.hresult = hresult
        super().__init__(message, advice)
