# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines of the lab behind a tap that hears every byte, for the tests of the pipe."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm_pipe import PywinrmPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session, context_for
from tests.lab_unit.wire.workshop import ADMINISTRATOR, HTTP_PORT, HTTPS_PORT, FakeHost, Workshop


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies and certificate bundles of the surroundings stay outside."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


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
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _peer = self._server.accept()
                heard = bytearray()
                self.heard.append(heard)
                server = socket.create_connection(self._target, timeout=10)
                self._sockets += [client, server]
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
        for one in [self._server, *self._sockets]:
            one.close()


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
                with client, contextlib.suppress(OSError):
                    self._answer(client)

    def close(self) -> None:
        self._server.close()


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


def session(machine: FakeHost, **changes: Any) -> Session:
    target = endpoint(machine.address, **changes)
    return Session(PywinrmPipe(target), context_for(target), target.label)
