# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a listener shows before anybody signs in: its certificate, that it is WinRM, and which sign-ins it offers.

DSP0226 and MS-WSMV on Identify (``WSMANIDENTIFY``), RFC 9110 11.6.1. Nothing of the account is sent, so the certificate
is looked at and not judged; whoever signs in judges it.
"""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from urllib.request import getproxies

from .._wsman.errors import WsmanError
from .._wsman.identify import Identify, Identity
from . import http1
from .certificate import Certificate, read_certificate
from .challenge import schemes_offered
from .endpoint import Endpoint
from .proxies import is_proxied

_SECONDS = 10.0
_PIECE = 64 * 1024
# Of a page that says what answers here instead of WinRM.
_LONGEST_ANSWER = 1024 * 1024
# An invalid name is a ValueError, whatever resolver looks at it.
_FAILURES = (OSError, ValueError)


@dataclass(frozen=True)
class Doorstep:
    """What was seen. Everything is empty where the listener did not show it.

    ``answered`` is whether anything spoke HTTP there at all.
    """

    answered: bool = False
    offers: tuple[str, ...] = ()
    identity: Identity | None = None
    certificate: Certificate | None = None


def look(endpoint: Endpoint) -> Doorstep:
    """See what there is to see, in no more than ten seconds for each question. Behind a proxy that is nothing.

    Raises nothing.
    """
    if is_proxied(endpoint, getproxies()):
        return Doorstep()
    door = _Door(endpoint)
    if not door.opens():
        return Doorstep()
    conversation = Identify()
    question = (conversation.next_request() or "").encode()
    identified, refusal = door.ask(question, "WSMANIDENTIFY: unauthenticated\r\n"), door.ask(b"")
    door.close()
    return Doorstep(
        answered=identified is not None or refusal is not None,
        offers=schemes_offered(refusal.headers.get("www-authenticate", "")) if refusal else (),
        identity=_identity(conversation, identified.body) if identified and identified.status == 200 else None,
        certificate=door.certificate,
    )


class _Door:
    """A connection for questions without an account; a new one after each that the listener does not keep."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._request = http1.Target(endpoint.host_header, endpoint.request_target)
        self._seconds = min(_SECONDS, float(endpoint.connect_timeout or _SECONDS))
        self._socket: socket.socket | None = None
        self.certificate: Certificate | None = None

    def opens(self) -> bool:
        """Whether there is a connection, with TLS if need be."""
        try:
            self._socket = self._connected()
        except _FAILURES:
            return False
        if isinstance(self._socket, ssl.SSLSocket):
            shown = self._socket.getpeercert(binary_form=True)
            self.certificate = read_certificate(shown) if shown else None
        return True

    def ask(self, body: bytes, header: str = "") -> http1.Response | None:
        """The answer to one request; None where none came in time."""
        if self._socket is None:
            self.opens()
        connected = self._socket
        if connected is None:
            return None
        try:
            response, excess = self._asked(connected, body, header)
        except (*_FAILURES, http1.Broken, http1.Oversized, http1.Encoded):
            self.close()
            return None
        if response.closes or excess:
            self.close()
        return response

    def close(self) -> None:
        """Close the connection."""
        connected, self._socket = self._socket, None
        if connected is not None:
            connected.close()

    def _connected(self) -> socket.socket:
        connected = socket.create_connection((self._endpoint.address, self._endpoint.port), self._seconds)
        if self._endpoint.scheme != "https":
            return connected
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with connected:
            # On success the socket is detached from this object.
            return context.wrap_socket(connected, server_hostname=self._endpoint.server_name)

    def _asked(self, connected: socket.socket, body: bytes, header: str) -> tuple[http1.Response, bool]:
        deadline = time.monotonic() + self._seconds
        connected.settimeout(self._seconds)
        connected.sendall(self._request.post(body, more=header))
        incoming = http1.Incoming(_LONGEST_ANSWER)
        response = None
        while response is None:
            # One deadline for all of it: a timeout of each read would never pass for one who sends drop by drop.
            connected.settimeout(max(0.001, deadline - time.monotonic()))
            data = connected.recv(_PIECE)
            response = incoming.feed(data) if data else incoming.end()
            if response is None and time.monotonic() > deadline:
                raise TimeoutError
        return response, incoming.excess


def _identity(conversation: Identify, body: bytes) -> Identity | None:
    try:
        conversation.receive(body)
    except WsmanError:
        return None
    return conversation.identity
