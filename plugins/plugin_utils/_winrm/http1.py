# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of HTTP/1.1 as WinRM speaks: one POST at a time on a connection that stays open (RFC 9112).

Everything that a peer can make long is bounded: header lines, header block, chunks, body.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

SOAP_TYPE = "application/soap+xml;charset=UTF-8"

#: Bytes of one header block, and of anything else that is read up to a line's end.
HEAD_LIMIT = 64 * 1024

_HEADERS = 100
_LENGTH_DIGITS = 18
_INTERIM_RESPONSES = 10


class Broken(Exception):
    """The peer does not speak HTTP, or stopped in the middle of it."""


class Oversized(Exception):
    """The peer announces, or sends, more than anybody wants to read."""


class Reader(Protocol):
    """What is needed of asyncio.StreamReader."""

    async def read(self, n: int) -> bytes:
        """At most n bytes, b"" at the end."""

    async def readexactly(self, n: int) -> bytes:
        """n bytes."""

    async def readuntil(self, separator: bytes) -> bytes:
        """Everything up to and with the separator."""


@dataclass(frozen=True)
class Response:
    """One answer. Header names are lower case; a name that came more than once is joined by commas (RFC 9110 5.3)."""

    status: int
    headers: dict[str, str]
    body: bytes
    closes: bool

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")


class Target:
    """The constant part of every request to one listener."""

    def __init__(self, netloc: str, path: str) -> None:
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: {netloc}\r\nUser-Agent: winfleet.activation\r\nConnection: Keep-Alive\r\n"
        )

    def post(self, body: bytes, content_type: str = SOAP_TYPE, authorization: str | None = None) -> bytes:
        """The bytes of one request."""
        credentials = f"Authorization: {authorization}\r\n" if authorization else ""
        head = f"{self._head}Content-Type: {content_type}\r\n{credentials}Content-Length: {len(body)}\r\n\r\n"
        return head.encode("latin-1") + body


async def read_response(reader: Reader, limit: int) -> Response:
    """The answer to one request.

    Raises Broken for anything that is no HTTP or ends too early, Oversized, and the errors of the connection.
    """
    try:
        for _unused in range(_INTERIM_RESPONSES):
            version, status, headers = _parsed(await reader.readuntil(b"\r\n\r\n"))
            if status >= 200:
                break
        else:
            raise Broken("more than ten interim responses (HTTP 1xx)")
        body, framed = await _read_body(reader, status, headers, limit)
    except asyncio.IncompleteReadError as cut:
        raise _broken_off(cut) from None
    except asyncio.LimitOverrunError:
        raise Oversized(f"a header of more than {HEAD_LIMIT} bytes") from None
    connection = headers.get("connection", "").lower()
    closes = not framed or "close" in connection or (version == "HTTP/1.0" and "keep-alive" not in connection)
    return Response(status, headers, body, closes)


def _broken_off(cut: asyncio.IncompleteReadError) -> Broken:
    if not cut.partial:
        return Broken("the host closed the connection without an answer")
    if cut.expected is None and not cut.partial.startswith(b"HTTP/"):
        return Broken(f"the answer is no HTTP: {cut.partial[:40]!r}")
    return Broken(f"the answer was cut off after {len(cut.partial)} bytes")


def _parsed(block: bytes) -> tuple[str, int, dict[str, str]]:
    lines = block[:-4].decode("latin-1").split("\r\n")
    version, _unused, rest = lines[0].partition(" ")
    status = rest[:3]
    if version not in ("HTTP/1.1", "HTTP/1.0") or not (status.isascii() and status.isdigit() and len(status) == 3):
        raise Broken(f"the answer is no HTTP: {lines[0][:40]!r}")
    if len(lines) > _HEADERS:
        raise Oversized(f"more than {_HEADERS} headers")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise Broken(f"a header without a colon: {line[:40]!r}")
        name, value = name.strip().lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return version, int(status), headers


async def _read_body(reader: Reader, status: int, headers: dict[str, str], limit: int) -> tuple[bytes, bool]:
    """The body, and whether its end could be told without the end of the connection."""
    if status in (204, 304):
        return b"", True
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return await _read_chunks(reader, limit), True
    length = headers.get("content-length")
    if length is None:
        return await _read_to_end(reader, limit), False
    if not (length.isascii() and length.isdigit()):
        raise Broken(f"a Content-Length of {length[:40]!r}")
    if len(length) > _LENGTH_DIGITS:
        # Python refuses to read numbers of thousands of digits.
        raise Oversized(f"an answer of 10^{_LENGTH_DIGITS} bytes or more")
    return await reader.readexactly(_bounded(int(length), limit)), True


async def _read_chunks(reader: Reader, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        line = (await reader.readuntil(b"\r\n")).split(b";")[0].strip()
        try:
            length = int(line, 16) if not line.startswith((b"-", b"+")) else -1
        except ValueError:
            length = -1
        if length < 0:
            raise Broken(f"a chunk of {line[:20]!r} bytes")
        if not length:
            break
        size = _bounded(size + length, limit)
        parts.append((await reader.readexactly(length + 2))[:-2])
    while await reader.readuntil(b"\r\n") != b"\r\n":
        size = _bounded(size + HEAD_LIMIT // _HEADERS, limit)
    return b"".join(parts)


async def _read_to_end(reader: Reader, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := await reader.read(HEAD_LIMIT):
        size = _bounded(size + len(part), limit)
        parts.append(part)
    return b"".join(parts)


def _bounded(size: int, limit: int) -> int:
    if size > limit:
        raise Oversized(f"an answer of {size} bytes or more, where at most {limit} are read")
    return size
