# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipe for thousands of hosts at once: asyncio under the same envelopes.

Rules of this file:

- One pipe is one host, one TCP connection and one security context. After any failure the connection is dropped.
- An envelope is sent once. What may have reached the host says so (``maybe_delivered``), and whether to ask again is
  decided by who knows what it does (``pumping``). So what changes a host never travels with a sign-in, which a host may
  want to have by itself.
- Only connecting is tried again, a few times. A refused sign-in never is: each one counts against the lockout.
- An answer that comes readably on a sealed connection is not believed.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import re
import socket
import ssl
from typing import Any

from ..._wsman import uris
from ..certificate import NAMES_TIMEOUT, names_on
from ..endpoint import Endpoint
from ..errors import NotAuthenticated, TransportUnusable, WinrmError
from ..failures.answer import not_unsealed, read_timeout
from ..failures.connection import connect_timeout, connection_lost, name_unknown, no_route, refused
from ..failures.local import local_file
from ..failures.situation import Situation
from ..failures.translation import is_another_name, translate
from ..trace import Stopwatch
from ..transports import none_usable, refuse_step_down
from . import sealing, tls
from .connection import Connection
from .line import JointRefused, Line, OtherScheme
from .shared import Shared

# What may travel with the last token of a sign-in. All other actions change something or run something.
_READS = frozenset({uris.ENUMERATE_ACTION, uris.PULL_ACTION, uris.RELEASE_ACTION, uris.GET_ACTION})
_ACTION = re.compile(r"<a:Action[^>]*>([^<]*)</a:Action>")

# Seconds before connecting is tried again: a host that is just busy resets or refuses.
_PAUSES = (0.2, 1.0)

# Two classes up to Python 3.10, one later.
_TIMEOUTS = (asyncio.TimeoutError, TimeoutError)


def _only_reads(request: str) -> bool:
    found = _ACTION.search(request)
    return found is not None and found[1] in _READS


class StreamPipe:
    """One host. Connects with the first request, and anew with the first one after a failure."""

    def __init__(self, endpoint: Endpoint, shared: Shared) -> None:
        self._endpoint = endpoint
        self._shared = shared
        # Those that are left to be tried; one, once it has worked.
        self._transports = endpoint.transports
        self._transport = endpoint.transports[0]
        # What the sign-in is called on this host.
        self._scheme = "Negotiate"
        self._line: Line | None = None
        self._refusal: WinrmError | None = None
        # From the first look for an address until the host has taken the connection; TLS comes after that.
        self._connecting = False

    @property
    def label(self) -> str:
        """The host, and the transport once one has worked."""
        return self._endpoint.label_with("/".join(self._transports))

    async def exchange(self, request: str, *, timeout: float | None = None) -> bytes:
        """Send one envelope; the answer's body, be it a result or a SOAP fault. Raises a WinrmError.

        ``timeout`` raises the time to wait for this answer.
        """
        if self._refusal is not None:
            raise type(self._refusal)(*self._refusal.args)
        content = request.encode("utf-8")
        try:
            body = await self._exchanged(content, joint=_only_reads(request), timeout=timeout)
        except asyncio.CancelledError:
            self._drop()
            raise
        except Exception as exc:
            names = await self._names_shown() if is_another_name(exc) else ()
            failure = exc if isinstance(exc, WinrmError) else self._renamed(exc, names)
            self._drop()
            if isinstance(failure, NotAuthenticated):
                self._refusal = failure
            # No chain: the objects of libraries in it hold the account.
            raise failure from None
        if self._line is not None and self._line.closes:
            self._drop()
        return body

    def close(self) -> None:
        """Close the connection."""
        self._drop()

    @property
    def _situation(self) -> Situation:
        if self._line is not None:
            return self._line.situation
        tls = self._endpoint.scheme == "https" and not self._connecting
        return Situation(self._endpoint, self._transport, timeout=self._endpoint.read_timeout, handshake=tls)

    def _renamed(self, exc: Exception, names: tuple[str, ...]) -> WinrmError:
        situation = dataclasses.replace(self._situation, names=lambda: names)
        if self._connecting:
            return _not_connected(situation, exc)
        timed_out = self._line.expired if self._line is not None else isinstance(exc, _TIMEOUTS)
        return read_timeout(situation) if timed_out else _broken(situation, exc)

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.abort()

    async def _exchanged(self, content: bytes, *, joint: bool, timeout: float | None) -> bytes:
        unusable: list[TransportUnusable] = []
        for transport in self._transports:
            refuse_step_down(self._endpoint, transport, unusable)
            self._transport = transport
            try:
                body = await self._exchanged_on_line(content, joint=joint, timeout=timeout)
            except TransportUnusable as exc:
                # It says so before anything was sent on it.
                self._drop()
                unusable.append(exc)
                continue
            self._transports = (transport,)
            return body
        raise none_usable(self._endpoint, unusable)

    async def _exchanged_on_line(self, content: bytes, *, joint: bool, timeout: float | None) -> bytes:
        # Each other form is for once, and takes a connection of its own: a sign-in was begun on this one.
        while True:
            if self._line is None:
                self._line = await self._connected()
            try:
                return await self._line.send(content, joint=joint, timeout=timeout)
            except JointRefused:
                joint = False
            except OtherScheme as other:
                self._scheme = other.scheme
            self._drop()

    # --- connecting

    async def _connected(self) -> Line:
        watch = Stopwatch(self._endpoint.label_with(self._transport), None, 0, "connection")
        try:
            return await self._opened()
        except BaseException as failure:
            watch.failed(failure)
            raise

    async def _opened(self) -> Line:
        context = self._tls_context()
        for pause in (*_PAUSES, None):
            try:
                connected = await self._socket()
                break
            except (ConnectionRefusedError, ConnectionResetError):
                if pause is None:
                    raise
            await asyncio.sleep(pause)
        self._shared.traffic.connections += 1
        self._connecting = False
        host = self._endpoint.server_name if context else None
        loop = asyncio.get_running_loop()
        opening = loop.create_connection(Connection, sock=connected, ssl=context, server_hostname=host)
        try:
            # Without TLS there is nothing to wait for.
            _unused, connection = await asyncio.wait_for(opening, self._endpoint.read_timeout if context else None)
        except BaseException:
            connected.close()
            raise
        return Line(self._endpoint, self._transport, self._shared, connection, self._scheme)

    def _tls_context(self) -> ssl.SSLContext | None:
        if self._endpoint.scheme != "https":
            return None
        try:
            return self._shared.tls.of(self._endpoint, self._transport)
        except (OSError, tls.EncryptedKey) as exc:
            raise local_file(self._situation, str(exc)) from None

    async def _names_shown(self) -> tuple[str, ...]:
        """The names on the host's certificate, from a second look at it in which nothing is sent."""
        anybody = dataclasses.replace(self._endpoint, server_cert_validation="ignore")
        try:
            connected = await self._socket()
            with connected:
                context = self._shared.tls.of(anybody, "ntlm")
                opening = asyncio.get_running_loop().create_connection(
                    asyncio.Protocol, sock=connected, ssl=context, server_hostname=self._endpoint.server_name
                )
                shown, _unused = await asyncio.wait_for(opening, NAMES_TIMEOUT)
                der = shown.get_extra_info("ssl_object").getpeercert(binary_form=True)
                shown.abort()
        except (OSError, *_TIMEOUTS):
            # Only the wording of an error is at stake.
            return ()
        finally:
            self._connecting = False
        return names_on(der)

    async def _socket(self) -> socket.socket:
        """A socket connected to the first address of the host that takes it."""
        loop, endpoint = asyncio.get_running_loop(), self._endpoint
        self._connecting = True
        failure: Exception | None = None
        for family, address in await self._addresses():
            made = socket.socket(family, socket.SOCK_STREAM)
            try:
                made.setblocking(False)
                patience = endpoint.connect_timeout or endpoint.read_timeout
                await asyncio.wait_for(loop.sock_connect(made, address), patience)
            except (OSError, *_TIMEOUTS) as exc:
                made.close()
                failure = failure or exc
            except BaseException:
                made.close()
                raise
            else:
                return made
        raise failure or OSError("the name has no address")

    async def _addresses(self) -> list[tuple[socket.AddressFamily, Any]]:
        host, port = self._endpoint.address, self._endpoint.port
        for family in (socket.AF_INET, socket.AF_INET6):
            # An address with a zone (fe80::1%eth0) is for the resolver.
            with contextlib.suppress(OSError, ValueError):
                socket.inet_pton(family, host)
                return [(family, (host, port))]
        found = await self._shared.threads.run(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        return [(family, address) for family, _kind, _protocol, _name, address in found]


def _not_connected(situation: Situation, exc: Exception) -> WinrmError:
    """Renames what went wrong before the host took the connection."""
    if isinstance(exc, socket.gaierror):
        return name_unknown(situation)
    if isinstance(exc, _TIMEOUTS):
        return connect_timeout(situation)
    if isinstance(exc, ConnectionRefusedError):
        return refused(situation)
    if isinstance(exc, ConnectionError):
        return connection_lost(situation, exc.strerror or exc)
    if isinstance(exc, OSError):
        return no_route(situation, exc.strerror or str(exc))
    return translate(situation, exc)


def _broken(situation: Situation, exc: Exception) -> WinrmError:
    """Renames what went wrong on a connection. What is not told apart here is in the table of ``translation``."""
    if isinstance(exc, sealing.NotOpened):
        return not_unsealed(situation, exc)
    if isinstance(exc, OSError) and not isinstance(exc, ssl.SSLError):
        return connection_lost(situation, exc.strerror or type(exc).__name__)
    return translate(situation, exc)
