# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads that nobody waits for."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.daemon_threads import DaemonThreads


def test_results_and_errors_come_back() -> None:
    async def run() -> int:
        threads = DaemonThreads(2, "test")
        with pytest.raises(ZeroDivisionError):
            await threads.run(lambda: 1 // 0)
        results = await asyncio.gather(*(threads.run(lambda n=n: n * n) for n in range(10)))  # type: ignore[misc]
        threads.close()
        return sum(results)

    assert asyncio.run(run()) == 285


def test_no_more_threads_than_allowed() -> None:
    names: set[str] = set()

    def note() -> None:
        names.add(threading.current_thread().name)
        time.sleep(0.01)

    async def run() -> None:
        threads = DaemonThreads(3, "few")
        await asyncio.gather(*(threads.run(note) for _unused in range(12)))
        threads.close()

    asyncio.run(run())
    assert names == {"few-1", "few-2", "few-3"}


def test_what_is_abandoned_holds_up_neither_the_loop_nor_the_next() -> None:
    stuck = threading.Event()

    async def run() -> str:
        threads = DaemonThreads(2, "stuck")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(threads.run(stuck.wait), 0.05)
        answer = await asyncio.wait_for(threads.run(lambda: "next"), 2)
        threads.close()
        return answer

    began = time.monotonic()
    assert asyncio.run(run()) == "next"
    assert time.monotonic() - began < 2
    stuck.set()
