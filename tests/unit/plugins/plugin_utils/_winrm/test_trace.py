# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each exchange of either pipe is told: peer, step, status, bytes and time, and nothing of what is in it."""

from __future__ import annotations

import base64
import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm import trace
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session, context_for
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.trace import Exchange, step_of
from tests.lab_unit.wire.workshop import ADMINISTRATOR, HTTPS_PORT, Workshop

from .conftest import HttpServer, patient
from .stream.test_pipe import HOUSE, read
from .test_hostile_servers import over_a_stream, over_pywinrm
from .test_refusals import GOES_ON, HTML, OFFER, TOKEN, answer, by_turns

Serve = Callable[..., HttpServer]


@pytest.fixture
def told() -> Iterator[list[Exchange]]:
    heard: list[Exchange] = []
    trace.listen(heard.append)
    yield heard
    trace.listen(None)


def over_pywinrm_to(host: str, **changes: Any) -> None:
    target = patient(host, **changes)
    with Session(PywinrmPipe(target), context_for(target), target.label) as session:
        session.query(HOUSE)


def over_a_stream_to(host: str, **changes: Any) -> None:
    read(host, changes.pop("port", 15985), HOUSE, **changes)


WAYS = [over_pywinrm_to, over_a_stream_to]


@pytest.mark.parametrize("ask", WAYS)
def test_a_conversation_is_told(workshop: Workshop, told: list[Exchange], ask: Callable[..., None]) -> None:
    machine = workshop.machine()
    ask(machine.address)
    assert {one.peer for one in told} == {f"srv01 ({machine.address}:15985, ntlm)"}
    assert told[-1].status == 200
    assert told[-1].received > 500
    assert all(one.milliseconds >= 0 for one in told)
    steps = [one.step for one in told]
    assert "sign-in, first token" in steps
    assert any(step.startswith("sign-in, token") for step in steps)
    assert all(one.failure == "" for one in told)


@pytest.mark.parametrize("ask", WAYS)
def test_nothing_of_the_content_is_told(workshop: Workshop, told: list[Exchange], ask: Callable[..., None]) -> None:
    machine = workshop.machine(http=False, https=True, basic=True)
    changes = {"transports": ("basic",), "server_cert_validation": "ignore", "scheme": "https"}
    ask(machine.address, port=HTTPS_PORT, **changes)
    pair = base64.b64encode(f"{ADMINISTRATOR.user}:{ADMINISTRATOR.password}".encode()).decode()
    text = "\n".join(map(str, told))
    assert told
    for secret in (ADMINISTRATOR.password, pair, "Lab_House", "Envelope", "Owner", "Authorization", "Basic"):
        assert secret not in text
    for line in text.splitlines():
        assert re.fullmatch(
            r"srv01 \([0-9.]+:15986, basic\): message: HTTP 200, \d+ bytes sent, \d+ received, \d+\.\d ms", line
        )


@pytest.mark.parametrize("ask", [over_pywinrm, over_a_stream])
def test_what_a_stranger_says_is_not_told(serve: Serve, told: list[Exchange], ask: Callable[[Any], str]) -> None:
    server = serve(by_turns(OFFER, GOES_ON, answer("Negotiate", body=HTML)))
    ask(patient("127.0.0.1", server.port, scheme="http"))
    text = "\n".join(map(str, told))
    assert [one.status for one in told][-1] == 401
    assert told[-1].received == len(HTML)
    for said in (TOKEN, "away", "\x1b", "Negotiate"):
        assert said not in text


@pytest.mark.parametrize("ask", [over_pywinrm, over_a_stream])
def test_an_answer_that_fails_to_come_is_told_by_its_kind(
    serve: Serve, told: list[Exchange], ask: Callable[[Any], str]
) -> None:
    server = serve(lambda head, body: b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nsecret of the host: x\r\n\r\n")
    # However slow this machine is, the answer does not come.
    ask(patient("127.0.0.1", server.port, scheme="http", read_timeout=2, operation_timeout=1))
    assert [one.status for one in told] == [None] * len(told)
    assert told[-1].failure
    assert "secret" not in str(told[-1])
    assert "no answer (" in str(told[-1])


def test_nobody_who_listens_costs_nothing(workshop: Workshop) -> None:
    over_pywinrm_to(workshop.machine().address)
    assert trace.Stopwatch("peer", None, 0)._told


@pytest.mark.parametrize(
    ("authorization", "sent", "step"),
    [
        (None, 0, "sign-in, what is offered"),
        (None, 10, "message"),
        ("Basic eA==", 10, "message"),
        (b"Negotiate TlRMTVNTUAABAAAA", 0, "sign-in, first token"),
        ("NTLM TlRMTVNTUAABAAAA", 0, "sign-in, first token"),
        ("Negotiate TlRMTVNTUAADAAAA", 0, "sign-in, token"),
        ("Negotiate TlRMTVNTUAADAAAA", 10, "sign-in, token with a message"),
        ("Negotiate YII=", 0, "sign-in, token"),
        ("CredSSP FgMD", 0, "sign-in, first token"),
        ("CredSSP FwMD", 0, "sign-in, token"),
        ("http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual", 10, "message"),
    ],
)
def test_steps(authorization: str | bytes | None, sent: int, step: str) -> None:
    assert step_of(authorization, sent) == step


@pytest.mark.parametrize("ask", [over_pywinrm, over_a_stream])
def test_a_connection_that_does_not_come_about_is_told(told: list[Exchange], ask: Callable[[Any], str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    ask(patient("127.0.0.1", port, scheme="http"))
    assert [one.status for one in told] == [None]
