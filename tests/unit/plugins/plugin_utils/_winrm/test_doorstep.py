# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is seen of a listener without an account, and that nothing of the account is shown to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.doorstep import Doorstep, look
from tests.lab_unit.wire.workshop import HTTPS_PORT, Workshop

from .conftest import HttpServer, RawServer, endpoint, http_answer, raw

Serve = Callable[..., HttpServer]

NOWHERE = "127.79.0.1"


def test_a_listener_over_http(workshop: Workshop) -> None:
    machine = workshop.machine()
    seen = look(endpoint(machine.address))
    assert seen.answered
    assert seen.offers == ("Negotiate",)
    assert seen.identity is not None
    assert (seen.identity.vendor, seen.identity.os) == ("Microsoft Corporation", "0.0.0")
    assert seen.certificate is None
    assert "bad_password" not in machine.kinds()


def test_a_listener_over_tls_that_nobody_would_trust(serve: Serve, pem: str) -> None:
    server = serve(lambda head, body: raw("401 ", WWW_Authenticate='Negotiate, Kerberos, Basic realm="WSMAN"'), pem)
    seen = look(endpoint("localhost", server.port, scheme="https"))
    assert seen.offers == ("Negotiate", "Kerberos", "Basic")
    assert seen.identity is None
    certificate = seen.certificate
    assert certificate is not None
    assert (certificate.subject, certificate.issuer) == ("CN=other.example", "CN=other.example")
    assert certificate.names == ("other.example", "alias.example")
    now = datetime.now(timezone.utc)
    assert certificate.not_before < now < certificate.not_after < now + timedelta(2)


def test_tls_of_the_lab(workshop: Workshop) -> None:
    machine = workshop.machine(http=False, https=True)
    seen = look(endpoint(machine.address, HTTPS_PORT))
    assert seen.certificate is not None
    assert machine.address in seen.certificate.names
    assert seen.identity is not None


def test_nothing_of_the_account_is_shown(serve: Serve) -> None:
    server = serve(lambda head, body: raw("401 ", WWW_Authenticate="Negotiate"))
    look(endpoint("127.0.0.1", server.port, username="somebody", transports=("basic",)))
    assert b"IdentifyResponse" not in server.heard
    assert b"Identify" in server.heard
    assert b"Authorization" not in server.heard
    assert b"somebody" not in server.heard


@pytest.mark.parametrize(
    "answer",
    [
        raw("200 OK", b"<html>", Content_Type="text/html"),
        raw("200 OK", b"<!DOCTYPE a>"),
        raw("200 OK", b"x" * 200_000),
        raw("404 Not Found"),
        raw("503 "),
    ],
    ids=["html", "doctype", "too long", "404", "503"],
)
def test_something_else_answers(serve: Serve, answer: bytes) -> None:
    seen = look(endpoint("127.0.0.1", serve(lambda head, body: answer).port))
    assert seen == Doorstep(answered=True)


def test_a_listener_that_closes_after_each_answer() -> None:
    server = RawServer(http_answer("401 "))
    try:
        assert look(endpoint("127.0.0.1", server.port)) == Doorstep(answered=True)
        assert server.connections == 2
    finally:
        server.close()


@pytest.mark.parametrize("said", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 " + b"9" * 70_000])
def test_what_is_no_http_is_no_answer(said: bytes) -> None:
    server = RawServer(lambda client: (client.recv(65536), client.sendall(said))[1])
    try:
        assert look(endpoint("127.0.0.1", server.port)) == Doorstep()
    finally:
        server.close()


def test_nobody_there() -> None:
    assert look(endpoint(NOWHERE)) == Doorstep()
    assert look(endpoint("no-such-host.invalid")) == Doorstep()


def test_plain_text_where_tls_is_expected(serve: Serve) -> None:
    server = serve(lambda head, body: raw("400 "))
    assert look(endpoint("127.0.0.1", server.port, scheme="https")) == Doorstep()


def test_behind_a_proxy_nobody_looks(serve: Serve) -> None:
    server = serve(lambda head, body: raw("401 "))
    assert look(endpoint("127.0.0.1", server.port, proxy="http://proxy.example:3128")) == Doorstep()
    assert server.heard == b""
