# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several transports in one list, and Kerberos, whose library is stood in for: it has to be compiled."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
import winrm.transport

from ansible_collections.winfleet.activation.plugins.plugin_utils._operations import fleet
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm import kerberos
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Kinit
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import (
    Misconfigured,
    NotAuthenticated,
    Proof,
    SignInWithheld,
    WinrmError,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream import negotiate
from tests.lab_unit.wire.workshop import Workshop

from .conftest import HttpServer, RawServer, patient, raw
from .stream.test_pipe import HOUSE, read
from .test_refusals import GOES_ON, OFFER, answer, by_turns, proofs_in

Serve = Callable[..., HttpServer]


class NoTicket:
    """A context of Kerberos for which there is no ticket."""

    complete = False

    def step(self, _token: bytes | None) -> bytes:
        raise ValueError("Server not found in Kerberos database")


@pytest.fixture
def no_ticket(monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = negotiate.Credentials.context

    def context(self: Any, target: Any, transport: str, *rest: Any) -> Any:
        return NoTicket() if transport == "kerberos" else genuine(self, target, transport, *rest)

    monkeypatch.setattr(negotiate.Credentials, "context", context)


@pytest.mark.usefixtures("no_ticket")
def test_streams_go_on_to_the_next_transport_without_a_ticket(workshop: Workshop) -> None:
    machine = workshop.machine()
    (rows, again), shared = read(machine.address, 15985, HOUSE, HOUSE, transports=("kerberos", "ntlm"))
    assert rows == again
    assert len(rows) == 1
    # The second question does not ask for a ticket again.
    assert shared.traffic.connections == 2


@pytest.mark.usefixtures("no_ticket")
def test_streams_step_down_to_nothing_that_can_be_read(serve: Serve) -> None:
    server = serve(lambda head, body: raw("200 OK"))
    with pytest.raises(Misconfigured, match="would send everything in the clear"):
        read("127.0.0.1", server.port, HOUSE, scheme="http", transports=("kerberos", "basic"))
    assert server.heard == b""


@pytest.mark.usefixtures("no_ticket")
def test_streams_say_why_the_only_transport_is_in_vain(serve: Serve) -> None:
    server = serve(lambda head, body: raw("200 OK"))
    with pytest.raises(Misconfigured, match="Kerberos gave no ticket for HTTP/127"):
        read("127.0.0.1", server.port, HOUSE, scheme="http", transports=("kerberos",))


def test_a_refusal_is_the_end_of_the_list(serve: Serve) -> None:
    server = serve(by_turns(OFFER, GOES_ON, OFFER))
    with pytest.raises(NotAuthenticated, match="rejected the credentials"):
        read("127.0.0.1", server.port, HOUSE, scheme="http", transports=("ntlm", "ntlm"))
    assert server.heard.count(b"POST") == 2


# --- Kerberos over pywinrm, in threads


class FakeAuth(requests.auth.AuthBase):
    """pywinrm's way to sign in by Kerberos: its first token goes with the first request."""

    winrm_encryption_available = False
    #: KRB5CCNAME whenever the library looks for a ticket.
    caches: list[str | None]

    def __init__(self, **_settings: Any) -> None:
        self.header = ""

    def generate_request_header(self, *_unused: Any, **_settings: Any) -> str:
        self.caches.append(os.environ.get("KRB5CCNAME"))
        return "Negotiate AAAA"

    def __call__(self, request: Any) -> Any:
        request.headers["Authorization"] = self.generate_request_header(None, "srv01", is_preemptive=True)
        return request


@pytest.fixture
def kerberized(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Names the caches that were looked into. kinit always gets a ticket."""
    FakeAuth.caches = []
    monkeypatch.setattr(winrm.transport, "HAVE_KERBEROS", True)
    monkeypatch.setattr(winrm.transport, "HTTPKerberosAuth", FakeAuth, raising=False)
    monkeypatch.setattr(winrm.transport, "REQUIRED", 1, raising=False)
    monkeypatch.setattr(kerberos, "_run_kinit", lambda *_unused: None)
    monkeypatch.delenv("KRB5CCNAME", raising=False)
    return FakeAuth.caches


def by_kerberos(port: int, **changes: Any) -> PywinrmPipe:
    settings = {"scheme": "http", "transports": ("kerberos",), "message_encryption": "never"}
    return PywinrmPipe(patient("127.0.0.1", port, kinit=Kinit("managed"), **{**settings, **changes}))


def test_nobody_waits_for_the_host_of_another(kerberized: list[str | None], serve: Serve) -> None:
    """Kind: a lock is held while a host is waited for (the environment is one for all threads)."""
    asked, let_go = threading.Event(), threading.Event()

    def silent(client: Any) -> None:
        client.recv(65536)
        asked.set()
        let_go.wait(80)

    stuck, lively = RawServer(silent), serve(lambda head, body: raw("200 OK", b"<s:Envelope/>"))
    pipes = [by_kerberos(stuck.port), by_kerberos(lively.port)]

    def ask_the_stuck_one() -> None:
        with pytest.raises(WinrmError):
            pipes[0].exchange("<a/>")

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(ask_the_stuck_one)
        assert asked.wait(80)
        # Were the lock held, this would wait for the stuck one, and it for us.
        assert pipes[1].exchange("<a/>") == b"<s:Envelope/>"
        let_go.set()
        waiting.result(100)
    for pipe in pipes:
        pipe.close()
    stuck.close()
    assert len(set(kerberized)) == len(kerberized) == 2
    assert all(cache and cache.startswith("FILE:") for cache in kerberized)
    assert "KRB5CCNAME" not in os.environ


def test_each_message_finds_the_ticket(kerberized: list[str | None], serve: Serve) -> None:
    pipe = by_kerberos(serve(lambda head, body: raw("200 OK", b"<s:Envelope/>")).port)
    for _unused in range(3):
        pipe.exchange("<a/>")
    pipe.close()
    assert len(set(kerberized)) == 1


# --- what an error over pywinrm tells the guard of the account


@pytest.mark.parametrize(
    ("answers", "proof"),
    [
        ((answer(),), Proof.NOT_SHOWN),
        ((OFFER,), Proof.NOT_SHOWN),
        ((answer(status="502 Bad Gateway"),), Proof.NOT_SHOWN),
        ((OFFER, GOES_ON, OFFER), Proof.REFUSED),
        ((OFFER, GOES_ON, answer(status="502 Bad Gateway")), Proof.UNJUDGED),
        ((OFFER, GOES_ON, answer(status="403 Forbidden")), Proof.UNJUDGED),
        ((OFFER, GOES_ON, answer(status="503 Service Unavailable")), Proof.UNJUDGED),
        ((OFFER, GOES_ON, answer(status="200 OK", body=b"<html>")), Proof.UNJUDGED),
    ],
)
def test_what_became_of_the_proof(serve: Serve, answers: tuple[bytes, ...], proof: Proof) -> None:
    server = serve(by_turns(*answers))
    pipe = PywinrmPipe(patient("127.0.0.1", server.port, scheme="http"))
    with pytest.raises(WinrmError) as error:
        pipe.exchange("<a/>")
    pipe.close()
    assert error.value.proof is proof


def test_a_host_that_has_answered_knows_the_account(serve: Serve) -> None:
    answers = iter([raw("200 OK", b"<s:Envelope/>"), raw("502 Bad Gateway")])
    server = serve(lambda head, body: next(answers))
    pipe = PywinrmPipe(patient("127.0.0.1", server.port, scheme="http", transports=("basic",)))
    pipe.exchange("<a/>")
    with pytest.raises(WinrmError) as error:
        pipe.exchange("<a/>")
    pipe.close()
    assert error.value.proof is Proof.ACCEPTED


@pytest.mark.parametrize("speaks", [True, False], ids=["streams", "threads"])
@pytest.mark.parametrize("status", ["502 Bad Gateway", "403 Forbidden", "401 Unauthorized", "200 OK"])
def test_a_proof_that_nobody_accepts_is_shown_to_a_few(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, speaks: bool, status: str
) -> None:
    """Kind: an answer that proves nothing keeps no place in the guard, and the whole fleet is shown the password."""
    monkeypatch.setattr(fleet.Shared, "speaks_to", lambda self, endpoint: speaks)
    server = serve(by_turns(OFFER, GOES_ON, answer("Negotiate", status=status, body=b"<html></html>")))
    account = {"scheme": "http", "username": "CORP\\admin"}
    hosts = [patient("127.0.0.1", server.port, inventory_name=f"web{number}", **account) for number in range(12)]
    rows: list[fleet.Row[Any]] = []
    fleet.survey(iter(hosts), fleet.Bounds(refusals=3), rows.append)
    assert proofs_in(server.heard) == 3
    assert sum(isinstance(row.outcome, SignInWithheld) for row in rows) == 9


@pytest.mark.parametrize("speaks", [True, False], ids=["streams", "threads"])
def test_hosts_that_were_shown_nothing_hold_nobody_up(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, speaks: bool
) -> None:
    monkeypatch.setattr(fleet.Shared, "speaks_to", lambda self, endpoint: speaks)
    server = serve(by_turns(answer("Basic")))
    account = {"scheme": "http", "username": "CORP\\admin"}
    hosts = [patient("127.0.0.1", server.port, inventory_name=f"web{number}", **account) for number in range(12)]
    rows: list[fleet.Row[Any]] = []
    fleet.survey(iter(hosts), fleet.Bounds(refusals=3), rows.append)
    assert not any(isinstance(row.outcome, SignInWithheld) for row in rows)
