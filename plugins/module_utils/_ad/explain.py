# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the LDAP library raises, as errors that say what to do."""

from __future__ import annotations

import contextlib
from typing import Any

from .._text import printable
from .errors import AdError, AlreadyThere, Elsewhere, NoAnswer, NotAllowed, NotFound, NotSignedIn, ServerSaysNo

with contextlib.suppress(ImportError):
    import ldap


def said_by(error: Any) -> str:
    """The server's or the library's own words. Neither repeats a password."""
    found = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    said = found.get("info") or found.get("desc") or type(error).__name__
    return printable(" ".join(str(said).split()))


_MANAGES_ZONE = "Use an account that manages the DNS zone, such as a domain admin"


def explained(label: str, doing: str, error: Any, advice: str = "") -> AdError:
    """``advice``: who has the right that is missing, where that is not whoever manages DNS."""
    said = said_by(error)
    if isinstance(error, ldap.INSUFFICIENT_ACCESS):
        what = f"{doing} is not allowed to the account that signed in"
        return NotAllowed(label, f"{what} ({said})", advice or _MANAGES_ZONE)
    if isinstance(error, ldap.NO_SUCH_OBJECT):
        return NotFound(label, f"{doing}: there is no such object")
    if isinstance(error, ldap.REFERRAL):
        what = f"{doing}: this server does not hold it, or is read-only, and refers to another one"
        return Elsewhere(label, what, "Name a domain controller that holds it and may be written to")
    if isinstance(error, ldap.ALREADY_EXISTS):
        return AlreadyThere(label, f"{doing}: it exists already", "Run again")
    if isinstance(error, ldap.TIMEOUT):
        return NoAnswer(label, f"{doing}: no answer in time", "Check the server, or raise timeout")
    if isinstance(error, ldap.SERVER_DOWN):
        # The library's own words are those of an earlier answer then.
        return NoAnswer(label, f"{doing}: the connection broke", "Run again: a second run changes nothing twice")
    if isinstance(error, (ldap.STRONG_AUTH_REQUIRED, ldap.CONFIDENTIALITY_REQUIRED)):
        return NotSignedIn(label, f"{doing}: the server requires a stronger sign-in ({said})", "Use Kerberos")
    return ServerSaysNo(label, f"{doing} failed: {said}")
