# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The asynchronous pipe with Kerberos: a real KDC, real tickets, and sealed messages."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import spnego
from spnego.exceptions import SpnegoError

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.async_session import AsyncSession
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Kinit, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import Misconfigured, TransportUnusable
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import context_for
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.pipe import StreamPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.shared import Shared

from .kerberos import Realm, realm

HOST, ADDRESS, KDC = "srv01.corp.example", "127.77.0.2", "127.77.0.3"
PASSWORD = "Ticket-Please-1"
_DATA = b"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
_END = b"--Encrypted Boundary--\r\n"
_REPLY = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"'
    ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header><a:RelatesTo>{message}</a:RelatesTo></s:Header>'
    "<s:Body><n:EnumerateResponse><n:EnumerationContext/><w:Items><w:XmlFragment><Name>{principal}</Name>"
    "</w:XmlFragment></w:Items><w:EndOfSequence/></n:EnumerateResponse></s:Body></s:Envelope>"
)


class Machine(BaseHTTPRequestHandler):
    """A WinRM service that takes Kerberos inside Negotiate, seals, and answers every query with who asked."""

    protocol_version = "HTTP/1.1"
    context: Any = None
    sign_ins = 0

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        offered = self.headers.get("Authorization")
        if offered is None:
            return self._sealed(body) if self.context is not None else self._answer(401, negotiate="Negotiate")
        self.context = spnego.server(hostname=HOST, service="http", protocol="kerberos")
        try:
            token = self.context.step(base64.b64decode(offered.split(" ", 1)[1]))
        except SpnegoError:
            return self._answer(401, negotiate="Negotiate")
        Machine.sign_ins += 1
        return self._answer(200, negotiate=f"Negotiate {base64.b64encode(token or b'').decode()}")

    def _sealed(self, body: bytes) -> None:
        data = body[body.index(_DATA) + len(_DATA) : -len(_END)]
        (size,) = struct.unpack_from("<I", data)
        request = self.context.unwrap_winrm(data[4 : 4 + size], data[4 + size :])
        found = re.search(rb"MessageID>([^<]*)<", request)
        assert found
        reply = _REPLY.format(message=found[1].decode(), principal=self.context.client_principal).encode()
        sealed = self.context.wrap_winrm(reply)
        kind = "application/HTTP-SPNEGO-session-encrypted"
        original = f"type=application/soap+xml;charset=UTF-8;Length={len(reply) + sealed.padding_length}"
        head = f"--Encrypted Boundary\r\n\tContent-Type: {kind}\r\n\tOriginalContent: {original}\r\n".encode()
        framed = head + _DATA + struct.pack("<I", len(sealed.header)) + sealed.header + sealed.data + _END
        self._answer(200, framed, f'multipart/encrypted;protocol="{kind}";boundary="Encrypted Boundary"')

    def _answer(self, status: int, body: bytes = b"", kind: str = "text/plain", negotiate: str = "") -> None:
        self.send_response(status)
        if negotiate:
            self.send_header("WWW-Authenticate", negotiate)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def corp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Realm, int]]:
    """A realm with an administrator, and the port of a machine in it."""
    with realm(tmp_path_factory.mktemp("realm") / "kdc", KDC, "CORP.EXAMPLE") as here:
        here.principal("fleetadmin", PASSWORD)
        here.principal(f"HTTP/{HOST}")
        keytab: Path = here.keytab(f"HTTP/{HOST}")
        added = {"KRB5_CONFIG": here.environment["KRB5_CONFIG"], "KRB5_KTNAME": f"FILE:{keytab}"}
        before = {name: os.environ.get(name) for name in added}
        os.environ.update(added)
        server = ThreadingHTTPServer((ADDRESS, 0), Machine)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield here, server.server_address[1]
        server.shutdown()
        server.server_close()
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def endpoint(port: int, **changes: Any) -> Endpoint:
    fields: dict[str, Any] = {
        "inventory_name": "srv01",
        "host": ADDRESS,
        "port": port,
        "scheme": "http",
        "transports": ("kerberos",),
        "username": "fleetadmin@CORP.EXAMPLE",
        "password": Secret(PASSWORD),
        "kerberos_hostname_override": HOST,
        "kinit": Kinit("managed", env=("KRB5_CONFIG",)),
    }
    return Endpoint(**{**fields, **changes})


def read(targets: list[Endpoint]) -> tuple[list[Any], Shared]:
    """Who the machine says has asked, for each endpoint; all at once."""

    async def one(target: Endpoint, shared: Shared) -> Any:
        assert shared.speaks_to(target)
        pipe = StreamPipe(target, shared)
        try:
            session = AsyncSession(pipe, context_for(target), target.label)
            return [(await session.query("SELECT Name FROM Lab"))[0].get("Name") for _unused in range(3)]
        finally:
            pipe.close()

    async def run() -> tuple[list[Any], Shared]:
        shared = Shared()
        try:
            return list(await asyncio.gather(*(one(target, shared) for target in targets))), shared
        finally:
            shared.close()

    return asyncio.run(run())


def test_password_becomes_one_ticket_for_all(corp: tuple[Realm, int]) -> None:
    _here, port = corp
    answers, shared = read([endpoint(port) for _unused in range(5)])
    assert answers == [["fleetadmin@CORP.EXAMPLE"] * 3] * 5
    # A sign-in and three messages each.
    assert shared.traffic.requests == 20
    assert len(shared._tickets) == 1


def test_ticket_that_is_there_is_used(corp: tuple[Realm, int], monkeypatch: pytest.MonkeyPatch) -> None:
    here, port = corp
    here.principal("reader")
    monkeypatch.setenv("KRB5CCNAME", here.ticket("reader", here.keytab("reader")))
    (answers,), _shared = read([endpoint(port, username=None, password=None, kinit=None)])
    assert set(answers) == {"reader@CORP.EXAMPLE"}


def test_wrong_password_asks_the_kdc_once(corp: tuple[Realm, int]) -> None:
    _here, port = corp
    before = Machine.sign_ins
    wrong = endpoint(port, password=Secret("Somebody-Else-1"))
    with pytest.raises(Misconfigured, match="kinit got no ticket") as refusal:
        read([wrong])
    assert "Somebody-Else-1" not in str(refusal.value)
    assert Machine.sign_ins == before


def test_machine_that_the_realm_does_not_know(corp: tuple[Realm, int]) -> None:
    _here, port = corp
    with pytest.raises(TransportUnusable, match=r"HTTP/nobody\.corp\.example"):
        read([endpoint(port, kerberos_hostname_override="nobody.corp.example")])
