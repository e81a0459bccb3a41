# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the exceptions of pywinrm, requests and their kin become: which error, delivered or not, in what words."""

from __future__ import annotations

import importlib
import socket
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import (
    ConnectionLost,
    Misconfigured,
    NotAuthenticated,
    NotWsman,
    TimedOut,
    TlsError,
    WinrmError,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.failures import translation
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.failures.situation import Situation
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
from tests.lab_unit.wire.workshop import Workshop

from ..conftest import HttpServer, Impostor, RawServer, endpoint, raw

Serve = Callable[..., HttpServer]
ENVELOPE = "<s:Envelope/>"


def failure(port: int, **changes: Any) -> WinrmError:
    fields: dict[str, Any] = {
        "scheme": "http",
        "transports": ("basic",),
        "read_timeout": 2,
        "operation_timeout": 1,
        **changes,
    }
    with pytest.raises(WinrmError) as error:
        PywinrmPipe(endpoint(fields.pop("host", "127.0.0.1"), port, **fields)).exchange(ENVELOPE)
    return error.value


# pykerberos is needed to import these two.
WITH_KERBEROS = "winrm.vendor.requests_kerberos"


@pytest.mark.parametrize("name", [name for name in translation.TABLE if not name.startswith(WITH_KERBEROS)])
def test_every_name_in_the_table_is_a_class(name: str) -> None:
    module, _dot, attribute = name.rpartition(".")
    kind = getattr(importlib.import_module(module), attribute)
    assert issubclass(kind, BaseException)
    assert f"{kind.__module__}.{kind.__qualname__}" == name


def test_scheme_that_is_not_offered_is_told_from_a_wrong_password(serve: Serve) -> None:
    offers = serve(lambda head, body: raw("401 Unauthorized", WWW_Authenticate="Negotiate, Kerberos"))
    error = failure(offers.port)
    assert isinstance(error, NotAuthenticated)
    assert "does not accept HTTP Basic" in str(error)
    assert "offers Negotiate, Kerberos" in str(error)
    basic = serve(lambda head, body: raw("401 Unauthorized", WWW_Authenticate='Basic realm="WSMAN"'))
    assert "rejected the credentials" in str(failure(basic.port))


def test_client_certificate_that_is_rejected(serve: Serve, pem: str) -> None:
    server = serve(lambda head, body: raw("401 Unauthorized"), pem)
    fields = {"transports": ("certificate",), "cert_pem": pem, "cert_key_pem": pem, "server_cert_validation": "ignore"}
    assert "certmapping" in str(failure(server.port, scheme="https", **fields))


def test_names_on_a_certificate_that_does_not_match(serve: Serve, pem: str) -> None:
    server = serve(lambda head, body: raw("200 OK"), pem)
    error = failure(server.port, scheme="https", transports=("ssl",), ca_trust_path=pem)
    assert isinstance(error, TlsError)
    assert "other.example, alias.example" in str(error)
    assert server.heard == b""


def test_answer_that_stops_in_the_middle_is_a_timeout() -> None:
    def half(client: Any) -> None:
        client.recv(65536)
        client.sendall(b"HTTP/1.1 200 \r\nContent-Length: 999\r\n\r\n<s:Env")
        time.sleep(4)

    server = RawServer(half)
    error = failure(server.port)
    assert isinstance(error, TimedOut)
    assert error.maybe_delivered
    server.close()


def test_answer_that_is_cut_in_the_middle_is_a_lost_connection() -> None:
    def cut(client: Any) -> None:
        client.recv(65536)
        client.sendall(b"HTTP/1.1 200 \r\nContent-Length: 999\r\n\r\n<s:Env")

    server = RawServer(cut)
    error = failure(server.port)
    assert isinstance(error, ConnectionLost)
    assert (error.maybe_delivered, error.reused) == (True, False)
    server.close()


def test_silence_in_the_tls_handshake_is_known_to_have_delivered_nothing() -> None:
    server = RawServer(lambda client: time.sleep(4))
    error = failure(server.port, scheme="https", transports=("ssl",))
    assert isinstance(error, TimedOut)
    assert not error.maybe_delivered
    server.close()


def test_http_on_the_port_is_named(serve: Serve) -> None:
    server = serve(lambda head, body: raw("400 Bad Request"))
    error = failure(server.port, scheme="https", transports=("ssl",))
    assert isinstance(error, (TlsError, TimedOut))
    assert "https" in str(error)


@pytest.mark.parametrize(
    ("status", "delivered"),
    [("404 Not Found", False), ("405 No", False), ("502 Bad Gateway", True), ("503 Unavailable", False)],
)
def test_whether_a_gateway_may_have_passed_it_on(serve: Serve, status: str, delivered: bool) -> None:
    page = "<html><title>Stra\xdfensperre</title></html>".encode("latin-1")
    error = failure(serve(lambda head, body: raw(status, page, Content_Type="text/html")).port)
    assert isinstance(error, NotWsman)
    assert error.maybe_delivered is delivered


def test_fault_over_which_pywinrm_stumbles_reaches_the_codec(serve: Serve) -> None:
    fault = (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Detail><f:WSManFault '
        b'xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="none"/></s:Detail></s:Fault></s:Body>'
        b"</s:Envelope>"
    )
    server = serve(lambda head, body: raw("500 Internal Server Error", fault))
    pipe = PywinrmPipe(endpoint("127.0.0.1", server.port, scheme="http", transports=("basic",)))
    assert pipe.exchange(ENVELOPE) == fault
    pipe.close()


def test_file_that_is_not_there_is_named() -> None:
    error = failure(9, scheme="https", transports=("ssl",), ca_trust_path="/no/such.pem")
    assert isinstance(error, Misconfigured)
    assert "/no/such.pem" in str(error)
    assert "ansible_winrm_ca_trust_path" in str(error)


def test_failure_that_has_no_name_yet_is_told_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    from winrm.protocol import Protocol

    def strange(*_args: Any) -> bytes:
        raise RuntimeError("Tell-Nobody-1 does not parse")

    monkeypatch.setattr(Protocol, "send_message", strange)
    error = failure(9, password=Secret("Tell-Nobody-1"))
    assert "builtins.RuntimeError: *** does not parse" in str(error)
    assert error.__cause__ is None, "its text would show the password in a traceback"
    assert error.maybe_delivered


SEALED = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'


@pytest.mark.parametrize(
    "body",
    [
        b"--Encrypted Boundary\r\nnonsense--Encrypted Boundary--\r\n",
        b"--Encrypted Boundary\r\n\tOriginalContent: Length=5\r\n--Encrypted Boundary\r\nab--Encrypted Boundary--\r\n",
        b"--Encrypted Boundary\r\n\tOriginalContent: Length=x\r\n--Encrypted Boundary\r\nab--Encrypted Boundary--\r\n",
    ],
    ids=["one part", "no signature", "length in words"],
)
def test_sealed_answer_in_pieces_is_a_lost_connection(workshop: Workshop, body: bytes) -> None:
    impostor = Impostor(workshop.machine().address, raw("200 OK", body, Content_Type=SEALED))
    error = failure(impostor.port, transports=("ntlm",))
    assert isinstance(error, ConnectionLost)
    assert "malformed" in str(error)
    assert error.maybe_delivered
    impostor.close()


def test_bad_request_before_anything_was_sealed_is_not_called_out_of_step(serve: Serve) -> None:
    error = failure(serve(lambda head, body: raw("400 Bad Request")).port, transports=("ntlm",))
    assert isinstance(error, NotWsman)
    assert "HTTP 400" in str(error)


@pytest.mark.parametrize("kind", ["missing", "a folder", "not PEM"])
def test_client_certificate_that_cannot_be_used(serve: Serve, pem: str, tmp_path: Path, kind: str) -> None:
    """requests tells these apart from each other, but not from a network that failed."""
    path = tmp_path / "client.pem"
    if kind == "a folder":
        path.mkdir()
    elif kind == "not PEM":
        path.write_text("nothing of the sort")
    fields = {"cert_pem": str(path), "cert_key_pem": str(path), "server_cert_validation": "ignore"}
    server = serve(lambda head, body: raw("200 OK"), pem)
    error = failure(server.port, scheme="https", transports=("certificate",), **fields)
    assert isinstance(error, Misconfigured)
    assert "ansible_winrm_cert_pem" in str(error)
    assert not error.maybe_delivered


def test_proxy_is_asked_for_the_host(serve: Serve) -> None:
    proxy = serve(lambda head, body: raw("404 Not Found"))
    target = endpoint("srv01.corp.example", transports=("basic",), proxy=f"http://127.0.0.1:{proxy.port}")
    with pytest.raises(NotWsman):
        PywinrmPipe(target).exchange(ENVELOPE)
    assert proxy.heard.startswith(b"POST http://srv01.corp.example:15985/wsman HTTP/1.1")


def test_proxy_of_the_environment_is_taken_or_left(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(lambda head, body: raw("404 Not Found"))
    server = serve(lambda head, body: raw("404 Not Found"))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    failure(server.port, proxy=None)
    assert server.heard
    assert proxy.heard == b""
    with warnings.catch_warnings():
        # pywinrm says once that it will stop looking there.
        warnings.simplefilter("ignore", DeprecationWarning)
        failure(server.port, proxy="legacy_requests")
    assert b"POST http://127.0.0.1" in proxy.heard


def test_no_message_shows_the_objects_of_a_library(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for changes in ({}, {"proxy": f"http://127.0.0.1:{port}"}):
        text = str(failure(port, **changes))
        assert "onnection refused" in text or "was refused" in text
        for part in ("object at 0x", "HTTPConnection", "Errno", "Max retries"):
            assert part not in text


@pytest.mark.parametrize("origin", ["ansible_winrm_proxy", "http_proxy"])
def test_a_proxy_is_named_with_where_it_came_from(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    """Kind: a failure of something in between that is told as if it were the host's."""
    proxy = "http://someone:Proxy-Secret-1@127.0.0.1:9"
    fields = {"proxy": proxy} if origin == "ansible_winrm_proxy" else {}
    if not fields:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.delenv("no_proxy", raising=False)
    said = str(failure(9, host="srv01.corp.example", **fields))
    assert "the proxy 127.0.0.1:9 did not connect to the host" in said
    assert origin in said
    assert "Proxy-Secret-1" not in said


@pytest.mark.parametrize("kind", [ConnectionResetError, BrokenPipeError, ConnectionAbortedError])
def test_a_reset_that_no_library_caught_is_a_lost_connection(kind: type[OSError]) -> None:
    situation = Situation(endpoint("127.0.0.1"), "ntlm", sent=True)
    error = translation.translate(situation, kind(104, "Connection reset by peer"))
    assert isinstance(error, ConnectionLost)
    assert error.maybe_delivered
