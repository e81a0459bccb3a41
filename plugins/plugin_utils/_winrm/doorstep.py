# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a listener shows before anybody signs in: its certificate, that it is WinRM, and which sign-ins it offers.

DSP0226 and MS-WSMV on Identify (``WSMANIDENTIFY``), RFC 9110 11.6.1. Nothing of the account is sent, so the certificate
is looked at and not judged; whoever signs in judges it.
"""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass
from urllib.request import getproxies

from .._wsman.errors import WsmanError
from .._wsman.identify import Identify, Identity
from .certificate import Certificate, read_certificate
from .endpoint import Endpoint
from .http1 import SOAP_TYPE
from .stream_shared import is_proxied
from .translation import schemes_offered

_SECONDS = 10.0
_LONGEST_ANSWER = 64 * 1024
_FAILURES = (OSError, http.client.HTTPException)


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
    """See what there is to see. Behind a proxy that is nothing. Raises nothing."""
    if is_proxied(endpoint, getproxies()):
        return Doorstep()
    connection = _connection(endpoint)
    try:
        connection.connect()
        certificate = _certificate(connection)
    except _FAILURES:
        connection.close()
        return Doorstep()
    conversation = Identify()
    question = conversation.next_request() or ""
    status, body, _unused = _asked(connection, endpoint, question, {"WSMANIDENTIFY": "unauthenticated"})
    refusal, _unused_body, offers = _asked(connection, endpoint, "", {})
    connection.close()
    return Doorstep(
        answered=status is not None or refusal is not None,
        offers=offers,
        identity=_identity(conversation, body) if status == 200 else None,
        certificate=certificate,
    )


def _connection(endpoint: Endpoint) -> http.client.HTTPConnection:
    seconds = min(_SECONDS, float(endpoint.connect_timeout or _SECONDS))
    if endpoint.scheme != "https":
        return http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=seconds)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(endpoint.host, endpoint.port, timeout=seconds, context=context)


def _asked(
    connection: http.client.HTTPConnection, endpoint: Endpoint, body: str, headers: dict[str, str]
) -> tuple[int | None, bytes, tuple[str, ...]]:
    """Status, body and offered schemes of an answer; no status where none came."""
    try:
        connection.request("POST", endpoint.path, body.encode(), {"Content-Type": SOAP_TYPE, **headers})
        response = connection.getresponse()
        answer = response.read(_LONGEST_ANSWER)
    except _FAILURES:
        # The next question takes a connection of its own.
        connection.close()
        return None, b"", ()
    if not response.isclosed():
        connection.close()
    schemes = ", ".join(response.headers.get_all("WWW-Authenticate") or ())
    return response.status, answer, schemes_offered(schemes)


def _identity(conversation: Identify, body: bytes) -> Identity | None:
    try:
        conversation.receive(body)
    except WsmanError:
        return None
    return conversation.identity


def _certificate(connection: http.client.HTTPConnection) -> Certificate | None:
    if not isinstance(connection.sock, ssl.SSLSocket):
        return None
    shown = connection.sock.getpeercert(binary_form=True)
    return read_certificate(shown) if shown else None
