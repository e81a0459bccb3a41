# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply settings one by one, read them again, and say exactly which were applied when something fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from .._licensing import classify
from .._licensing.settings import Change
from .._spp.errors import MethodFailed, SppError
from .._winrm.errors import OutcomeUnknown, WinrmError
from .._wsman import WsmanError
from .audit import Audit
from .errors import ChangeFailed, OperationError

_Reading = TypeVar("_Reading")


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
        except (WinrmError, WsmanError) as failure:
            if not done:
                raise
            raise _failed(f"{change.name} could not be set: {failure}", "", done, before, None) from failure
        done.append(change.name)


def read_again(read: Callable[[], _Reading], changes: Sequence[Change], before: Audit) -> _Reading:
    """Read after a change. What was changed stays changed when the machine no longer answers."""
    try:
        return read()
    except (WinrmError, WsmanError, SppError, OperationError, classify.AmbiguousProduct) as failure:
        names = ", ".join(change.name for change in changes) or "The service"
        raise ChangeFailed(
            f"Windows accepted every change ({names}), but the machine could not be read afterwards: {failure}",
            "Run this task again, which is safe.",
            changed=True,
            before=before,
        ) from failure


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
