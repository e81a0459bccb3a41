# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every operation looks like to whoever owns the connection: two verbs and a flag.

    while (request := conversation.next_request()) is not None:
        conversation.receive(pipe.exchange(request))

A conversation never touches a socket, a clock or a source of randomness.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from xml.etree.ElementTree import Element

from .envelope import Reply, parse
from .errors import ProtocolError, UsageError, WsmanError
from .uris import local_name


class Conversation(ABC):
    """A request, its reply, and for an enumeration as many more as it takes."""

    def __init__(self) -> None:
        self._awaited: str | None = None
        self._done = False

    @property
    def done(self) -> bool:
        """Nothing is left to be sent: finished, failed or stopped."""
        return self._done

    def next_request(self) -> str | None:
        """The text to send now, or None when the conversation is over."""
        if self._awaited is not None:
            raise UsageError("The previous request still waits for its reply.")
        if self._done:
            return None
        text, self._awaited = self._compose()
        return text

    def receive(self, reply: bytes) -> None:
        """Take the reply to the request given last.

        Raises:
            WsmanFault: the peer refused or failed. Faults count in any HTTP status.
            ProtocolError: the reply cannot be understood, or answers another request.
        """
        if self._awaited is None:
            raise UsageError("No request waits for a reply.")
        awaited, self._awaited = self._awaited, None
        try:
            self._accept(_answer(reply, awaited))
        except WsmanError:
            self._done = True
            raise

    @abstractmethod
    def _compose(self) -> tuple[str, str]:
        """The next request and its MessageID; an empty MessageID means that no reply can name it."""

    @abstractmethod
    def _accept(self, reply: Reply) -> None:
        """Take a reply that is not a fault and answers the request."""


class SingleExchange(Conversation):
    """One request, one reply."""

    def _accept(self, reply: Reply) -> None:
        self._read(reply.payload)
        self._done = True

    @abstractmethod
    def _read(self, payload: Element | None) -> None:
        """Take what the body holds."""


def _answer(reply: bytes, awaited: str) -> Reply:
    answer = parse(reply)
    # Absent is tolerated: some quota faults come without RelatesTo.
    if awaited and answer.relates_to and answer.relates_to.casefold() != awaited.casefold():
        raise ProtocolError(
            "The reply answers another request (RelatesTo differs from the MessageID sent). "
            "The connection is out of step; open a new one."
        )
    if answer.fault is not None:
        raise answer.fault
    return answer


def expected(payload: Element | None, name: str) -> Element:
    """The payload, if it is the element awaited, in whatever namespace."""
    if payload is None:
        raise ProtocolError(f"The reply has an empty body where {name} was expected.")
    found = local_name(payload.tag)
    if found.casefold() != name.casefold():
        raise ProtocolError(f"The reply holds {found[:80]!r} where {name} was expected.")
    return payload
