# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP answers as they come, and as a hostile peer would send them."""

from __future__ import annotations

import io
import re
import socket
import threading
from collections.abc import Callable
from http.client import IncompleteRead
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm import http1
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.strict import StrictResponse

LIMIT = 1000


def read(data: bytes, limit: int = LIMIT, step: int = 1_000_000) -> http1.Response:
    """The answer in these bytes, which come in pieces of ``step`` and then end."""
    incoming = http1.Incoming(limit)
    for start in range(0, len(data), step):
        if (response := incoming.feed(data[start : start + step])) is not None:
            return response
    response = incoming.end()
    assert response is not None
    return response


class _ByPywinrm(StrictResponse):
    body_limit = LIMIT


def read_by_pywinrm(data: bytes) -> http1.Response:
    """The same, read by what pywinrm reads with."""
    reader = io.BufferedReader(io.BytesIO(data))  # type: ignore[arg-type,unused-ignore]
    response = _ByPywinrm(SimpleNamespace(makefile=lambda _mode: reader))  # type: ignore[arg-type]
    response.begin()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return http1.Response(response.status, headers, response.read(), response.will_close)


@pytest.mark.parametrize(
    ("data", "status", "body", "closes"),
    [
        (b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nab", 200, b"ab", False),
        (b"HTTP/1.1 500 Internal Server Error\r\ncontent-length:0\r\n\r\n", 500, b"", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: Close\r\n\r\nab", 200, b"ab", True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab", 200, b"ab", True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nab", 200, b"ab", False),
        (b"HTTP/1.1 200 OK\r\n\r\nto the end", 200, b"to the end", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab", 200, b"ab", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2 , 2\r\n\r\nab", 200, b"ab", False),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 2\r\n\r\nab", 200, b"ab", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n002 ;x\r\nab\r\n000\r\n\r\n", 200, b"ab", False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", False),
        (b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx", 200, b"x", False),
        (b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, b"x", False),
        (b"HTTP/1.1 200 OK\r\nConnection: x, close\r\nContent-Length: 1\r\n\r\nx", 200, b"x", True),
        (
            b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
            200,
            b"x",
            True,
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, b"x", False),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3;x=y\r\ncde\r\n0\r\n\r\n",
            200,
            b"abcde",
            False,
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nTrailer: x\r\n\r\n", 200, b"a", False),
    ],
)
@pytest.mark.parametrize("step", [0, 1, 7, 1_000_000])
def test_answers(data: bytes, status: int, body: bytes, closes: bool, step: int) -> None:
    """On streams in pieces of so many bytes; on pywinrm where that is none."""
    response = read(data, step=step) if step else read_by_pywinrm(data)
    assert (response.status, response.body, response.closes) == (status, body, closes)


@pytest.mark.parametrize("data", [b"SSH-2.0-x\r\n", b"220 mail", b"\x15\x03\x01\x00\x02", b"HTTP9"])
def test_who_does_not_speak_http_is_not_waited_for(data: bytes) -> None:
    """Kind: a peer of another protocol that says something and keeps the connection open."""
    with pytest.raises(http1.Broken, match="not HTTP"):
        http1.Incoming(LIMIT).feed(data)


@pytest.mark.parametrize("options", [b"disclose", b"x-close", b"closed"])
def test_only_the_word_closes(options: bytes) -> None:
    assert not read(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: %b\r\n\r\n" % options).closes


@pytest.mark.parametrize(("more", "excess"), [(b"", False), (b"HTTP/1.1 200 OK", True)])
def test_what_comes_after_an_answer_is_no_part_of_it(more: bytes, excess: bool) -> None:
    incoming = http1.Incoming(LIMIT)
    response = incoming.feed(b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nab" + more)
    assert response is not None
    assert (response.body, incoming.excess) == (b"ab", excess)


def test_header_that_comes_twice_is_joined() -> None:
    data = b"HTTP/1.1 401 \r\nWWW-Authenticate: Negotiate\r\nwww-authenticate: Basic\r\nContent-Length: 0\r\n\r\n"
    assert read(data).headers["www-authenticate"] == "Negotiate, Basic"


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"HTTP/1.1 200OK\r\nContent-Length: 0\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 099 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "not HTTP"),
        (b"HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 200 O\x1b[2JK\r\nContent-Length: 0\r\n\r\n", "not HTTP"),
        (b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 101 Switching\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "another protocol"),
        (b"HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 0\r\n\r\n", "control character"),
        (b"HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n", "control character"),
        (b"HTTP/1.1 200 OK\r\nX: a\nContent-Length: 9\r\nContent-Length: 0\r\n\r\n", "control character"),
        (b"HTTP/1.1 200 OK\r\nX: a\x7f\r\nContent-Length: 0\r\n\r\n", "control character"),
        (b"HTTP/1.1 200 OK\r\n X: a\r\nContent-Length: 0\r\n\r\n", "the name"),
        (b"HTTP/1.1 200 OK\r\nX\ty: a\r\nContent-Length: 0\r\n\r\n", "the name"),
        (b"HTTP/1.1 200 OK\r\n\xe4: a\r\nContent-Length: 0\r\n\r\n", "the name"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx", "Content-Length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1_0\r\n\r\n0123456789", "Content-Length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1 1\r\n\r\nx", "Content-Length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nx", "Content-Length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", "Content-Length"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n", "Transfer-Encoding"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "Transfer-Encoding"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: \r\n\r\n0\r\n\r\n", "Transfer-Encoding"),
        (CHUNKED + b"1;\x00\r\nx\r\n0\r\n\r\n", "chunk"),
        (CHUNKED + b"1;a=b\nc\r\nx\r\n0\r\n\r\n", "chunk"),
        (CHUNKED + b"1\nx\r\n0\r\n\r\n", "chunk"),
        (CHUNKED + b"0\r\nno colon here\r\n\r\n", "without a colon"),
        (CHUNKED + b"0\r\nX : a\r\n\r\n", "the name"),
        (CHUNKED + b"0\r\nX: a\x00\r\n\r\n", "control character"),
        (CHUNKED + b"1\r\nx", "cut off"),
        (CHUNKED + b"1\r\nx\r\n0\r\nX: y\r\n", "cut off|without"),
        (b"", "without an answer"),
        (b"\x00\xffgarbage", "not HTTP"),
        (b"SSH-2.0-x\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 2x0 OK\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "cut off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "cut off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nab", "Content-Length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\nab", "Content-Length"),
        (b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n", "without a colon"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n", "chunk"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n", "chunk"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nab\r\n0\r\n\r\n", "chunk"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0_2\r\nab\r\n0\r\n\r\n", "chunk"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+2\r\nab\r\n0\r\n\r\n", "chunk"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n 2\r\nab\r\n0\r\n\r\n", "chunk"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\nab\r\n0\r\n\r\n", "chunk"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", "chunk"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nab\r\n0\r\n\r\n", "chunk"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabXX0\r\n\r\n", "longer than it says"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "Transfer-Encoding"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
            "and a Content-Length",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nab", "the name"),
        (b"HTTP/1.1 200 OK\r\n: 2\r\n\r\nab", "the name"),
        (b"HTTP/1.1 200 OK\r\nX: a\r\n b: folded\r\nContent-Length: 2\r\n\r\nab", "the name"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nab", "Content-Length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2,\r\n\r\nab", "Content-Length"),
        (b"HTTP/1.1 100 \r\n\r\n" * 11, "interim"),
    ],
)
@pytest.mark.parametrize("read_by", [read, read_by_pywinrm], ids=["streams", "pywinrm"])
def test_what_is_no_http(data: bytes, words: str, read_by: Callable[[bytes], http1.Response]) -> None:
    """Kind: an answer that two readers take for two different ones (RFC 9112 11.1), on either pipe."""
    with pytest.raises((http1.Broken, IncompleteRead)) as refused:
        read_by(data)
    if isinstance(refused.value, http1.Broken):
        assert re.search(words, str(refused.value))
    else:
        assert words == "cut off"


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"200\r\n" + b"x" * 512 + b"\r\n200\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"a: b\r\n" * 1000,
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 101 + b"\r\n",
        b"HTTP/1.1 200 OK\r\na: " + b"b" * 70_000 + b"\r\n\r\n",
    ],
)
def test_more_than_anybody_wants(data: bytes) -> None:
    with pytest.raises(http1.Oversized):
        read(data)


@pytest.mark.parametrize("encoding", ["gzip", "DEFLATE", "identity, br"])
def test_nothing_is_unpacked(encoding: str) -> None:
    """Kind: an answer that unpacks to a thousand times its size."""
    with pytest.raises(http1.Encoded, match="Content-Encoding"):
        read(f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: 2\r\n\r\nab".encode())


class _Independent(BaseHTTPRequestHandler):
    """Python's own server; the path says which way it frames its answer."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        if self.path == "/length":
            self.send_header("Content-Length", str(len(body)))
        elif self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.mark.parametrize("framing", ["length", "chunked", "end"])
def test_an_independent_server_is_understood(framing: str) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Independent)
    threading.Thread(target=server.handle_request, daemon=True).start()
    port = server.server_address[1]
    with server, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(http1.Target(f"127.0.0.1:{port}", f"/{framing}").post(b"wall and roof"))
        incoming, response = http1.Incoming(LIMIT), None
        while response is None:
            data = client.recv(5)
            response = incoming.feed(data) if data else incoming.end()
    assert (response.status, response.body, response.closes) == (200, b"wall and roof", framing == "end")


def test_request() -> None:
    data = http1.Target("[fe80::1]:5985", "/wsman").post(b"ab", "text/plain", "Basic YTpi")
    head, body = data.split(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST /wsman HTTP/1.1",
        b"Host: [fe80::1]:5985",
        b"User-Agent: winfleet.activation",
        b"Connection: Keep-Alive",
        b"Content-Type: text/plain",
        b"Authorization: Basic YTpi",
        b"Content-Length: 2",
    ]
    assert body == b"ab"
