# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection over a real socket: answers in pieces, answers nobody asked for, and none at all."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm import http1
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.connection import Connection

LIMIT = 1000
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
TO_THE_END = b"HTTP/1.1 200 OK\r\n\r\nto the end"

Host = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Client = Callable[[Connection], Awaitable[None]]


def meet(host: Host, client: Client) -> None:
    """A host and a client, and the connection between them."""

    async def run() -> None:
        gone = asyncio.Event()

        async def hosted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError):
                await host(reader, writer)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            gone.set()

        server = await asyncio.start_server(hosted, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        _transport, connection = await asyncio.get_running_loop().create_connection(Connection, *address)
        try:
            await asyncio.wait_for(client(connection), 10)
        finally:
            connection.abort()
            await asyncio.wait_for(gone.wait(), 10)
            server.close()

    asyncio.run(run())


def says(*parts: bytes, then_waits: bool = True) -> Host:
    """A host that says each part when it is asked something, and then waits, or closes."""

    async def host(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            await reader.read(100)
            writer.write(part)
        if then_waits:
            await reader.read()

    return host


async def asked(connection: Connection, seconds: float = 5) -> bytes:
    return (await connection.round_trip(b"what", LIMIT, seconds)).body


def test_one_answer_after_the_other() -> None:
    async def client(connection: Connection) -> None:
        assert [await asked(connection), await asked(connection)] == [b"ok", b"ok"]
        assert not connection.closes

    meet(says(OK, OK), client)


def test_answer_in_pieces() -> None:
    async def host(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        for byte in OK:
            writer.write(bytes([byte]))
            await asyncio.sleep(0)

    async def client(connection: Connection) -> None:
        assert await asked(connection) == b"ok"

    meet(host, client)


def test_answer_up_to_the_end_of_the_connection() -> None:
    async def client(connection: Connection) -> None:
        assert await asked(connection) == b"to the end"
        assert connection.closes
        with pytest.raises(http1.Broken):
            await asked(connection)

    meet(says(TO_THE_END, then_waits=False), client)


@pytest.mark.parametrize("begun", [b"", OK[:-1], TO_THE_END], ids=["nothing", "a part", "no end"])
def test_time_is_up(begun: bytes) -> None:
    """An answer that ends with the connection is not taken for whole because this side has cut it."""

    async def client(connection: Connection) -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asked(connection, seconds=0.2)
        assert connection.expired

    meet(says(begun), client)


def test_each_request_has_its_own_time() -> None:
    async def host(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _unused in range(4):
            await reader.read(100)
            await asyncio.sleep(0.5)
            writer.write(OK)

    async def client(connection: Connection) -> None:
        # Together they take longer than one of them may.
        assert [await asked(connection, seconds=1.5) for _unused in range(4)] == [b"ok"] * 4
        assert not connection.expired

    meet(host, client)


def test_more_than_the_answer_is_not_taken_for_the_next_one() -> None:
    async def client(connection: Connection) -> None:
        assert await asked(connection) == b"ok"
        assert connection.closes

    meet(says(OK + OK), client)


@pytest.mark.parametrize("answers", [0, 1])
def test_what_nobody_asked_for_ends_the_connection(answers: int) -> None:
    async def host(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _unused in range(answers):
            await reader.read(100)
            writer.write(OK)
            await asyncio.sleep(0.1)
        writer.write(OK)
        await reader.read()

    async def client(connection: Connection) -> None:
        for _unused in range(answers):
            assert await asked(connection) == b"ok"
        await asyncio.sleep(0.5)
        with pytest.raises(http1.Broken, match="not asked"):
            await asked(connection)

    meet(host, client)


def test_connection_that_was_closed_meanwhile() -> None:
    async def client(connection: Connection) -> None:
        assert await asked(connection) == b"ok"
        await asyncio.sleep(0.2)
        with pytest.raises(http1.Broken, match="without an answer"):
            await asked(connection)

    meet(says(OK, then_waits=False), client)


def test_more_than_the_limit_is_not_waited_for() -> None:
    async def client(connection: Connection) -> None:
        with pytest.raises(http1.Oversized):
            await asked(connection)

    meet(says(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LIMIT + 1)), client)


def test_connection_that_this_side_has_cut() -> None:
    async def client(connection: Connection) -> None:
        connection.abort()
        await asyncio.sleep(0)
        with pytest.raises(http1.Broken):
            await asked(connection)

    meet(says(OK), client)
