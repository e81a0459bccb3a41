# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that never end, all at once, against either pipe and the look at the door: what they get away with.

Kind: an exchange without a bound in time or memory. What is asserted are bytes and an end; the time is printed, and its
limit is so wide that it tells an end from none, not a fast machine from a slow one.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import gzip
import resource
import socket
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.doorstep import look
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import WinrmError
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.pipe import StreamPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.shared import Shared

from .conftest import RawServer, endpoint

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
MUCH = b"x" * 65536
# What the limits allow, and what lies in the buffers of both sides of 20 connections.
MOST_BYTES = 24 * 1024 * 1024
# Read and connect timeouts are two seconds.
LONGEST = 60.0

Part = tuple[bytes, float]


def forever(first: bytes, again: bytes, pause: float = 0.0) -> Callable[[], Iterator[Part]]:
    """A beginning, and then the same over and over."""

    def parts() -> Iterator[Part]:
        yield first, 0.0
        while True:
            yield again, pause

    return parts


def once(data: bytes) -> Callable[[], Iterator[Part]]:
    return lambda: iter([(data, 0.0)])


BOMB = gzip.compress(b"\0" * 50_000_000)

SERVERS: dict[str, Callable[[], Iterator[Part]]] = {
    "nothing": forever(b"", b"", 0.2),
    "head drips": forever(OK, b"X", 0.2),
    "headers drip": forever(OK, b"X: y\r\n", 0.2),
    "body drips": forever(OK + b"Content-Length: 100000\r\n\r\n", b"<", 0.2),
    "body without length drips": forever(OK + b"\r\n", b"<", 0.2),
    "chunks drip": forever(CHUNKED, b"1\r\n<\r\n", 0.2),
    "size of a chunk drips": forever(CHUNKED, b"0", 0.2),
    "trailer drips": forever(CHUNKED + b"0\r\n", b"X: y\r\n", 0.2),
    "interim answers drip": forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.2),
    "401 drips": forever(b"HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate\r\nContent-Length: 9999\r\n\r\n", b"<", 0.2),
    "line without end": forever(OK, MUCH),
    "headers without end": forever(OK, b"X: y\r\n" * 9999),
    "body without end": forever(OK + b"\r\n", MUCH),
    "announced body": forever(OK + b"Content-Length: 99999999999\r\n\r\n", MUCH),
    "chunks without end": forever(CHUNKED, b"10000\r\n" + MUCH + b"\r\n"),
    "size of a chunk without end": forever(CHUNKED, b"0" * 65536),
    "trailer without end": forever(CHUNKED + b"0\r\n", b"X: y\r\n" * 9999),
    "interim answers without end": forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 999),
    "500 without end": forever(b"HTTP/1.1 500 No\r\nContent-Type: text/html\r\n\r\n<html>", b"<title>" * 9999),
    "packed": once(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB),
}


class Hostile(RawServer):
    """One of them. ``sent`` counts the bytes that it got rid of."""

    def __init__(self, parts: Callable[[], Iterator[Part]]) -> None:
        self._parts = parts
        self.sent = 0
        super().__init__(self._say)

    def _say(self, client: socket.socket) -> None:
        client.recv(65536)
        for data, pause in self._parts():
            # A peer that has gone is noticed also by who has nothing to say.
            client.settimeout(pause or 0.001)
            with contextlib.suppress(TimeoutError):
                if not client.recv(65536):
                    return
            client.settimeout(30)
            client.sendall(data)
            self.sent += len(data)


def over_pywinrm(target: Any) -> str:
    pipe = PywinrmPipe(target)
    try:
        return pipe.exchange("<Envelope/>").decode()
    except WinrmError as error:
        return str(error)
    finally:
        pipe.close()


def over_a_stream(target: Any) -> str:
    async def run() -> str:
        shared = Shared()
        pipe = StreamPipe(target, shared)
        try:
            return (await pipe.exchange("<Envelope/>")).decode()
        except WinrmError as error:
            return str(error)
        finally:
            pipe.close()
            shared.close()

    return asyncio.run(run())


def at_the_door(target: Any) -> str:
    return str(look(target))


@pytest.mark.parametrize("ask", [over_pywinrm, over_a_stream, at_the_door])
@pytest.mark.parametrize("transport", ["ntlm", "basic"])
def test_what_hostile_servers_get_away_with(
    ask: Callable[[Any], str], transport: str, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = {name: Hostile(parts) for name, parts in SERVERS.items()}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def measure(server: Hostile) -> tuple[float, str]:
        began = time.monotonic()
        fields: dict[str, Any] = {"read_timeout": 2, "operation_timeout": 1, "connect_timeout": 2}
        said = ask(endpoint("127.0.0.1", server.port, scheme="http", transports=(transport,), **fields))
        return time.monotonic() - began, said

    with ThreadPoolExecutor(len(hostile)) as threads:
        measured = dict(zip(hostile, threads.map(measure, hostile.values()), strict=True))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    with capsys.disabled():
        print(f"\n{ask.__name__}, {transport}: the process grew by {grown} MiB")
        for name, (seconds, said) in measured.items():
            print(f"  {name:<28}{seconds:5.1f} s{hostile[name].sent / 2**20:8.2f} MiB  {said[:110]}")
    for server in hostile.values():
        server.close()
    with warnings.catch_warnings(record=True) as unclosed:
        warnings.simplefilter("always")
        gc.collect()
    assert [str(one.message) for one in unclosed if issubclass(one.category, ResourceWarning)] == []
    assert {name: seconds for name, (seconds, _said) in measured.items() if seconds > LONGEST} == {}
    assert {name: server.sent for name, server in hostile.items() if server.sent > MOST_BYTES} == {}
    assert [said for _seconds, said in measured.values() if "not known yet" in said] == []
