# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP 401 is worded by what had been sent before it, and alike by both pipes."""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import ConnectionLost
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.failures.sign_in import (
    shows_account,
    unauthorized,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.failures.situation import Situation
from tests.lab_unit.wire.workshop import HTTP_PORT, Workshop

from ..conftest import HttpServer, RawServer, endpoint, raw
from ..test_hostile_servers import over_a_stream, over_pywinrm

Serve = Callable[..., HttpServer]
Ask = Callable[[Any], str]

BOTH = pytest.mark.parametrize("ask", [over_pywinrm, over_a_stream])


def ntlm(kind: int, prefix: bytes = b"") -> str:
    return "Negotiate " + base64.b64encode(prefix + b"NTLMSSP\0" + bytes([kind, 0, 0, 0]) + b"more").decode()


@pytest.mark.parametrize(
    ("authorization", "shows"),
    [
        ("", False),
        ("Negotiate", False),
        (ntlm(1), False),
        (ntlm(3), True),
        (ntlm(1, b"\x60\x40spnego"), False),
        (ntlm(3, b"\xa1\x40spnego"), True),
        ("Negotiate YIIGkerberos", True),
        ("Kerberos YIIG", True),
        ("CredSSP FgMB", False),
        ("CredSSP FwMB", True),
        ("Basic YTpi", True),
    ],
)
def test_whether_an_account_was_shown(authorization: str, shows: bool) -> None:
    assert shows_account(authorization) is shows


@BOTH
def test_no_way_to_sign_in_is_offered(serve: Serve, ask: Ask) -> None:
    """Kind: a message that blames a password which nobody has seen."""
    said = ask(endpoint("127.0.0.1", serve(lambda head, body: raw("401 No")).port, scheme="http"))
    assert "offers no way to sign in (no WWW-Authenticate); no credentials were shown to it" in said
    assert "ansible_password" not in said


@BOTH
def test_the_sign_in_does_not_go_on(serve: Serve, ask: Ask) -> None:
    server = serve(lambda head, body: raw("401 No", WWW_Authenticate="Negotiate"))
    said = ask(endpoint("127.0.0.1", server.port, scheme="http"))
    assert "ansible_password" not in said
    assert "rejected the credentials" not in said


@BOTH
def test_basic_without_an_offer_can_be_read_in_two_ways(serve: Serve, ask: Ask) -> None:
    server = serve(lambda head, body: raw("401 No"))
    said = ask(endpoint("127.0.0.1", server.port, scheme="http", transports=("basic",)))
    assert "rejected the credentials" in said
    assert "offers no way to sign in, so Basic may be disabled" in said


@BOTH
def test_messages_that_are_not_sealed_are_named_first(workshop: Workshop, ask: Ask) -> None:
    said = ask(endpoint(workshop.machine().address, HTTP_PORT, message_encryption="never"))
    assert "HTTP 401" in said
    assert 0 < said.index("AllowUnencrypted") < said.index("message_encryption: never")
    assert "ansible_password" not in said[: said.index("AllowUnencrypted")]


def test_a_sealed_message_that_is_refused_blames_nobody() -> None:
    error = unauthorized(Situation(endpoint("srv01"), "ntlm", sent=True, reused=True), ("Negotiate",), None)
    assert isinstance(error, ConnectionLost)
    assert (error.maybe_delivered, error.reused) == (False, True)
    assert "ansible_password" not in str(error)


@BOTH
@pytest.mark.parametrize("transport", ["ntlm", "basic"])
@pytest.mark.parametrize("reset", [False, True])
def test_a_cut_before_tls_stands_is_no_exchange(ask: Ask, transport: str, reset: bool) -> None:
    """Kind: the stage of a failure. So ends a handshake with a host that speaks nothing newer than TLS 1.1."""

    def answer(client: socket.socket) -> None:
        client.recv(1 if reset else 65536)

    server = RawServer(answer)
    said = ask(endpoint("127.0.0.1", server.port, scheme="https", transports=(transport,)))
    server.close()
    assert "broke during the TLS handshake" in said
    assert "TLS 1.2" in said
