# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads for what blocks: names to be resolved, tickets to be fetched, hosts that only pywinrm can talk to.

asyncio's own pool waits for its threads when the loop ends, and Python waits for them when it exits. A name server that
does not answer would hold up a run beyond its deadline; these threads are simply left behind.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

_Job = tuple[asyncio.AbstractEventLoop, asyncio.Future[Any], Callable[[], Any]]


class DaemonThreads:
    """Runs functions in threads that nobody waits for. Threads are made as they are needed, up to ``most``."""

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._threads = 0
        # Jobs that are waiting or being done, the abandoned ones included.
        self._load = 0
        self._lock = threading.Lock()

    async def run(self, function: Callable[[], T]) -> T:
        """What the function returns or raises. Cancelling abandons it: it runs on, and nobody learns what became of it.

        To be called from one event loop at a time.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._make_room()
        self._jobs.put((loop, future, function))
        return await future

    def _make_room(self) -> None:
        with self._lock:
            self._load += 1
            if self._load <= self._threads or self._threads >= self._most:
                return
            self._threads += 1
            name = f"{self._name}-{self._threads}"
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def close(self) -> None:
        """Let the threads end once they have nothing to do."""
        for _unused in range(self._threads):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                _do(*job)
            finally:
                with self._lock:
                    self._load -= 1


def _do(loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any], function: Callable[[], Any]) -> None:
    if future.cancelled():
        return
    try:
        result = function()
    except BaseException as error:
        _tell(loop, future, error, failed=True)
    else:
        _tell(loop, future, result, failed=False)


def _tell(loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any], outcome: Any, *, failed: bool) -> None:
    def settle() -> None:
        if not future.done():
            if failed:
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:
        # The loop is closed: the run is over and this answer comes too late for it.
        return
