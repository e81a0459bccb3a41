# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between us and a directory. Every error says which server, what happened, and what to do next."""

from __future__ import annotations

from typing import Any

from .._dns.errors import SettingWrong
from .._text import printable

__all__ = (
    "AdError",
    "AlreadyThere",
    "Elsewhere",
    "LibraryMissing",
    "Malformed",
    "NoAnswer",
    "NotAllowed",
    "NotFound",
    "NotSignedIn",
    "Refused",
    "ServerSaysNo",
    "SettingWrong",
    "TlsFailed",
)


class AdError(Exception):
    """Base of the family. Holds no secret, so it may be shown as it is.

    ``changed`` says whether the directory is different because of us; None where that is not known. ``done`` are the
    plans that had been written by then.
    """

    changed: bool | None = False
    done: tuple[Any, ...] = ()

    def __init__(self, where: str, what: str, advice: str = "") -> None:
        super().__init__(where, what, advice)
        # Names of objects are anybody's to choose who may create some.
        self.where = printable(where)
        self.what = printable(what)
        self.advice = printable(advice)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what.rstrip('.')}."
        return f"{text} {self.advice.rstrip('.')}." if self.advice else text


class NoAnswer(AdError):
    """Nothing listens, no route, silence, a connection that broke."""


class TlsFailed(AdError):
    """No encrypted connection could be made: usually a certificate that is not trusted."""


class NotSignedIn(AdError):
    """The server does not take the password or the ticket, or there is none."""


class NotAllowed(AdError):
    """The account that we signed in with lacks a right."""


class NotFound(AdError):
    """A zone, a node, a group or an account is not in the directory."""


class Elsewhere(AdError):
    """Another domain controller holds it, says the server by a referral (MS-ADTS 3.1.1.4.6), which is not followed."""


class AlreadyThere(AdError):
    """Somebody else has created it meanwhile."""


class Refused(AdError):
    """The request would do harm or is ambiguous, so that nothing was sent."""


class ServerSaysNo(AdError):
    """Any other result code of the server (RFC 4511, appendix A)."""


class LibraryMissing(Exception):
    """A library that only some options need. ``details``: the traceback of the failed import."""

    def __init__(self, what: str, details: str) -> None:
        super().__init__(what)
        self.details = details


class Malformed(ValueError):
    """Bytes that are not a security descriptor, security identifier or DNS property."""
