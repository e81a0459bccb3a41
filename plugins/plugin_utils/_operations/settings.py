# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply settings one by one, and say exactly which were applied when one of them fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .._licensing.settings import Change
from .._spp.errors import MethodFailed, SppError
from .._winrm.errors import OutcomeUnknown
from .audit import Audit
from .errors import ChangeFailed


def apply(changes: Sequence[Change], write: Callable[[Change], None], before: Audit) -> None:
    """Write every change in order. Raises ChangeFailed for the first that fails."""
    done: list[str] = []
    for change in changes:
        try:
            write(change)
        except MethodFailed as failure:
            raise _failed(
                f"{change.name} could not be set: {failure}", failure.explanation.admin_action, done, before, failure
            ) from failure
        except SppError as failure:
            raise _failed(f"{change.name} could not be set: {failure}", "", done, before, None) from failure
        except OutcomeUnknown as lost:
            raise ChangeFailed(
                f"The connection broke while {change.name} was being set, so it is not known whether it is. "
                f"{_sum(done)}",
                "Run this task again, which is safe.",
                changed=None,
                before=before,
            ) from lost
        done.append(change.name)


def _failed(message: str, advice: str, done: list[str], before: Audit, failure: MethodFailed | None) -> ChangeFailed:
    return ChangeFailed(
        f"{message} {_sum(done)}",
        advice,
        changed=bool(done),
        before=before,
        hresult=failure.hresult if failure else None,
    )


def _sum(done: list[str]) -> str:
    return f"Set before that: {', '.join(done)}." if done else "Nothing was changed before that."


def unfinished(changes: Sequence[Change], still: Sequence[Change]) -> tuple[str, ...]:
    """Names of the changes that a second reading does not show."""
    left = {change.name for change in still}
    return tuple(change.name for change in changes if change.name in left)
