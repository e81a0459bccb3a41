# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to send next, whichever kind of pipe carries it: generators of requests, for blocking and asynchronous sessions.

A generator here yields an envelope, gets the reply's bytes sent back, or the pipe's ``WinrmError`` thrown in, and
returns the finished conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Protocol, TypeAlias, TypeVar

from .._wsman.enumeration import Enumeration
from .._wsman.errors import ProtocolError
from .._wsman.fault import WsmanFault
from .errors import ConnectionLost, OutcomeUnknown, TimedOut, WinrmError


class Conversation(Protocol):
    """What every conversation of the codec can do."""

    def next_request(self) -> str | None:
        """The next envelope to send, None when there is nothing more."""

    def receive(self, reply: bytes) -> None:
        """Take the answer to the last request."""


C = TypeVar("C", bound=Conversation)

Exchanges: TypeAlias = Generator[str, bytes, C]


def reading(start: Callable[[], C], label: str) -> Exchanges[C]:
    """A conversation that may be had twice: once more, from its beginning, if a stale connection lost it."""
    try:
        return (yield from pumping(start(), label))
    except ConnectionLost as lost:
        if not lost.reused:
            raise
    # The page after a lost one cannot be asked for: its context died with the answer. Begin again.
    return (yield from pumping(start(), label))


def pumping(conversation: C, label: str) -> Exchanges[C]:
    """A conversation to its end, or to its first error."""
    while (request := conversation.next_request()) is not None:
        reply = yield request
        try:
            conversation.receive(reply)
        except WsmanFault as fault:
            if fault.timed_out:
                raise _timed_out(label) from fault
            raise
        except ProtocolError:
            yield from _release(conversation)
            raise
    return conversation


def changing(conversation: C, label: str, method: str) -> Exchanges[C]:
    """A conversation that changes something: sent once, and if its answer is lost, that is said.

    Raises OutcomeUnknown where it may have been carried out.
    """
    try:
        return (yield from pumping(conversation, label))
    except WinrmError as exc:
        if not exc.maybe_delivered:
            raise
        raise _unknown(label, method, exc.what) from exc
    except ProtocolError as exc:
        raise _unknown(label, method, f"the answer cannot be understood ({exc})") from exc


def _unknown(label: str, method: str, why: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        label,
        f"{method} was sent once and its outcome is unknown: {why}",
        "It may or may not have been carried out and was not repeated; read the state of the host first",
        method=method,
    )


def _release(conversation: Conversation) -> Generator[str, bytes, None]:
    """Give an enumeration back that will not be read to its end: a host keeps few of them per user."""
    if not isinstance(conversation, Enumeration):
        return
    try:
        conversation.stop()
        if (request := conversation.next_request()) is not None:
            yield request
    except (WinrmError, ProtocolError):
        return


def _timed_out(label: str) -> TimedOut:
    return TimedOut(
        label,
        "the host did not finish within the operation timeout (fault 2150858793)",
        "It may be busy; ask for less, or raise the operation timeout (Windows stops at 60 seconds)",
    )
