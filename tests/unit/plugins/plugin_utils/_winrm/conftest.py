# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines of the lab behind a tap that hears every byte, for the tests of the pipe."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session, context_for
from tests.lab_unit.wire.workshop import ADMINISTRATOR, HTTP_PORT, HTTPS_PORT, FakeHost, Workshop
from tests.surroundings import without_surroundings


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    without_surroundings(monkeypatch)


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    with Workshop() as shop:
        yield shop


class Tap:
    """A TCP relay in front of a machine. ``heard`` is everything the client said, by connection."""

    def __init__(self, address: str, port: int = HTTP_PORT) -> None:
        self._target = (address, port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.heard: list[bytearray] = []
        self._sockets: list[socket.socket] = []
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _peer = self._server.accept()
                heard = bytearray()
                self.heard.append(heard)
                self._sockets.append(client)
                server = socket.create_connection(self._target, timeout=60)
                self._sockets.append(server)
                if self._closed:
                    self.close()
                    return
                threading.Thread(target=self._relay, args=(client, server, heard), daemon=True).start()
                threading.Thread(target=self._relay, args=(server, client, None), daemon=True).start()

    @staticmethod
    def _relay(source: socket.socket, sink: socket.socket, heard: bytearray | None) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if heard is not None:
                    heard += data
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    @property
    def everything(self) -> bytes:
        return b"".join(map(bytes, self.heard))

    def close(self) -> None:
        self._closed = True
        for one in [self._server, *self._sockets]:
            one.close()


class Impostor:
    """Relays the sign-in to a machine, then answers the first sealed request in its place; ``answered`` counts them."""

    def __init__(self, address: str, answer: bytes) -> None:
        self._target = (address, HTTP_PORT)
        self._answer = answer
        self.answered = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _peer = self._server.accept()
                with client, socket.create_connection(self._target, timeout=10) as machine:
                    self._stand_between(client, machine)

    def _stand_between(self, client: socket.socket, machine: socket.socket) -> None:
        while said := client.recv(65536):
            if b"session-encrypted" in said:
                self.answered += 1
                client.sendall(self._answer)
                return
            machine.sendall(said)
            client.sendall(machine.recv(65536))

    def close(self) -> None:
        self._server.close()


Answer = Callable[[socket.socket], None]


class RawServer:
    """A TCP server that does with each connection what the test says; ``connections`` counts them."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _peer = self._server.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            self._answer(client)

    def close(self) -> None:
        self._server.close()


Reply = Callable[[str, bytes], bytes]


class HttpServer:
    """HTTP/1.1 with connections that live on: ``reply`` gets head and body of each request and gives raw bytes.

    ``heard`` is everything that was said to it. With a certificate it speaks TLS.
    """

    def __init__(self, reply: Reply, certificate: str | None = None) -> None:
        self._reply = reply
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
        if self._context is not None and certificate is not None:
            self._context.load_cert_chain(certificate)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.heard = b""
        self._clients: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _peer = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            if self._context is not None:
                client = self._context.wrap_socket(client, server_side=True)
            self._clients.append(client)
            with client, client.makefile("rb") as stream:
                while head := self._head(stream):
                    found = re.search(r"(?i)\r\ncontent-length: *(\d+)", head)
                    body = stream.read(int(found[1]) if found else 0)
                    self.heard += head.encode("latin-1") + body
                    client.sendall(self._reply(head, body))

    @staticmethod
    def _head(stream: Any) -> str:
        lines = []
        while (line := stream.readline()) not in (b"", b"\r\n"):
            lines.append(line.decode("latin-1"))
        return "".join(lines)

    def close(self) -> None:
        for one in [self._server, *self._clients]:
            with contextlib.suppress(OSError):
                one.close()


def raw(status: str, body: bytes = b"", **headers: str) -> bytes:
    """One HTTP answer as bytes."""
    fields = {"Content-Type": "application/soap+xml;charset=UTF-8", "Content-Length": str(len(body))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + body


@pytest.fixture(scope="session")
def pem(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A key and a self-signed certificate for other.example in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "other.example")])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    names = x509.SubjectAlternativeName([x509.DNSName("other.example"), x509.DNSName("alias.example")])
    certificate = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("pem") / "both.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    )
    return str(path)


@pytest.fixture
def serve() -> Iterator[Callable[..., HttpServer]]:
    """Starts servers that end with the test."""
    servers: list[HttpServer] = []

    def start(reply: Reply, certificate: str | None = None) -> HttpServer:
        servers.append(HttpServer(reply, certificate))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def http_answer(status: str, body: bytes = b"", kind: str = "text/html") -> Answer:
    """One HTTP answer to whatever comes, then the end."""

    def answer(client: socket.socket) -> None:
        client.recv(65536)
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        client.sendall(head.encode() + body)

    return answer


def endpoint(host: str, port: int = HTTP_PORT, **changes: Any) -> Endpoint:
    fields: dict[str, Any] = {
        "inventory_name": "srv01",
        "host": host,
        "port": port,
        "scheme": "https" if port == HTTPS_PORT else "http",
        "transports": ("ntlm",),
        "username": ADMINISTRATOR.user,
        "password": Secret(ADMINISTRATOR.password),
        "read_timeout": 5,
        "operation_timeout": 3,
    }
    return Endpoint(**{**fields, **changes})


def patient(host: str, port: int = HTTP_PORT, **changes: Any) -> Endpoint:
    """An endpoint for what must not depend on how fast the machine is."""
    return endpoint(host, port, **{"read_timeout": 90, "operation_timeout": 30, **changes})


def session(machine: FakeHost, **changes: Any) -> Session:
    target = endpoint(machine.address, **changes)
    return Session(PywinrmPipe(target), context_for(target), target.label)
