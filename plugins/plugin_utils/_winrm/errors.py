# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between the control node and a host's WinRM service, before a WS-Management fault exists.

Every error says on which host, what happened, and what to do next. ``maybe_delivered`` answers the one question that
matters after a change was asked for: can the host have received the request (and so have carried it out)?
A fault of the WS-Management layer is not here: the host answered, see ``_wsman.fault``.
"""

from __future__ import annotations

import enum


class Proof(enum.Enum):
    """What became of the account's proof, which counts against it where a host refuses it."""

    NOT_SHOWN = enum.auto()
    REFUSED = enum.auto()
    #: It was shown, and the answer, of the host or of something in between, tells nothing of it.
    UNJUDGED = enum.auto()
    ACCEPTED = enum.auto()


class WinrmError(Exception):
    """Base of the family. ``host`` is the label of the endpoint, never containing a secret."""

    #: Of the pipe over pywinrm alone; the streams tell the guard themselves.
    proof: Proof = Proof.NOT_SHOWN

    #: Whether the host may have received the request. Instances may know better than their class.
    maybe_delivered: bool = False

    def __init__(self, host: str, what: str, advice: str = "", *, maybe_delivered: bool | None = None) -> None:
        super().__init__(host, what, advice)
        self.host = host
        self.what = what
        self.advice = advice
        if maybe_delivered is not None:
            self.maybe_delivered = maybe_delivered

    def __str__(self) -> str:
        text = f"{self.host}: {self.what.rstrip('.')}."
        return f"{text} {self.advice.rstrip('.')}." if self.advice else text


class Unreachable(WinrmError):
    """No connection was made: refused, no route, name unknown, connect timeout, proxy."""


class TlsError(WinrmError):
    """The TLS handshake failed: certificate not trusted, wrong name, expired, protocol too old."""


class NotAuthenticated(WinrmError):
    """HTTP 401 in the end: the account, its password or the authentication scheme was refused."""


class SignInWithheld(NotAuthenticated):
    """Not tried: other hosts refused the same account, and each refusal counts against it."""


class NotWsman(WinrmError):
    """Something answered, but not as a WinRM service does: HTML, 404, 503, a redirect, no SOAP."""


class Unsealed(WinrmError):
    """An answer came readably on a connection whose messages are sealed: it may be anybody's and was not believed."""

    maybe_delivered = True


class RequestTooLarge(WinrmError):
    """HTTP 413: the request exceeds the host's MaxEnvelopeSizekb."""


class TimedOut(WinrmError):
    """The request went out and no answer came in time; the host may have carried it out."""

    maybe_delivered = True


class ConnectionLost(WinrmError):
    """The connection, or the security context on it, broke during an exchange.

    ``reused`` tells a connection that had already carried an answer (it may simply have been idle for too long) from
    one that never worked.
    """

    maybe_delivered = True

    def __init__(
        self,
        host: str,
        what: str,
        advice: str = "",
        *,
        maybe_delivered: bool | None = None,
        reused: bool = False,
    ) -> None:
        super().__init__(host, what, advice, maybe_delivered=maybe_delivered)
        self.reused = reused


class Unexpected(WinrmError):
    """A failure nobody has named yet; the text carries the class of the original."""


class Misconfigured(WinrmError):
    """The control node cannot even try: a missing library, an option that cannot be right, kinit failed."""


class TransportUnusable(Misconfigured):
    """This control node cannot use this one transport; nothing was sent, so the next one may be tried."""


class TicketRefused(Misconfigured):
    """kinit got no ticket from the KDC for this principal and password."""


class OutcomeUnknown(WinrmError):
    """The answer to an Invoke or Put was lost: it may or may not have been carried out. Never repeated."""

    maybe_delivered = True

    def __init__(self, host: str, what: str, advice: str = "", *, method: str = "") -> None:
        super().__init__(host, what, advice)
        self.method = method
