# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misbehavior of one machine on the wire, declared in the scenario and switched per machine.

Each entry is one `Mischief`.  It waits for the requests named by `on`, lets `after` of them pass, and then
strikes `times` times (for ever when `times` is None).  `on` is an operation (`identify`, `enumerate`, `pull`,
`release`, `get`, `put`, `invoke`), a class or method name, empty for any authenticated operation, `http` for
every HTTP request as it arrives, those of a sign-in included, a `Stage` of the sign-in, `connect` for every
connection before a word is said, or `tls` for every TLS connection once the client has greeted.  There only what
needs no SOAP is played: close, cut_before, proxy_html, slow, silent, unavailable, garbage, empty_500 and the answers
of tricks.yml.  tricks.yml says what each trick does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .answers import Answer

ANY_REQUEST = "http"
CONNECTION = "connect"
HANDSHAKE = "tls"
_WITHOUT_SOAP = (ANY_REQUEST, CONNECTION, HANDSHAKE)


class Stage(str, Enum):
    """How far the sign-in is that an HTTP request is part of."""

    #: Nothing of an account is said, and nobody has signed in.
    APPROACH = "approach"
    #: A token that shows no account yet: the first message of NTLM, the handshake of CredSSP.
    TOKEN = "token"
    #: The account is shown, or may be: Basic, the last message of NTLM, a ticket, a certificate, CredSSP inside of TLS.
    PROOF = "proof"
    #: The connection has an account.
    SIGNED_IN = "signed_in"


class Trick(str, Enum):
    """What code carries out."""

    CLOSE = "close"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"
    HANG_UP = "hang_up"
    TRUNCATE = "truncate"
    PROXY_HTML = "proxy_html"
    SLOW = "slow"
    SILENT = "silent"
    UNAVAILABLE = "unavailable"
    GARBAGE = "garbage"
    EMPTY_500 = "empty_500"
    FAULT_200 = "fault_200"
    TIMED_OUT = "timed_out"
    BUSY = "busy"
    FAULT = "fault"
    FAULT_AFTER = "fault_after"
    EXPIRE = "expire"
    WMI_ERROR = "wmi_error"
    WRONG_KEY = "wrong_key"
    DOCTYPE = "doctype"
    TERMINAL_TEXT = "terminal_text"
    DEEP = "deep"
    ENDLESS_PAGES = "endless_pages"
    SECOND_ANSWER = "second_answer"
    PACKED = "packed"
    NOT_PACKED = "not_packed"
    ANSWER = "answer"


@dataclass
class Mischief:
    """One declared misbehavior and how often it has struck."""

    trick: Trick
    on: str = ""
    after: int = 0
    times: int | None = 1
    seconds: float = 0.0
    answer: Answer | None = None
    fault: str = ""
    name: str = ""
    seen: int = 0
    struck: int = 0

    @property
    def label(self) -> str:
        """The word of the scenario for it."""
        return self.name or self.trick.value

    def concerns(self, names: tuple[str, ...]) -> bool:
        """Whether a request known by these names is one this entry waits for."""
        if not self.on:
            return names[0] not in _WITHOUT_SOAP
        return self.on.lower() in (name.lower() for name in names)

    def strikes(self, names: tuple[str, ...]) -> bool:
        """Count this request and say whether the trick is played on it."""
        if not self.concerns(names):
            return False
        self.seen += 1
        if self.seen <= self.after or (self.times is not None and self.struck >= self.times):
            return False
        self.struck += 1
        return True


def next_trick(mischief: list[Mischief], *names: str) -> Mischief | None:
    """The first declared misbehavior that is due for a request with these names."""
    due = [one for one in mischief if one.strikes(names)]
    return due[0] if due else None
