# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The little of HTTP/1.1 (RFC 9112) that WinRM needs: POST with a Content-Length on a connection that stays open.

Hand-written because authentication and the sealing keys belong to the TCP connection, which HTTP frameworks hide.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from email.utils import formatdate

from .answers import Answer

SOAP_TYPE = "application/soap+xml;charset=UTF-8"
IDLE_SECONDS = 120.0
_DRAIN_LIMIT = 8 * 1024 * 1024


class HttpProblem(Exception):
    """A request that is answered with a bare status; the connection ends after it."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        self.reason = reason
        super().__init__(f"{status}: {reason}")


@dataclass(frozen=True)
class HttpRequest:
    """A request; header names are lower-case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    def header(self, name: str) -> str:
        """The value of a header, empty when absent."""
        return self.headers.get(name.lower(), "")

    @property
    def wants_close(self) -> bool:
        """Whether the client will send nothing more on this connection."""
        return self.header("connection").lower() == "close"


@dataclass(frozen=True)
class HttpResponse:
    """A response; `raw` or `script` replaces everything else, `hang_up` closes the connection without saying so.

    `pause` is the time between what a script sends over and over, where it is not the script's own.
    """

    status: int
    body: bytes = b""
    content_type: str = SOAP_TYPE
    headers: Sequence[tuple[str, str]] = field(default_factory=tuple)
    close: bool = False
    hang_up: bool = False
    raw: bytes | None = None
    script: Answer | None = None
    pause: float | None = None

    def with_headers(self, headers: Sequence[tuple[str, str]]) -> HttpResponse:
        """The same response with more headers."""
        return replace(self, headers=(*self.headers, *headers))

    def encoded(self) -> bytes:
        """The bytes for the wire. WinRM leaves the reason phrase empty and always names a content type."""
        if self.raw is not None:
            return self.raw
        lines = [
            f"HTTP/1.1 {self.status} ",
            f"Content-Type: {self.content_type}",
            "Server: Microsoft-HTTPAPI/2.0",
            *(f"{name}: {value}" for name, value in self.headers),
            f"Date: {formatdate(usegmt=True)}",
        ]
        if self.close:
            lines.append("Connection: close")
        lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + self.body


async def read_request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body_limit: int
) -> HttpRequest | None:
    """The next request, or None when the client has gone or idled too long."""
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE_SECONDS)
    except (asyncio.IncompleteReadError, asyncio.TimeoutError):
        return None
    except asyncio.LimitOverrunError as error:
        raise HttpProblem(400, "headers too long") from error
    request = _parse_head(head)
    if request.header("expect").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
    return replace(request, body=await _read_body(reader, request, body_limit))


def _parse_head(head: bytes) -> HttpRequest:
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise HttpProblem(400, "not a request line")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise HttpProblem(400, "not a header line")
        headers[name.strip().lower()] = value.strip()
    return HttpRequest(words[0], words[1], headers)


async def _read_body(reader: asyncio.StreamReader, request: HttpRequest, limit: int) -> bytes:
    length = request.header("content-length")
    if not length:
        if request.method == "POST":
            raise HttpProblem(411, "no Content-Length")
        return b""
    if not length.isdigit():
        raise HttpProblem(400, "Content-Length is no number")
    if int(length) > limit:
        # A client that is cut while it still sends would see a reset instead of the status.
        await _drain(reader, int(length))
        raise HttpProblem(413, f"{length} bytes exceed MaxEnvelopeSizekb")
    return await reader.readexactly(int(length))


async def _drain(reader: asyncio.StreamReader, length: int) -> None:
    left = min(length, _DRAIN_LIMIT)
    while left > 0:
        chunk = await reader.read(min(left, 65536))
        if not chunk:
            return
        left -= len(chunk)
