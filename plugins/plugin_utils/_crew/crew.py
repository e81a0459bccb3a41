# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A crew: processes that share one task, and the one that began them and decides what concerns all.

They are forked, so that each has everything its parent has, credentials included, without a word of it being written or
sent anywhere. A fork copies no thread and no running event loop, so it is done before there are any, and each process
then has a loop of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import os
import signal
import socket
import threading
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Protocol

from .link import Link

# Messages that are sent together, and seconds that the first of them waits for the others.
_TOGETHER, _SOON = 64, 0.05

# Subjects of the crew's own.
_TOLD, _ASKED, _ANSWER, _BROKEN, _NEWS = "told", "asked", "answer", "broken", "news"


class CrewError(Exception):
    """A process of the crew met an error of its own; the text is its traceback."""


class Home:
    """For a member: the way to the process that began the crew."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._news: Callable[[Any], None] = lambda _news: None
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._told: list[Any] = []
        self._soon: asyncio.TimerHandle | None = None

    def tell(self, message: Any) -> None:
        """Say something that needs no answer. Messages arrive in their order, questions among them."""
        self._told.append(message)
        if len(self._told) >= _TOGETHER:
            self.flush()
        elif self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(_SOON, self.flush)

    async def ask(self, question: Any) -> Any:
        """Ask something; the answer."""
        self.flush()
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        self._link.send(_ASKED, number, question)
        try:
            return await answer
        finally:
            self._answers.pop(number, None)

    def on_news(self, hear: Callable[[Any], None]) -> None:
        """Who hears what is said to all members."""
        self._news = hear

    async def listen(self) -> None:
        """Take what comes, until the other process is gone."""
        async for subject, number, content in self._link.messages():
            if subject == _NEWS:
                self._news(content)
                continue
            waiting = self._answers.get(number)
            if waiting is not None and not waiting.done():
                waiting.set_result(content)

    async def end(self) -> None:
        """See that all was sent."""
        self.flush()
        await self._link.close()

    def flush(self) -> None:
        """Send at once what was told."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        if self._told:
            told, self._told = self._told, []
            self._link.send(_TOLD, 0, told)


class Lead(Protocol):
    """The process that began the crew, as the members know it."""

    def hear(self, member: int, message: Any) -> None:
        """A member has said something."""

    async def answer(self, member: int, question: Any) -> Any:
        """A member has asked something."""

    def ended(self, member: int) -> None:
        """A member is gone, at its end or before."""


Work = Callable[[Home], Awaitable[None]]


def can_fork() -> bool:
    """Whether a crew can be begun: there are no threads yet that a fork would leave behind."""
    return hasattr(os, "fork") and threading.active_count() == 1


class Crew:
    """Its members, from their beginning to their end."""

    def __init__(self, works: Sequence[Work]) -> None:
        self._sockets: list[socket.socket] = []
        self._processes: list[int] = []
        self._links: list[Link] = []
        for work in works:
            self._begin(work)

    def carry_out(self, lead: Lead) -> None:
        """Let them work until all have ended; whatever happens, none is left. Raises what ``run`` raises."""
        try:
            asyncio.run(self.run(lead))
        finally:
            self.end()

    async def run(self, lead: Lead) -> None:
        """Hear and answer all members until they have ended. Raises CrewError, and whatever ``lead`` raises."""
        self._links = [await Link.over(one) for one in self._sockets]
        self._done: asyncio.Queue[asyncio.Task[None]] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        for number in range(len(self._links)):
            self._start(self._hear(number, lead))
        try:
            while self._tasks:
                done = await self._done.get()
                self._tasks.discard(done)
                done.result()
        finally:
            for one in self._tasks:
                one.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Something whose error ends the crew."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done.put_nowait)

    def tell_all(self, news: Any) -> None:
        """Say something to all members."""
        for link in self._links:
            link.send(_NEWS, 0, news)

    def end(self) -> None:
        """End those that have not ended by themselves, and wait for all."""
        for one in self._sockets:
            one.close()
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process, 0)
        self._processes.clear()

    async def _hear(self, member: int, lead: Lead) -> None:
        link = self._links[member]
        try:
            async for subject, number, content in link.messages():
                if subject == _BROKEN:
                    raise CrewError(content)
                if subject == _TOLD:
                    for message in content:
                        lead.hear(member, message)
                else:
                    self._start(_answer(link, number, lead.answer(member, content)))
        finally:
            lead.ended(member)
            await link.close()

    def _begin(self, work: Work) -> None:
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        process = os.fork()
        if not process:
            # Nothing of the parent's goes on here, whatever happens.
            try:
                for one in (*self._sockets, mine):
                    one.close()
                _be_member(theirs, work)
            finally:
                os._exit(0)
        theirs.close()
        self._sockets.append(mine)
        self._processes.append(process)


async def _answer(link: Link, number: int, answer: Awaitable[Any]) -> None:
    link.send(_ANSWER, number, await answer)


def _be_member(theirs: socket.socket, work: Work) -> None:
    """A member's whole life."""
    # What is there stays: to look at it for garbage would copy the parent's memory.
    gc.freeze()
    # The parent's handlers are for the parent's children.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_DFL)
    asyncio.run(_work(theirs, work))


async def _work(theirs: socket.socket, work: Work) -> None:
    link = await Link.over(theirs)
    home = Home(link)
    listening = asyncio.ensure_future(home.listen())
    working = asyncio.ensure_future(work(home))
    # Without the parent, nobody wants what comes of it.
    await asyncio.wait((listening, working), return_when=asyncio.FIRST_COMPLETED)
    if working.done():
        if (error := working.exception()) is not None:
            link.send(_BROKEN, 0, "".join(traceback.format_exception(error)))
        await home.end()
