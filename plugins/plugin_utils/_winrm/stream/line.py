# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection of the asynchronous pipe: the sign-in, then one message after the other, then its first failure."""

from __future__ import annotations

import base64
import contextlib
from typing import Any

from .. import http1
from ..bounds import body_limit
from ..challenge import schemes_offered, token_of
from ..endpoint import BASIC_TRANSPORTS, Endpoint
from ..errors import WinrmError
from ..failures.answer import http_status, looks_like_soap, redirected, unsealed
from ..failures.sign_in import (
    handshake_refused,
    message_refused,
    no_ticket,
    not_signed_in,
    token_unreadable,
    unauthorized,
)
from ..failures.situation import Situation
from ..lockout import Attempt, LockoutGuard
from ..trace import Stopwatch
from . import negotiate, sealing, tls
from .connection import Connection
from .shared import Shared

_CERTIFICATE = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
# MS-WSMV 2.2.9.1. A host, or a proxy, may offer the second of each alone.
_SCHEMES = {"ntlm": ("Negotiate", "NTLM"), "kerberos": ("Negotiate", "Kerberos")}
_STEPS = 4

# A service that takes the sign-in but not the message that came with it.
_JOINT_REFUSALS = frozenset({400, 411})


class JointRefused(Exception):
    """The service did not take a message together with the last token of the sign-in."""


class OtherScheme(Exception):
    """The service offers the same sign-in under another name only."""

    def __init__(self, scheme: str) -> None:
        super().__init__(scheme)
        self.scheme = scheme


class Line:
    """One connection, from its sign-in to its first failure."""

    def __init__(
        self,
        endpoint: Endpoint,
        transport: str,
        shared: Shared,
        connection: Connection,
        scheme: str = "Negotiate",
    ) -> None:
        self._endpoint = endpoint
        self._transport = transport
        self._shared = shared
        self._connection = connection
        self._peer = endpoint.label_with(transport)
        self._target = http1.Target(endpoint.host_header, endpoint.request_target)
        self._scheme = scheme
        self._seals = endpoint.seals(transport)
        self._limit = body_limit(endpoint)
        self._context: Any = None
        self._signed_in = transport not in ("ntlm", "kerberos")
        # A refused ticket counts against nobody, and Basic is for the accounts of the machine.
        self._lockout = shared.lockout if transport == "ntlm" else LockoutGuard(0)
        self._authorization = _constant_authorization(endpoint, transport)
        self._last_authorization: str | None = None
        self._sent = False
        self._answers = 0
        self._attempt = Attempt()
        self._patience = float(endpoint.read_timeout)

    @property
    def closes(self) -> bool:
        """The connection is not good for another message."""
        return self._connection.closes

    @property
    def expired(self) -> bool:
        """The answer took too long, and the connection was cut from this side."""
        return self._connection.expired

    @property
    def situation(self) -> Situation:
        return Situation(self._endpoint, self._transport, self._sent, self._answers > 0, self._patience)

    def abort(self) -> None:
        """Cut the connection without waiting for anything."""
        self._connection.abort()

    async def send(self, content: bytes, *, joint: bool = True, timeout: float | None = None) -> bytes:
        """Send one message, after signing in if that has not been done; the body of its answer.

        ``timeout`` raises the time to wait for the answer.
        """
        self._patience = max(self._endpoint.read_timeout, timeout or 0.0)
        response = None
        self._sent = False
        with contextlib.ExitStack() as first_answer:
            if not self._signed_in:
                joint = joint and self._shared.joint.worth_trying
                response = await self._sign_in(content, first_answer, joint=joint)
                self._signed_in = True
            if response is None:
                self._sent = True
                response = await self._round_trip(*self._packed(content), self._authorization)
            body = self._judged(response)
            if looks_like_soap(body):
                # Opened by the seal, or by TLS, and made by the service itself: only that proves the account. A proxy
                # says 502 of its own accord, and a filter 403.
                self._attempt.accepted()
        self._answers += 1
        return body

    # --- HTTP

    async def _round_trip(self, body: bytes, content_type: str, authorization: str | None) -> http1.Response:
        self._last_authorization = authorization
        data = self._target.post(body, content_type, authorization)
        watch = Stopwatch(self._peer, authorization, len(body))
        try:
            response = await self._connection.round_trip(data, self._limit, self._patience)
        except BaseException as failure:
            watch.failed(failure)
            raise
        watch.answered(response.status, len(response.body))
        traffic = self._shared.traffic
        traffic.requests += 1
        traffic.bytes_out += len(data)
        traffic.bytes_in += len(response.body)
        return response

    def _packed(self, content: bytes) -> tuple[bytes, str]:
        if self._seals:
            return sealing.seal(self._context, content, self._scheme), sealing.sealed_type(self._scheme)
        return content, http1.SOAP_TYPE

    def _judged(self, response: http1.Response) -> bytes:
        """The envelope in an answer. Whether it is one, and what it says, is for the codec to tell."""
        status, body = response.status, response.body
        if status == 401:
            raise self._unauthorized(response)
        if 300 <= status < 400:
            raise redirected(self.situation)
        if self._seals and sealing.is_sealed(response.content_type):
            return sealing.opened(self._context, body)
        if status != 200 and not (400 <= status < 600 and looks_like_soap(body)):
            raise http_status(self.situation, status, body.decode("utf-8", "replace"))
        if self._seals:
            raise unsealed(self.situation, body.decode("utf-8", "replace"))
        return body

    def _unauthorized(self, response: http1.Response) -> WinrmError:
        if self._context is not None and self._last_authorization is None:
            return message_refused(self.situation)
        offered = schemes_offered(response.headers.get("www-authenticate", ""))
        return unauthorized(self.situation, offered, self._last_authorization)

    # --- signing in

    async def _sign_in(
        self, content: bytes, first_answer: contextlib.ExitStack, *, joint: bool
    ) -> http1.Response | None:
        """Sign the connection in; the answer to ``content`` where it travelled with the last token.

        What the last token proves is known with the first answer, and until then the attempt to sign in is open.
        """
        cache = await self._shared.ticket_cache(self._endpoint) if self._transport == "kerberos" else None
        self._context = self._shared.credentials.context(self._endpoint, self._transport, self._binding(), cache)
        token = await self._step(None)
        for _unused in range(_STEPS):
            if self._context.complete:
                self._require_seal()
                # NTLM: the client is done with its answer to the challenge, and the seal stands.
                self._attempt = first_answer.enter_context(await self._lockout.attempt(self._endpoint))
                return await (self._finish_with(content, token) if joint else self._finish(token))
            response = await self._round_trip(b"", http1.SOAP_TYPE, self._proof(token))
            token = await self._answered(response)
            if self._context.complete and token is None:
                self._require_seal()
                return None
        raise handshake_refused(self.situation, f"it did not end within {_STEPS} steps")

    async def _answered(self, response: http1.Response) -> bytes | None:
        """What to say to an answer in the middle of the sign-in; None when that is over."""
        challenge = response.headers.get("www-authenticate", "")
        answer = token_of(challenge, frozenset({self._scheme.lower()}))
        if answer is None or response.status not in (200, 401):
            self._look_for_other_scheme(response.status, challenge)
            raise self._sign_in_failure(response)
        if self.closes:
            raise http1.Closing
        try:
            token = base64.b64decode(answer, validate=True)
        except ValueError:
            raise token_unreadable(self.situation) from None
        return await self._step(token)

    def _look_for_other_scheme(self, status: int, challenge: str) -> None:
        """Raises OtherScheme where that is all that is offered, and nothing of the account has been shown."""
        offered = {scheme.lower() for scheme in schemes_offered(challenge)}
        usual, other = _SCHEMES[self._transport]
        if status == 401 and self._scheme == usual and usual.lower() not in offered and other.lower() in offered:
            raise OtherScheme(other)

    async def _step(self, token: bytes | None) -> bytes | None:
        try:
            if self._transport == "ntlm":
                result: bytes | None = self._context.step(token)
                return result
            # Kerberos asks the KDC for a service ticket.
            return await self._shared.threads.run(lambda: self._context.step(token))
        except Exception as exc:
            if self._transport == "kerberos" and token is None:
                raise no_ticket(self.situation, exc) from None
            # The token is a stranger's: whatever the library makes of it is not a failure of ours.
            raise token_unreadable(self.situation) from None

    def _require_seal(self) -> None:
        """A challenge may leave out what was asked for; nothing is sent on what is left."""
        if self._seals and not negotiate.has_seal(self._context):
            raise handshake_refused(self.situation, "the host does not agree to seal messages")

    async def _finish(self, token: bytes | None) -> None:
        response = await self._decided(b"", http1.SOAP_TYPE, token)
        if response.status != 200:
            raise self._sign_in_failure(response)

    async def _finish_with(self, content: bytes, token: bytes | None) -> http1.Response:
        response = await self._decided(*self._packed(content), token, sends=True)
        joint = self._shared.joint
        if response.status in _JOINT_REFUSALS or (response.status == 200 and not response.body):
            joint.refused += 1
            raise JointRefused
        joint.taken += response.status == 200
        return response

    async def _decided(
        self, body: bytes, content_type: str, token: bytes | None, *, sends: bool = False
    ) -> http1.Response:
        """The answer to the last token. A 401 is a refusal; anything else proves nothing until it opens."""
        self._sent = sends
        response = await self._round_trip(body, content_type, self._proof(token))
        if response.status == 401:
            self._attempt.refused()
        else:
            self._attempt.in_doubt()
        return response

    def _sign_in_failure(self, response: http1.Response) -> WinrmError:
        if response.status == 401:
            return self._unauthorized(response)
        return not_signed_in(self.situation, response.status, response.body)

    def _proof(self, token: bytes | None) -> str:
        return f"{self._scheme} {base64.b64encode(token or b'').decode('ascii')}"

    def _binding(self) -> bytes | None:
        certificate = self._connection.peer_certificate() if self._endpoint.send_cbt else None
        return None if certificate is None else tls.end_point_binding(certificate)


def _constant_authorization(endpoint: Endpoint, transport: str) -> str | None:
    if endpoint.uses_certificate(transport):
        return _CERTIFICATE
    if transport in BASIC_TRANSPORTS:
        password = endpoint.password.reveal() if endpoint.password else ""
        return f"Basic {base64.b64encode(f'{endpoint.username}:{password}'.encode('latin-1')).decode('ascii')}"
    return None
