# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One TCP or TLS connection of the asynchronous pipe: a request out, its answer in, and nothing that was not asked for.

A protocol of asyncio rather than its streams: an answer is read where it arrives, without buffers and tasks between.
"""

from __future__ import annotations

import asyncio
import enum
from typing import Any, cast

from .. import http1


class State(enum.Enum):
    """Where a connection stands."""

    OPENING = enum.auto()
    IDLE = enum.auto()
    #: A request is out, and its answer is not in.
    WAITING = enum.auto()
    #: An answer is in, and the host closes the connection, or has said more than it was asked.
    CLOSING = enum.auto()
    FAILED = enum.auto()


class Connection(asyncio.Protocol):
    """One connection, one request at a time. After any failure it is of no more use."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._incoming: http1.Incoming | None = None
        self._answer: asyncio.Future[http1.Response] | None = None
        self._failure: Exception | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self.state = State.OPENING
        #: The answer took too long, and the connection was cut from this side.
        self.expired = False

    async def round_trip(self, request: bytes, limit: int, seconds: float) -> http1.Response:
        """Send a request, and wait for its answer. Raises what ``http1`` raises, and the errors of the connection."""
        if self._failure is not None or self._transport is None:
            raise self._failure or http1.Broken("the connection is closed")
        self.state = State.WAITING
        self._incoming = http1.Incoming(limit)
        self._answer = self._loop.create_future()
        self._due = self._loop.time() + seconds
        if self._timer is not None and self._timer.when() > self._due:
            # A request that had more time has left it behind.
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(self._due, self._look_at_the_clock)
        try:
            self._transport.write(request)
            return await self._answer
        finally:
            self._answer = self._incoming = None

    @property
    def closes(self) -> bool:
        """The connection is not good for another request."""
        return self.state is State.CLOSING

    def abort(self) -> None:
        """Cut the connection without waiting for anything."""
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()

    def peer_certificate(self) -> bytes | None:
        """What the host has shown in TLS; None without TLS."""
        tls: Any = self._transport.get_extra_info("ssl_object") if self._transport is not None else None
        certificate: bytes | None = tls.getpeercert(binary_form=True) if tls is not None else None
        return certificate

    # --- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast("asyncio.Transport", transport)
        self.state = State.IDLE

    def data_received(self, data: bytes) -> None:
        """A part of an answer, or something that nobody asked for."""
        if self.state is not State.WAITING or self._incoming is None:
            self._fail(http1.Broken("the host sent something it was not asked for"))
            return
        try:
            response = self._incoming.feed(data)
        except Exception as failure:
            self._fail(failure)
            return
        if response is not None:
            self._done(response, closes=response.closes or self._incoming.excess)

    def eof_received(self) -> None:
        """The host has said all it had to say, which may be how it ends its answer."""
        failure: Exception = http1.Broken("the host closed the connection without an answer")
        if self.state is State.WAITING and self._incoming is not None:
            try:
                response = self._incoming.end()
                if response is not None:
                    self._done(response, closes=True)
            except http1.Broken as broken:
                failure = broken
        self._fail(failure)

    def connection_lost(self, exc: Exception | None) -> None:
        """The end of the connection, whoever wanted it."""
        if exc is None:
            self.eof_received()
        else:
            self._fail(exc)
        self._transport = None

    # --- its own

    def _done(self, response: http1.Response, closes: bool) -> None:
        self.state = State.CLOSING if closes else State.IDLE
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(response)

    def _fail(self, failure: Exception) -> None:
        """The first failure counts; those that follow come from it."""
        self._failure = self._failure or failure
        if self.state is not State.CLOSING:
            self.state = State.FAILED
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(self._failure)
        self.abort()

    def _look_at_the_clock(self) -> None:
        # One timer for all requests: a new one mostly only moves what it has to wait for.
        self._timer = None
        if self.state is not State.WAITING:
            return
        if self._loop.time() < self._due:
            self._timer = self._loop.call_at(self._due, self._look_at_the_clock)
            return
        self.expired = True
        self._fail(asyncio.TimeoutError())
