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

from ..endpoint import Endpoint
from ..errors import Misconfigured, NotAuthenticated, Proof, TransportUnusable, WinrmError
from ..failures.answer import looks_like_soap
from ..failures.sign_in import sign_in_fault
from ..failures.translation import soap_body, translate
from ..kerberos import Ticket, obtain_ticket
from ..transports import none_usable, refuse_step_down
from .line import Line, require_libraries


class PywinrmPipe:
    """``Pipe`` to one host. Connects with the first request, and anew with the first one after a failure."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._transports = endpoint.transports
        self._line: Line | None = None
        self._ticket: Ticket | None = None
        self._refusal: WinrmError | None = None
        # The host has answered a message: it knows the account.
        self._accepted = False

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
            refuse_step_down(self._endpoint, transport, unusable)
            try:
                answer = self._exchange_on(transport, request, timeout)
            except TransportUnusable as exc:
                unusable.append(exc)
                continue
            self._transports = (transport,)
            return answer
        raise none_usable(self._endpoint, unusable)

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
        line = self._line = self._line or Line(self._endpoint, transport, self._ticket_for(transport))
        try:
            body = line.send(request, timeout)
        except Exception as exc:
            fault, situation = soap_body(exc), line.situation
            if fault is not None and situation.sent:
                self._accepted = True
                return fault
            # A fault before there is a seal can be anybody's: it ends the exchange but never becomes an answer.
            error = sign_in_fault(situation, fault) if fault is not None else translate(situation, exc)
            if isinstance(error, NotAuthenticated):
                self._refusal = error
            error.proof = self._proof(line, error)
            raise error from line.safe_cause(exc)
        finally:
            # Also for KeyboardInterrupt and for faults: nothing is sent on an object that has raised.
            if not line.intact:
                self._drop()
        # A page of a proxy proves nothing.
        self._accepted = self._accepted or looks_like_soap(body)
        return body

    def _proof(self, line: Line, error: WinrmError) -> Proof:
        if self._accepted:
            return Proof.ACCEPTED
        # In the middle of a sign-in a 401 is how a host goes on.
        refused = isinstance(error, NotAuthenticated) or line.proof is not Proof.REFUSED
        return line.proof if refused else Proof.UNJUDGED

    def _ticket_for(self, transport: str) -> Ticket | None:
        kinit = self._endpoint.kinit
        if transport != "kerberos" or kinit is None or kinit.mode != "managed":
            return None
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
        return self._ticket
