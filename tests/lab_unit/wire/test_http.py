# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP as WinRM speaks it: paths, lengths, keep-alive, encodings, sizes."""

from __future__ import annotations

import base64
import http.client
import socket

import pytest

from .client import NS, SOAP_TYPE, Pywinrm, envelope, post, query
from .workshop import ADMINISTRATOR, HTTP_PORT, WMI, FakeCim, FakeHost, Workshop

LAMPS = query("SELECT * FROM Lab_Lamp")
TOKEN = base64.b64encode(f"Administrator:{ADMINISTRATOR.password}".encode()).decode()
BASIC = {"Authorization": f"Basic {TOKEN}"}


@pytest.fixture
def host(workshop: Workshop) -> FakeHost:
    return workshop.machine(basic=True, allow_unencrypted=True, stack="2.0")


def raw(host: FakeHost, data: bytes) -> bytes:
    with socket.create_connection((host.address, HTTP_PORT), timeout=5) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_status_line_and_headers(host: FakeHost) -> None:
    response = post(host, LAMPS.encode(), BASIC)
    assert (response.status, response.reason) == (200, "")
    assert response.headers["Content-Type"] == SOAP_TYPE
    assert response.headers["Server"] == "Microsoft-HTTPAPI/2.0"


def test_blank_post_after_authentication(host: FakeHost) -> None:
    response = post(host, b"", BASIC)
    assert (response.status, response.headers["Content-Length"]) == (200, "0")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/wsman", 200), ("/WSMAN", 200), ("/wsman/", 200), ("/wsman?PSVersion=5.1", 200), ("/", 404), ("/wsmanx", 404)],
)
def test_paths(host: FakeHost, path: str, status: int) -> None:
    response = post(host, LAMPS.encode(), BASIC, path)
    assert response.status == status
    if status == 404:
        assert response.headers["Content-Type"].startswith("text/html")
        assert host.last("http_error")["status"] == 404


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /wsman HTTP/1.1\r\nHost: x\r\n\r\n", b"411"),
        (b"POST /wsman HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (b"POST /wsman HTTP/1.1\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"hello\r\n\r\n", b"400"),
        (b"POST /wsman HTTP/1.1\r\nno colon\r\n\r\n", b"400"),
        (b"GET /wsman HTTP/1.1\r\nHost: x\r\n\r\n", b"405"),
        (b"POST /wsman HTTP/1.1\r\nX: " + b"y" * 70000 + b"\r\n\r\n", b"400"),
    ],
)
def test_malformed_http(host: FakeHost, head: bytes, status: bytes) -> None:
    assert raw(host, head).split(b" ")[1] == status


def test_half_a_request(host: FakeHost) -> None:
    assert raw(host, b"POST /wsman HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc") == b""


@pytest.mark.parametrize(
    "body",
    [
        b"<not xml",
        b"<html/>",
        b"\xff\xfe\x00",
        b'<!DOCTYPE s [<!ENTITY e "x">]><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>',
    ],
)
def test_a_body_that_is_no_envelope(host: FakeHost, body: bytes) -> None:
    response = post(host, body, BASIC)
    assert response.status == 400
    assert response.body == b""  # type: ignore[attr-defined]


def test_keep_alive_and_close(host: FakeHost) -> None:
    connection = http.client.HTTPConnection(host.address, HTTP_PORT, timeout=5)
    for _unused in range(3):
        connection.request("POST", "/wsman", LAMPS, {"Content-Type": SOAP_TYPE, **BASIC})
        response = connection.getresponse()
        response.read()
        assert connection.sock is not None
    connection.request("POST", "/wsman", LAMPS, {"Content-Type": SOAP_TYPE, "Connection": "close", **BASIC})
    response = connection.getresponse()
    response.read()
    assert response.headers["Connection"] == "close"
    connection.close()


def test_continue(host: FakeHost) -> None:
    body = LAMPS.encode()
    head = (
        f"POST /wsman HTTP/1.1\r\nAuthorization: Basic {TOKEN}\r\nContent-Type: {SOAP_TYPE}\r\n"
        f"Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    answer = raw(host, head.encode() + body)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 \r\n")


def test_utf_16(host: FakeHost) -> None:
    body = f'<?xml version="1.0" encoding="utf-16"?>{LAMPS}'.encode("utf-16")
    response = post(host, body, {**BASIC, "Content-Type": "application/soap+xml;charset=UTF-16"})
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/soap+xml;charset=UTF-16"
    assert "EnumerateResponse" in response.body.decode("utf-16")  # type: ignore[attr-defined]


def test_an_xml_declaration_is_accepted(host: FakeHost) -> None:
    assert post(host, b'<?xml version="1.0" encoding="utf-8"?>\n' + LAMPS.encode(), BASIC).status == 200


def test_a_request_larger_than_the_server_allows(host: FakeHost) -> None:
    response = post(host, b"x" * 200_000, BASIC)
    assert response.status == 413
    assert host.last("http_error")["status"] == 413


def test_a_large_request_below_the_limit(host: FakeHost) -> None:
    padded = LAMPS + "<!--" + "x" * 140_000 + "-->"
    assert post(host, padded.encode(), BASIC).status == 200


def test_an_answer_obeys_the_limit_of_the_server(workshop: Workshop) -> None:
    cim = FakeCim(bricks=30, brick_size=10_000)
    with Pywinrm(workshop.machine(cim=cim, stack="2.0", max_envelope_kb=64)) as client:
        answer = client.protocol.send_message(query("SELECT * FROM Lab_Brick", size=5_000_000))
    assert 50_000 < len(answer) <= 64 * 1024


def test_faults_are_500(host: FakeHost) -> None:
    response = post(host, envelope("urn:nothing", f"{WMI}/Lab_Lamp").encode(), BASIC)
    assert response.status == 500
    assert f'xmlns:s="{NS["s"]}"'.encode() in response.body  # type: ignore[attr-defined]
