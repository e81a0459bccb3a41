# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that refuse a sign-in in every way: either pipe shows them the same, and says the same of it.

And nothing blames the password where it was not shown.
"""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session, context_for
from tests.lab_unit.wire.workshop import HTTP_PORT, Workshop

from .conftest import HttpServer, Reply, patient
from .stream.test_pipe import HOUSE, read
from .test_hostile_servers import over_a_stream, over_pywinrm

Serve = Callable[..., HttpServer]

NEGOTIATE, AUTHENTICATE = b"NTLMSSP\0\x01", b"NTLMSSP\0\x03"


def _challenge() -> str:
    """A CHALLENGE_MESSAGE as Windows sends it (MS-NLMP 2.2.1.2)."""
    name = "SRV01".encode("utf-16-le")
    pairs = b"".join(
        struct.pack("<HH", kind, len(value)) + value for kind, value in ((2, name), (1, name), (7, bytes(8)))
    )
    pairs += bytes(4)
    fields = struct.pack("<HHI", len(name), len(name), 56) + struct.pack("<I", 0xE2898235) + b"12345678" + bytes(8)
    fields += struct.pack("<HHI", len(pairs), len(pairs), 56 + len(name)) + b"\x0a\0\x61\x4a\0\0\0\x0f"
    return base64.b64encode(b"NTLMSSP\0" + struct.pack("<I", 2) + fields + name + pairs).decode("ascii")


TOKEN = _challenge()


def answer(*challenges: str, status: str = "401 Unauthorized", body: bytes = b"", more: str = "") -> bytes:
    lines = "".join(f"WWW-Authenticate: {challenge}\r\n" for challenge in challenges)
    head = f"HTTP/1.1 {status}\r\n{lines}{more}Content-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode("latin-1") + body


HANGS_UP = b"an end without an answer"


def by_turns(*answers: bytes) -> Reply:
    """What to say to nothing of the account, to a first message of NTLM, and to a proof."""

    def reply(head: str, _body: bytes) -> bytes:
        shown = re.search(r"(?i)\r\nauthorization: (\S+) ?(\S*)", head)
        turn = 0
        if shown is not None:
            proof = shown[1].lower() == "basic" or AUTHENTICATE in base64.b64decode(shown[2])
            turn = 2 if proof else 1
        said = answers[min(turn, len(answers) - 1)]
        if said is HANGS_UP:
            raise ConnectionAbortedError
        return said

    return reply


OFFER, GOES_ON = answer("Negotiate"), answer(f"Negotiate {TOKEN}")
HTML = b"<html><title>Go\x1b[31m away</title></html>"
BASIC = 'Basic realm="WSMAN"'

UNUSUAL = (201, 202, 204, 206, 405, 408, 411, 413, 421, 429, 501, 502, 504, 511, 599, 600, 999)

SERVERS: dict[str, Reply] = {
    "no header": by_turns(answer()),
    "no header, a page": by_turns(answer(body=HTML)),
    "offers, and no more": by_turns(OFFER),
    "a page instead of a challenge": by_turns(OFFER, answer("Negotiate", body=HTML)),
    "refuses the proof": by_turns(OFFER, GOES_ON, answer()),
    "refuses the proof and offers": by_turns(OFFER, GOES_ON, OFFER),
    "refuses the proof, a page": by_turns(OFFER, GOES_ON, answer("Negotiate", body=HTML)),
    "refuses the proof, an envelope": by_turns(OFFER, GOES_ON, answer("Negotiate", body=b"<s:Envelope/>")),
    "several headers": by_turns(answer("Negotiate", BASIC), GOES_ON, answer("Negotiate", BASIC)),
    "several in one": by_turns(answer(f"Kerberos, Negotiate, {BASIC}"), GOES_ON, OFFER),
    "small letters": by_turns(answer("negotiate"), answer(f"negotiate {TOKEN}"), answer("negotiate")),
    "NTLM alone": by_turns(answer("NTLM"), answer(f"NTLM {TOKEN}"), answer("NTLM")),
    "Basic alone": by_turns(answer(BASIC)),
    "Kerberos alone": by_turns(answer("Kerberos")),
    "CredSSP alone": by_turns(answer("CredSSP")),
    "Bearer alone": by_turns(answer("Bearer")),
    "a token in quotes": by_turns(answer('Digest realm="x", nonce="a, Negotiate abcd"')),
    "a token that is none": by_turns(OFFER, answer("Negotiate !!!!")),
    "a token of something else": by_turns(OFFER, answer("Negotiate AAAA")),
    "closes before the challenge": by_turns(answer("Negotiate", more="Connection: close\r\n"), OFFER),
    "closes with the challenge": by_turns(OFFER, answer(f"Negotiate {TOKEN}", more="Connection: close\r\n")),
    "takes the proof, forgets it": by_turns(OFFER, GOES_ON, answer(status="200 OK")),
    "forbids": by_turns(answer(status="403 Forbidden")),
    "forbids after the proof": by_turns(OFFER, GOES_ON, answer(status="403 Forbidden")),
    "says it is a proxy": by_turns(answer(status="407 No", more="Proxy-Authenticate: NTLM\r\n")),
    "says it is a proxy after the proof": by_turns(OFFER, GOES_ON, answer(status="407 No")),
    "takes anybody": by_turns(answer(status="200 OK", body=HTML)),
    "leads astray": by_turns(answer(status="302 Found", more="Location: http://127.0.0.1:1/\r\n")),
    "cannot read it": by_turns(answer(status="400 Bad Request")),
    "cannot read the proof": by_turns(OFFER, GOES_ON, answer(status="400 Bad Request")),
    "is elsewhere": by_turns(answer(status="404 Not Found", body=HTML)),
    "fails": by_turns(OFFER, GOES_ON, answer(status="500 Internal Server Error")),
    "is busy": by_turns(answer(status="503 Service Unavailable")),
    "offers, and closes": by_turns(OFFER, answer("Negotiate", more="Connection: close\r\n")),
    "NTLM alone, and closes": by_turns(answer("NTLM"), answer("NTLM", more="Connection: close\r\n")),
    "Basic alone, and closes": by_turns(answer(BASIC, more="Connection: close\r\n")),
    "a scheme in a realm": by_turns(answer('Basic realm="Negotiate, NTLM"')),
    "a scheme in quotes": by_turns(answer('"Negotiate"')),
    "a scheme with a sign": by_turns(answer("Negotiate=")),
    "an envelope to anybody": by_turns(answer(status="200 OK", body=b"<s:Envelope/>")),
    "an envelope without 200": by_turns(answer(status="202 Accepted", body=b"<s:Envelope/>")),
    "an interim answer and a page": by_turns(answer(status="199 Wait", body=HTML)),
    "hangs up": by_turns(HANGS_UP),
    "hangs up after the proof": by_turns(OFFER, GOES_ON, HANGS_UP),
    "speaks something else": by_turns(b"220 mail.example ESMTP\r\n"),
    "speaks something else, without a line": by_turns(b"\x15\x03\x01\x00\x02\x02\x28"),
    **{f"{status} at once": by_turns(answer(status=f"{status} X", body=HTML)) for status in UNUSUAL},
    **{f"{status} after the proof": by_turns(OFFER, GOES_ON, answer(status=f"{status} X")) for status in UNUSUAL},
}


def proofs_in(heard: bytes) -> int:
    """How many times an account was shown."""
    shown = re.findall(rb"(?i)\r\nauthorization: (\S+) ?(\S*)", heard)
    return sum(kind.lower() == b"basic" or AUTHENTICATE in base64.b64decode(token) for kind, token in shown)


@pytest.mark.parametrize("transport", ["ntlm", "basic"])
@pytest.mark.parametrize("name", SERVERS)
def test_both_pipes_show_and_say_the_same(serve: Serve, name: str, transport: str) -> None:
    told = []
    for ask in (over_pywinrm, over_a_stream):
        server = serve(SERVERS[name])
        said = ask(patient("127.0.0.1", server.port, scheme="http", transports=(transport,)))
        proofs = proofs_in(server.heard)
        assert proofs <= 1, "shown more than once"
        if transport == "ntlm" and not proofs:
            assert "rejected the credentials" not in said
            assert "ansible_password" not in said
        assert "not known yet" not in said
        # The codec judges what comes with a 200.
        assert "\x1b" not in said or name == "takes anybody"
        told.append((proofs, re.sub(r"\d+ bytes", "some bytes", said.replace(str(server.port), "PORT"))))
    assert told[0] == told[1]


# --- a sign-in by another name


class Renamer:
    """Relays to a machine, but calls Negotiate something else on its way."""

    def __init__(self, address: str, name: bytes) -> None:
        self._target, self._name = (address, HTTP_PORT), name
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _peer = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        machine = socket.create_connection(self._target, timeout=10)
        threading.Thread(target=self._pass_on, args=(machine, client, self._to_client), daemon=True).start()
        self._pass_on(client, machine, self._to_machine)

    def _to_machine(self, said: bytes) -> bytes:
        # Who does not use the name is not understood.
        strange = said.replace(b"Authorization: Negotiate", b"X-Unknown: Negotiate")
        return strange.replace(b"Authorization: " + self._name, b"Authorization: Negotiate")

    def _to_client(self, said: bytes) -> bytes:
        return said.replace(b"Negotiate", self._name)

    @staticmethod
    def _pass_on(source: socket.socket, sink: socket.socket, change: Callable[[bytes], bytes]) -> None:
        with source, sink, contextlib.suppress(OSError):
            while said := source.recv(65536):
                sink.sendall(change(said))

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def renamer(workshop: Workshop) -> Iterator[Renamer]:
    relay = Renamer(workshop.machine().address, b"NTLM")
    yield relay
    relay.close()


def test_ntlm_by_its_own_name(renamer: Renamer) -> None:
    (rows, again), shared = read("127.0.0.1", renamer.port, HOUSE, HOUSE, scheme="http")
    assert rows == again
    assert len(rows) == 1
    # One to find out, one that is kept.
    assert shared.traffic.connections == 2


def test_ntlm_by_its_own_name_over_pywinrm(renamer: Renamer) -> None:
    target = patient("127.0.0.1", renamer.port, scheme="http")
    with Session(PywinrmPipe(target), context_for(target), target.label) as session:
        assert len(session.query(HOUSE)) == 1


def test_a_pinned_connection_is_not_signed_in_anew(serve: Serve) -> None:
    """The seal is broken: the message must not go out again under a new sign-in, nor the account be shown again."""
    server = serve(SERVERS["takes the proof, forgets it"])
    over_pywinrm(patient("127.0.0.1", server.port, scheme="http"))
    assert server.heard.count(b"Content-Type: multipart/encrypted") == 1
    assert proofs_in(server.heard) == 1


def test_kinds_of_tokens() -> None:
    """What this file takes for a challenge is one: spnego answers it."""
    spnego: Any = pytest.importorskip("spnego")
    context = spnego.client("me", "secret", protocol="ntlm")
    assert NEGOTIATE in context.step()
    assert AUTHENTICATE in context.step(base64.b64decode(TOKEN))
