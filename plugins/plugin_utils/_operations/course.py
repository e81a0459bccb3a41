# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several actions on one machine, one after the other: noted before, and after a failure told with what was done."""

from __future__ import annotations

from typing import TypeVar

from .._spp.steps import Note, Work
from .audit import Audit
from .changing import FAILURES, look
from .errors import ChangeFailed, HeldBack, OperationError

T = TypeVar("T")

_AGAIN = "Run this task again, which is safe: it first reads the machine."


class Course:
    """The actions of one verb. ``done`` are those that were carried out, in the words of the plan."""

    def __init__(self, before: Audit) -> None:
        self.done: list[str] = []
        self._before = before

    def take(self, action: str, work: Work[T]) -> Work[T]:
        """Carry one action out, after a note that it comes next.

        Raises ChangeFailed, or what kept the very first one back: then nothing was changed.
        """
        try:
            yield Note(tuple(self.done), action)
            return (yield from work)
        except FAILURES as failure:
            raise self._told(action, failure) from failure

    def read(self, work: Work[T], changed: bool | None) -> Work[T]:
        """Read the machine after an action. ``changed``: what is known of the machine where it cannot be read.

        Raises ChangeFailed then.
        """
        seen = yield from look(work)
        if seen.state is None:
            raise ChangeFailed(
                f"Windows accepted every change so far, but the machine could not be read afterwards: {seen.failure}",
                _AGAIN,
                changed=changed,
                before=self._before,
            ) from seen.failure
        return seen.state

    def _told(self, action: str, failure: Exception) -> Exception:
        if not self.done and (isinstance(failure, HeldBack) or not isinstance(failure, OperationError)):
            return failure  # nothing reached the machine: rights, quota, no connection, no permission to go on
        known = failure if isinstance(failure, ChangeFailed) else None
        said = failure.message if isinstance(failure, OperationError) else str(failure)
        what = f"{said} Not done: {action}." if isinstance(failure, HeldBack) else f"{action} failed: {said}"
        before = f" Done before: {', '.join(self.done)}." if self.done else ""
        return ChangeFailed(
            f"{what}{before}",
            (failure.advice if isinstance(failure, OperationError) else "") or _AGAIN,
            changed=True if self.done else known.changed if known else False,
            before=self._before,
            after=known.after if known else None,
            hresult=known.hresult if known else None,
        )
