# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misbehavior of one machine on the wire, declared in the scenario and switched per machine.

Each entry is one `Mischief`.  It waits for the requests named by `on`, lets `after` of them pass, and then
strikes `times` times (for ever when `times` is None).  `on` is an operation (`identify`, `enumerate`, `pull`,
`release`, `get`, `put`, `invoke`), a class or method name, empty for any authenticated operation, or `http` for
every HTTP request as it arrives, handshakes included.  At `http` only the tricks that need no SOAP are played:
close, cut_before, proxy_html, slow, silent, unavailable, garbage, empty_500.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

ANY_REQUEST = "http"


class Trick(str, Enum):
    """What can go wrong."""

    CLOSE = "close"  # the connection ends instead of an answer; nothing has been executed
    CUT_BEFORE = "cut_before"  # the connection is reset; nothing has been executed
    CUT_AFTER = "cut_after"  # the operation is executed, then the connection is reset without an answer
    HANG_UP = "hang_up"  # a good answer, then the idle connection is closed without notice
    TRUNCATE = "truncate"  # half an answer, then the end
    PROXY_HTML = "proxy_html"  # a page of HTML from a proxy, with status 200
    SLOW = "slow"  # the answer comes `seconds` late
    SILENT = "silent"  # no answer ever; nothing has been executed
    UNAVAILABLE = "unavailable"  # 503, the service is stopping
    GARBAGE = "garbage"  # bytes that are no HTTP at all
    EMPTY_500 = "empty_500"  # status 500 without a body
    FAULT_200 = "fault_200"  # a SOAP fault with status 200; nothing has been executed
    TIMED_OUT = "timed_out"  # the fault of an operation that took too long; it has been executed
    BUSY = "busy"  # the fault of too many concurrent operations
    EXPIRE = "expire"  # the open enumerations of this user are dead
    WMI_ERROR = "wmi_error"  # a fault, if there is one, comes in the MSFT_WmiError form
    WRONG_KEY = "wrong_key"  # the sealed answer cannot be opened
    DOCTYPE = "doctype"  # the answer carries a document type declaration with an entity


@dataclass
class Mischief:
    """One declared misbehavior and how often it has struck."""

    trick: Trick
    on: str = ""
    after: int = 0
    times: int | None = 1
    seconds: float = 0.0
    seen: int = 0
    struck: int = 0

    def concerns(self, names: tuple[str, ...]) -> bool:
        """Whether a request known by these names is one this entry waits for."""
        if not self.on:
            return names != (ANY_REQUEST,)
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
