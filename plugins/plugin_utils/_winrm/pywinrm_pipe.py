# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipe over pywinrm: which transport, which answer, and when to sign in no more.

Two rules:

* After *any* exception the ``Line`` is thrown away, and the next exchange signs in anew.
* Further transports of the list are tried only where nothing was sent that could have been carried out, never after
  a 401 (each try counts against the account's lockout), and never from a sealing one to one in the clear.
"""

from __future__ import annotations

import contextlib

from .endpoint import Endpoint
from .errors import Misconfigured, NotAuthenticated, TransportUnusable, WinrmError
from .kerberos import Ticket, obtain_ticket
from .pywinrm_line import Line, require_libraries
from .sign_in_failure import sign_in_fault
from .translation import soap_body, translate


class PywinrmPipe:
    """``Pipe`` to one host. Connects with the first request, and anew with the first one after a failure."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._transports = endpoint.transports
        self._line: Line | None = None
        self._ticket: Ticket | None = None
        self._refusal: WinrmError | None = None

    @property
    def label(self) -> str:
        """The host, and the transport once one has worked."""
        return self._endpoint.label_with("/".join(self._transports))

    def exchange(self, request: str, *, timeout: float | None = None) -> bytes:
        """Send one envelope; the answer's body, be it a result or a SOAP fault.

        ``timeout`` raises the endpoint's read timeout for this one exchange. Once the account has been refused every
        further exchange fails alike without asking: each sign-in counts against the account's lockout.
        """
        if self._refusal is not None:
            raise type(self._refusal)(*self._refusal.args)
        unusable: list[TransportUnusable] = []
        for transport in self._transports:
            self._refuse_step_down(transport, unusable)
            try:
                answer = self._exchange_on(transport, request, timeout)
            except TransportUnusable as exc:
                unusable.append(exc)
                continue
            self._transports = (transport,)
            return answer
        raise _none_usable(self._endpoint, unusable)

    def close(self) -> None:
        """Close the connection and remove the private ticket cache, if there is one."""
        self._drop()
        ticket, self._ticket = self._ticket, None
        if ticket is not None:
            ticket.close()

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _exchange_on(self, transport: str, request: str, timeout: float | None) -> bytes:
        with self._ticket_for(transport):
            line = self._line = self._line or Line(self._endpoint, transport)
            try:
                return line.send(request, timeout)
            except Exception as exc:
                body, situation = soap_body(exc), line.situation
                if body is not None and situation.sent:
                    return body
                # A fault before there is a seal can be anybody's: it ends the exchange but never becomes an answer.
                error = sign_in_fault(situation, body) if body is not None else translate(situation, exc)
                if isinstance(error, NotAuthenticated):
                    self._refusal = error
                raise error from line.safe_cause(exc)
            finally:
                # Also for KeyboardInterrupt and for faults: nothing is sent on an object that has raised.
                if not line.intact:
                    self._drop()

    def _ticket_for(self, transport: str) -> contextlib.AbstractContextManager[None]:
        kinit = self._endpoint.kinit
        if transport != "kerberos" or kinit is None or kinit.mode != "managed":
            return contextlib.nullcontext()
        if self._ticket is None:
            # Without pykerberos a ticket is of no use, and kinit would have been asked for the password in vain.
            require_libraries(self._endpoint, transport)
            try:
                self._ticket = obtain_ticket(self._endpoint)
            except TransportUnusable:
                raise
            except Misconfigured as refusal:
                self._refusal = refusal
                raise
        return self._ticket.in_environment()

    def _refuse_step_down(self, transport: str, unusable: list[TransportUnusable]) -> None:
        endpoint = self._endpoint
        if unusable and endpoint.reveals_content(transport):
            what = f"{unusable[-1].what}; the next transport, {transport}, would send everything in the clear"
            advice = f"{unusable[-1].advice}. To use {transport} all the same, make it the only transport"
            raise Misconfigured(endpoint.label, what, advice) from unusable[-1]


def _none_usable(endpoint: Endpoint, unusable: list[TransportUnusable]) -> WinrmError:
    if len(unusable) == 1:
        return unusable[0]
    what = "no transport can be used: " + "; ".join(exc.what for exc in unusable)
    return Misconfigured(endpoint.label, what, unusable[-1].advice)
