# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between us and a name server. Every error says which server, what happened, and what to do next.

``rcode`` is the server's own word (RFC 1035, RFC 2136, RFC 8945), where it said one.
"""

from __future__ import annotations

from typing import Any

from .._text import printable


class DnsError(Exception):
    """Base of the family. Holds no secret, so it may be shown as it is.

    ``changed`` says whether the record is different because of us; None where that is not known. ``progress``: what the
    server had applied before, where that is known.
    """

    changed: bool | None = False
    progress: Any = None

    def __init__(self, server: str, what: str, advice: str = "", *, rcode: str | None = None) -> None:
        super().__init__(server, what, advice)
        self.server = printable(server)
        self.what = printable(what)
        self.advice = printable(advice)
        self.rcode = rcode

    def __str__(self) -> str:
        text = f"{self.server}: {self.what.rstrip('.')}."
        return f"{text} {self.advice.rstrip('.')}." if self.advice else text


class NoAnswer(DnsError):
    """Nothing came back: silence, nothing listens, no route, a connection that broke.

    ``maybe_delivered``: the whole request had gone out by then, so that an update may have been carried out.
    """

    def __init__(self, server: str, what: str, advice: str = "", *, maybe_delivered: bool = False) -> None:
        super().__init__(server, what, advice)
        self.maybe_delivered = maybe_delivered


class Unintelligible(DnsError):
    """Something came back, but no DNS message that answers the question."""


class ServerRefused(DnsError):
    """The server understood and said no; ``rcode`` says how."""


class Aliased(ServerRefused):
    """The name is an alias, so that its records are those of ``target``."""

    def __init__(self, server: str, what: str, advice: str, *, target: str) -> None:
        super().__init__(server, what, advice)
        self.target = target


class KeyRejected(DnsError):
    """The server did not accept the signature: BADKEY, BADSIG, BADTIME, BADTRUNC."""


class Unverified(DnsError):
    """The answer to a signed request carries no signature that verifies, so it proves nothing."""


def knows_no_key(error: DnsError) -> bool:
    """Whether a server says that it has no such key, as a secondary does that needs none (RFC 8945, section 5.2.1).

    Some say NOTAUTH and no more (PowerDNS), which may mean the zone as well.
    """
    said = {KeyRejected: "BADKEY", Unverified: "NOTAUTH"}
    return any(isinstance(error, kind) and error.rcode == rcode for kind, rcode in said.items())


class NotAuthoritative(DnsError):
    """The server does not serve the zone, so that what it says of the record is hearsay."""


class Delegated(NotAuthoritative):
    """The server names others that serve the zone."""


class ChangedMeanwhile(DnsError):
    """A prerequisite did not hold: somebody changed the record between our look and our update. Nothing was applied."""


class KerberosFailed(DnsError):
    """No ticket, a wrong principal or password, no KDC, or a negotiation that the server broke off."""


class SettingWrong(ValueError):
    """An option that cannot be right, found before anything was sent."""
