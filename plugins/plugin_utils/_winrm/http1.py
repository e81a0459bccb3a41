# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of HTTP/1.1 as WinRM speaks: one POST at a time on a connection that stays open (RFC 9112).

Bytes in, an answer out, whoever carries them. Everything that a peer can make long is bounded: header lines, header
block, chunks, body.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import NamedTuple, TypeAlias, TypeVar

SOAP_TYPE = "application/soap+xml;charset=UTF-8"

#: Bytes of one header block, and of anything else that is read up to a line's end.
HEAD_LIMIT = 64 * 1024

_HEADERS = 100
_LENGTH_DIGITS = 18
_INTERIM_RESPONSES = 10

# RFC 9112 4: the status has three digits, of which the first is never zero. A reason may be missing, as with HTTP/2.
_BEGINNING = b"HTTP/"
_STATUS_LINE = re.compile(r"(HTTP/1\.[01]) ([1-9][0-9]{2})(?: (.*))?")
# RFC 9110 5.1: no space stands between a header's name and its colon. RFC 9112 7.1: a chunk's size in digits alone.
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n")
# RFC 9110 5.5: no header has one. To some readers a lone CR or LF ends a line, and what stands behind it is a header.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


# How much of a stranger's words is repeated.
_SHOWN = 40


class Broken(Exception):
    """The peer does not speak HTTP, or stopped in the middle of it."""


class NotHttp(Broken):
    """The peer speaks something other than HTTP. ``said`` is how it begins."""

    def __init__(self, said: bytes) -> None:
        self.said = said[:_SHOWN]
        super().__init__(f"the answer is not HTTP: {self.said!r}")


class Closing(Exception):
    """The peer closes the connection in the middle of a sign-in, which is one with its connection."""

    def __init__(self) -> None:
        super().__init__("the host closes the connection in the middle of it")


class Oversized(Exception):
    """The peer announces, or sends, more than anybody wants to read."""


class Encoded(Exception):
    """The body is compressed, which nobody asked for: it could unpack to a thousand times its size."""


def refuse_encoding(headers: Mapping[str, str]) -> None:
    """Raises Encoded for a body that is anything but itself (RFC 9110 8.4); names of headers in lower case."""
    encoding = headers.get("content-encoding", "").strip()
    if encoding.lower() not in ("", "identity"):
        raise Encoded(f"Content-Encoding {encoding[:40]!r}")


T = TypeVar("T")

#: What reads until it has what it wants, and yields while it waits for more bytes.
Reading: TypeAlias = Generator[None, None, T]


class Inbox:
    """What has come and was not read yet."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._ended = False

    def __len__(self) -> int:
        return len(self._data)

    def add(self, data: bytes) -> None:
        """More of it."""
        self._data += data

    def end(self) -> None:
        """Nothing more will come."""
        self._ended = True

    def until(self, separator: bytes) -> Reading[bytes]:
        """Everything up to and with the separator."""
        seen = 0
        while (found := self._data.find(separator, seen)) < 0:
            seen = max(0, len(self._data) - len(separator) + 1)
            self._bound(seen)
            if self._ended:
                raise _ended_in(self._data)
            yield
        self._bound(found)
        return self._taken(found + len(separator))

    def begins_with(self, beginning: bytes) -> Reading[bool]:
        """Whether the next bytes are these, told with the first that is not."""
        while len(self._data) < len(beginning) and beginning.startswith(bytes(self._data)) and not self._ended:
            yield
        return self._data.startswith(beginning)

    def all_that_came(self) -> bytes:
        """What has come up to now, which is still to be read."""
        return bytes(self._data)

    def exactly(self, size: int) -> Reading[bytes]:
        """So many bytes."""
        while len(self._data) < size:
            if self._ended:
                raise Broken(_said_of_end(self._data))
            yield
        return self._taken(size)

    def to_the_end(self, limit: int) -> Reading[bytes]:
        """Everything that comes before the end of the connection."""
        while not self._ended:
            _bounded(len(self._data), limit)
            yield
        return self._taken(_bounded(len(self._data), limit))

    def _bound(self, size: int) -> None:
        if size > HEAD_LIMIT:
            raise Oversized(f"a header of more than {HEAD_LIMIT} bytes")

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._data[:size])
        del self._data[:size]
        return taken


class Head(NamedTuple):
    """Status line and header fields. ``fields`` are as they came; ``headers`` as ``Response`` has them."""

    version: str
    status: int
    reason: str
    fields: tuple[tuple[str, str], ...]
    headers: dict[str, str]

    @property
    def closes(self) -> bool:
        """Whether the peer says that it closes the connection (RFC 9112 9.3, 9.6)."""
        options = {option.strip(" \t") for option in self.headers.get("connection", "").lower().split(",")}
        return "close" in options or (self.version == "HTTP/1.0" and "keep-alive" not in options)


class Framing(NamedTuple):
    """Where a body ends: after so many bytes, with its last chunk, or, with neither, with the connection."""

    length: int | None
    chunked: bool


class Response(NamedTuple):
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

    def post(
        self, body: bytes, content_type: str = SOAP_TYPE, authorization: str | None = None, more: str = ""
    ) -> bytes:
        """The bytes of one request; ``more`` are further header lines, each with its end."""
        credentials = f"Authorization: {authorization}\r\n" if authorization else ""
        head = f"{self._head}Content-Type: {content_type}\r\n{credentials}{more}Content-Length: {len(body)}\r\n\r\n"
        return head.encode("latin-1") + body


class Incoming:
    """One answer as it comes.

    Both verbs raise Broken for anything that is not HTTP or ends too early, and Oversized.
    """

    def __init__(self, limit: int) -> None:
        self._inbox = Inbox()
        self._reading = _response(self._inbox, limit)

    def feed(self, data: bytes) -> Response | None:
        """The answer, if it is whole with this."""
        self._inbox.add(data)
        return self._read()

    def end(self) -> Response | None:
        """The connection has ended; the answer, if that is how it says where it ends."""
        self._inbox.end()
        return self._read()

    @property
    def excess(self) -> bool:
        """Whether more has come than the answer."""
        return len(self._inbox) > 0

    def _read(self) -> Response | None:
        try:
            next(self._reading)
        except StopIteration as done:
            response: Response = done.value
            return response
        return None


def _response(inbox: Inbox, limit: int) -> Reading[Response]:
    head = yield from read_head(inbox)
    framing = framing_of(head, limit)
    if framing.chunked:
        body = yield from _chunks(inbox, limit)
    elif framing.length is not None:
        body = yield from inbox.exactly(framing.length)
    else:
        body = yield from inbox.to_the_end(limit)
    # RFC 9112 6.1: chunks in an answer of HTTP/1.0 are read, and the connection is of no more use.
    framed = framing.length is not None or (framing.chunked and head.version != "HTTP/1.0")
    return Response(head.status, head.headers, body, head.closes or not framed)


def read_head(inbox: Inbox) -> Reading[Head]:
    """The head of an answer, without those of interim ones. Raises Broken, Oversized."""
    for _unused in range(_INTERIM_RESPONSES):
        if not (yield from inbox.begins_with(_BEGINNING)):
            raise _ended_in(inbox.all_that_came())
        head = _parsed((yield from inbox.until(b"\r\n\r\n")))
        if head.status == 101:
            raise Broken("the answer changes to another protocol, which nobody asked for (HTTP 101)")
        if head.status >= 200:
            return head
    raise Broken("more than ten interim responses (HTTP 1xx)")


def _ended_in(part: bytes | bytearray) -> Broken:
    """What there is to say of a head, or of a line, that has no end."""
    if part and not part.startswith(_BEGINNING[: len(part)]):
        return NotHttp(bytes(part[:_SHOWN]))
    return Broken(_said_of_end(part))


def _said_of_end(part: bytes | bytearray) -> str:
    if not part:
        return "the host closed the connection without an answer"
    return f"the answer was cut off after {len(part)} bytes"


def _parsed(block: bytes) -> Head:
    lines = block[:-4].decode("latin-1").split("\r\n")
    status_line = _STATUS_LINE.fullmatch(lines[0])
    if status_line is None or _CONTROL.search(lines[0]):
        raise NotHttp(lines[0].encode("latin-1"))
    if len(lines) > _HEADERS:
        raise Oversized(f"more than {_HEADERS} headers")
    fields = tuple(map(_field, lines[1:]))
    headers: dict[str, str] = {}
    for name, value in fields:
        name = name.lower()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Head(status_line[1], int(status_line[2]), status_line[3] or "", fields, headers)


def _field(line: str) -> tuple[str, str]:
    """Name and value. A folded line would go on with the value before it (RFC 9112 5.2)."""
    name, colon, value = line.partition(":")
    if not colon:
        raise Broken(f"a header without a colon: {line[:40]!r}")
    if not _NAME.fullmatch(name):
        raise Broken(f"a header with the name {name[:40]!r}")
    if _CONTROL.search(value):
        raise Broken(f"a header {name[:40]} with a control character in it")
    return name, value.strip(" \t")


def framing_of(head: Head, limit: int) -> Framing:
    """How the body that belongs to a head is framed (RFC 9112 6.3). Raises Broken, Oversized, Encoded."""
    if head.status in (204, 304):
        return Framing(0, chunked=False)
    refuse_encoding(head.headers)
    coding, length = head.headers.get("transfer-encoding"), head.headers.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked" or length is not None:
            # RFC 9112 6.3: two lengths are how a message is smuggled past a proxy.
            raise Broken(f"a Transfer-Encoding of {coding[:40]!r}{' and a Content-Length' if length else ''}")
        return Framing(None, chunked=True)
    return Framing(None if length is None else _bounded(_length(length), limit), chunked=False)


def _length(text: str) -> int:
    # RFC 9110 8.6: a length that is repeated is that length.
    first, *others = (value.strip(" \t") for value in text.split(","))
    length = first if all(other == first for other in others) else text
    if not (length.isascii() and length.isdigit()):
        raise Broken(f"a Content-Length of {length[:40]!r}")
    if len(length) > _LENGTH_DIGITS:
        # Python refuses to read numbers of thousands of digits.
        raise Oversized(f"an answer of 10^{_LENGTH_DIGITS} bytes or more")
    return int(length)


def _chunks(inbox: Inbox, limit: int) -> Reading[bytes]:
    parts: list[bytes] = []
    size = 0
    while length := chunk_size((yield from inbox.until(b"\r\n"))):
        size = _bounded(size + length, limit)
        chunk = yield from inbox.exactly(length + 2)
        end_of_chunk(chunk[-2:])
        parts.append(chunk[:-2])
    while not ends_trailer((yield from inbox.until(b"\r\n"))):
        size = _bounded(size + HEAD_LIMIT // _HEADERS, limit)
    return b"".join(parts)


def chunk_size(line: bytes) -> int:
    """The size that the line before a chunk announces (RFC 9112 7.1). Raises Broken."""
    announced = _CHUNK.fullmatch(line)
    if announced is None:
        raise Broken(f"a chunk of {line[:20]!r} bytes")
    return int(announced[1], 16)


def end_of_chunk(data: bytes) -> None:
    """Raises Broken where these two bytes, which follow a chunk, are more of it, or missing."""
    if data == b"\r\n":
        return
    raise Broken("the answer was cut off behind a chunk" if len(data) < 2 else "a chunk that is longer than it says")


def ends_trailer(line: bytes) -> bool:
    """Whether a line behind the last chunk is the last one; nobody reads the others. Raises Broken."""
    if not line.endswith(b"\r\n"):
        raise Broken(_said_of_end(line))
    if line != b"\r\n":
        _field(line[:-2].decode("latin-1"))
    return line == b"\r\n"


def _bounded(size: int, limit: int) -> int:
    if size > limit:
        raise Oversized(f"an answer of {size} bytes or more, where at most {limit} are read")
    return size
