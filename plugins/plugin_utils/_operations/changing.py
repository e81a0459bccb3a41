# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One way to change a machine: send once, tell refused from lost, wait until the state is there, read it back.

Windows works on after the client is gone, so a lost answer says nothing: the machine is read, and read again, before
anybody says what became of the change. Nothing here is repeated but reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from .._licensing import classify
from .._spp.errors import MethodFailed, SppError
from .._spp.steps import Pause, Work
from .._winrm.errors import OutcomeUnknown, WinrmError
from .._wsman import WsmanError, WsmanFault
from .errors import OperationError

#: All that a machine, or the way to it, may do to a read.
FAILURES = (WsmanError, WinrmError, SppError, OperationError, classify.AmbiguousProduct)

# Seconds between the looks at a machine that may still be at work, a minute in all.
_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0)

T = TypeVar("T")


class Fate(Enum):
    """What became of a change that was sent."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """Windows said no, or nothing reached it: the machine is as before."""
    LOST = "lost"
    """Nobody knows. Only the machine's state can tell."""


@dataclass(frozen=True)
class Attempt:
    """A change that was sent once. ``failure`` says why it was not accepted."""

    fate: Fate
    failure: Exception | None = None


def attempt(change: Work[None]) -> Work[Attempt]:
    """Send one change."""
    try:
        yield from change
    except OutcomeUnknown as lost:
        return Attempt(Fate.LOST, lost)
    except WsmanFault as fault:
        # The host gave up waiting for its own provider, which goes on (MS-WSMV 3.1.4).
        return Attempt(Fate.LOST if fault.timed_out else Fate.REFUSED, fault)
    except WinrmError as failure:
        return Attempt(Fate.LOST if failure.maybe_delivered else Fate.REFUSED, failure)
    except (WsmanError, SppError) as failure:
        return Attempt(Fate.REFUSED, failure)
    return Attempt(Fate.ACCEPTED)


def refusal(sent: Attempt) -> MethodFailed:
    """What Windows said no with. Where nothing reached the provider (rights, quota, no connection), raises that."""
    if isinstance(sent.failure, MethodFailed):
        return sent.failure
    if sent.failure is None:
        raise ValueError("the change was accepted")
    raise sent.failure


@dataclass(frozen=True)
class Look(Generic[T]):
    """What a look at the machine has shown. ``state`` is None, and ``failure`` says why, where it could not be read."""

    state: T | None = None
    failure: Exception | None = None


def look(read: Work[T]) -> Work[Look[T]]:
    """Read, whatever comes of it: after a change, a failing read is news about the read and not about the change."""
    try:
        return Look(state=(yield from read))
    except FAILURES as failure:
        return Look(failure=failure)


def settle(read: Callable[[], Work[T]], is_there: Callable[[T], bool], patience: float = 60.0) -> Work[Look[T]]:
    """Read until the state is there or ``patience``, in seconds, ends. The last look that could be had."""
    last = yield from look(read())
    waited = 0.0
    for pause in _PAUSES:
        if (last.state is not None and is_there(last.state)) or waited >= patience:
            break
        yield Pause(pause)
        waited += pause
        last = yield from look(read())
    return last
