# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A name server of the lab in a thread of its own, asked by dnspython as by any other client."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

_LAB = str(Path(__file__).resolve().parents[2] / "lab")
if _LAB not in sys.path:
    sys.path.insert(0, _LAB)

from winlab.nameservice.keys import TsigSpec  # noqa: E402
from winlab.nameservice.server import NameServer, UpdatePolicy  # noqa: E402
from winlab.nameservice.zones import ZoneSet  # noqa: E402

from .workshop import ADDRESS, KEY, Serve  # noqa: E402


class Running:
    """Servers that run until the test is over."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._servers: list[NameServer] = []

    def serve(
        self,
        *origins: str,
        key: TsigSpec | None = None,
        policy: UpdatePolicy = UpdatePolicy.ANYBODY,
    ) -> NameServer:
        """A server for these zones on a free port."""
        server = NameServer(ZoneSet(origins or ("corp.example",), ADDRESS), ADDRESS, 0, key=key, policy=policy)
        asyncio.run_coroutine_threadsafe(server.start(), self._loop).result(10)
        self._servers.append(server)
        return server

    def close(self) -> None:
        for server in self._servers:
            asyncio.run_coroutine_threadsafe(server.stop(), self._loop).result(10)
        # One more round, so that the transports close.
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.01), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """`serve("corp.example")` starts a name server."""
    running = Running()
    yield running.serve
    running.close()


@pytest.fixture
def key() -> TsigSpec:
    """The key that signed updates need."""
    return KEY
