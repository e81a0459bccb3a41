# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply settings one by one, read them again, and say exactly which were applied when something fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from .._licensing.settings import Change
from .._spp.errors import MethodFailed
from .._spp.steps import Work
from .._winrm.errors import WinrmError
from .._wsman import WsmanError
from .audit import Audit
from .changing import Fate, attempt, look
from .errors import ChangeFailed

_Reading = TypeVar("_Reading")


def apply(changes: Sequence[Change], write: Callable[[Change], Work[None]], before: Audit) -> Work[None]:
    """Write every change in order. Raises ChangeFailed for the first that fails.

    Where nothing reached the machine at all (rights, quota, no connection), that error is raised itself.
    """
    done: list[str] = []
    for change in changes:
        sent = yield from attempt(write(change))
        if sent.failure is not None:
            raise _failed(change.name, sent.fate, sent.failure, done, before) from sent.failure
        done.append(change.name)


def read_again(read: Work[_Reading], changes: Sequence[Change], before: Audit) -> Work[_Reading]:
    """Read after a change. What was changed stays changed when the machine no longer answers."""
    seen = yield from look(read)
    if seen.state is not None:
        return seen.state
    names = ", ".join(change.name for change in changes) or "The service"
    raise ChangeFailed(
        f"Windows accepted every change ({names}), but the machine could not be read afterwards: {seen.failure}",
        "Run this task again, which is safe.",
        changed=True,
        before=before,
    ) from seen.failure


def _failed(name: str, fate: Fate, failure: Exception, done: list[str], before: Audit) -> Exception:
    already = f"Already set: {', '.join(done)}." if done else "Nothing was changed."
    if fate is Fate.LOST:
        return ChangeFailed(
            f"The connection broke while {name} was being set, so it is not known whether it is ({failure}). {already}",
            "Run this task again, which is safe.",
            changed=None,
            before=before,
        )
    if not done and isinstance(failure, (WsmanError, WinrmError)):
        return failure
    refused = failure if isinstance(failure, MethodFailed) else None
    return ChangeFailed(
        f"{name} could not be set: {failure}. {already}".replace("..", "."),
        refused.explanation.admin_action if refused else "Run this task again, which is safe.",
        changed=bool(done),
        before=before,
        hresult=refused.hresult if refused else None,
    )
