# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a process of a crew and the one that began it say to each other: over a pair of sockets that has no name.

A message is its length in four bytes and a pickled tuple. Nobody but a process that was forked can write into the pair,
so what comes out of it is as good as what is in memory.
"""

from __future__ import annotations

import asyncio
import pickle
import socket
import struct
from collections.abc import AsyncIterator
from typing import Any

Message = tuple[str, int, Any]

_LENGTH = struct.Struct("!I")


class Link:
    """One end of the pair. Belongs to one event loop."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def over(cls, connected: socket.socket) -> Link:
        """An end of a pair of UNIX sockets."""
        return cls(*await asyncio.open_unix_connection(sock=connected))

    def send(self, subject: str, number: int, content: Any) -> None:
        """Send a message, without waiting until it is read."""
        data = pickle.dumps((subject, number, content), protocol=pickle.HIGHEST_PROTOCOL)
        self._writer.write(_LENGTH.pack(len(data)) + data)

    async def messages(self) -> AsyncIterator[Message]:
        """All messages until the other end is closed. A message that was cut off by that is none."""
        try:
            while True:
                head = await self._reader.readexactly(_LENGTH.size)
                data = await self._reader.readexactly(*_LENGTH.unpack(head))
                yield pickle.loads(data)
        except (asyncio.IncompleteReadError, ConnectionError):
            return

    async def close(self) -> None:
        """Close this end, once all was sent."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return
