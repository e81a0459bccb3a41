# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All machines of a lab on their sockets, in one process and one event loop.

A machine costs its listening sockets and nothing else until somebody connects: its service and its certificate are
made then.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress

from .authentication import Authenticator, CredentialStore
from .certificates import Authority, common_name
from .connection import Connection, before_tls, reset
from .host import Host
from .wsman import Service

_BACKLOG = 128
_HANDSHAKE_SECONDS = 10.0


class ListenError(Exception):
    """A machine's address and port cannot be bound."""


class Listener:
    """Serves every host on its own address; hosts without HTTP and HTTPS are not reachable at all."""

    def __init__(self, hosts: Iterable[Host], authority: Authority | None = None) -> None:
        self._hosts = list(hosts)
        self.authority = authority or Authority()
        self._store: CredentialStore | None = None
        self._servers: list[asyncio.Server] = []
        self._services: dict[str, Service] = {}
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Bind every socket; on failure nothing stays bound."""
        self._store = CredentialStore()
        try:
            for host in self._hosts:
                await self._bind(host)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close every socket and end every connection."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        connections = list(self._connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        if self._store is not None:
            self._store.close()
            self._store = None

    async def _bind(self, host: Host) -> None:
        if host.winrm.http:
            await self._listen(host, host.winrm.http_port, tls=False)
        if host.winrm.https:
            await self._listen(host, host.winrm.https_port, tls=True)

    async def _listen(self, host: Host, port: int, *, tls: bool) -> None:
        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._accept(host, reader, writer, tls=tls)

        try:
            family = socket.AF_INET6 if ":" in host.address else socket.AF_INET
            server = await asyncio.start_server(accept, host.address, port, backlog=_BACKLOG, family=family)
        except OSError as error:
            raise ListenError(
                f"{host.name}: cannot listen on {host.address}:{port}: {error.strerror or error}. "
                "Is another lab running on this address?"
            ) from error
        self._servers.append(server)

    async def _accept(
        self, host: Host, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, tls: bool
    ) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        try:
            await self._serve(host, reader, writer, tls=tls)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    async def _serve(
        self, host: Host, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, tls: bool
    ) -> None:
        if not host.winrm.running:
            reset(writer)
            return
        if host.winrm.blackhole:
            await reader.read()
            return
        channel_hash, certificate_name = None, ""
        if tls:
            if not await before_tls(host, reader, writer):
                return
            identity = self.authority.identity(host)
            channel_hash = identity.channel_hash
            try:
                await writer.start_tls(identity.context, ssl_handshake_timeout=_HANDSHAKE_SECONDS)
            except (OSError, ssl.SSLError):
                return  # the client does not like the certificate
            certificate_name = common_name(writer.get_extra_info("peercert"))
        if self._store is None:
            return
        authenticator = Authenticator(host, self._store, tls, channel_hash, certificate_name)
        await Connection(self._service(host), reader, writer, authenticator).serve()

    def _service(self, host: Host) -> Service:
        service = self._services.get(host.address)
        if service is None:
            service = self._services[host.address] = Service(host)
        return service
