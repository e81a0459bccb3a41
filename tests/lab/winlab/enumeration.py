# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open enumerations of one machine: contexts, quotas, expiry, and how a result is cut into pages.

WS-Enumeration gives every answer a fresh context; MS-WSMV section 3.1.1 adds MaxConcurrentOperationsPerUser,
EnumerationTimeoutms and MaxEnvelopeSizekb.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .fault_kinds import Kind
from .faults import Fault
from .host import WinrmProfile
from .soap import new_uuid

# Recorded pages of Windows Server 2008 R2 stay below this many characters whatever the client allows.
PAGE_CHARACTERS = 76800


@dataclass
class Enumeration:
    """A result that has not been fetched to its end."""

    user: str
    class_name: str
    items: list[str]
    position: int = 0
    used_at: float = 0.0

    @property
    def finished(self) -> bool:
        """Whether every item has been given out."""
        return self.position >= len(self.items)

    def take(self, count: int, budget: int) -> list[str]:
        """The next items, at most `count` and no more bytes than `budget`; at least one, else a fault."""
        page: list[str] = []
        for item in self.items[self.position : self.position + max(count, 1)]:
            budget -= len(item.encode())
            if budget < 0:
                break
            page.append(item)
        if not page and not self.finished:
            raise Fault(Kind.ENVELOPE_EXCEEDED)
        self.position += len(page)
        return page


class Enumerations:
    """The open enumerations of one machine, by context."""

    def __init__(self, profile: WinrmProfile, clock: Callable[[], float]) -> None:
        self._profile = profile
        self._clock = clock
        self._open: dict[str, Enumeration] = {}

    def count(self, user: str) -> int:
        """How many enumerations a user holds open."""
        self._forget_idle()
        return sum(1 for one in self._open.values() if one.user == user)

    def check_quota(self, user: str) -> None:
        """Refuse the user who holds as many as MaxConcurrentOperationsPerUser."""
        limit = self._profile.operation_limit
        if self.count(user) >= limit:
            raise Fault(Kind.QUOTA_OPERATIONS, text=f"({limit})")

    def keep(self, enumeration: Enumeration) -> str:
        """Hold an unfinished enumeration; returns its new context."""
        context = new_uuid()
        enumeration.used_at = self._clock()
        self._open[context] = enumeration
        return context

    def claim(self, context: str, user: str) -> Enumeration:
        """The enumeration of a context, which is dead from now on."""
        self._forget_idle()
        enumeration = self._open.get(context)
        if enumeration is None or enumeration.user != user:
            raise Fault(Kind.INVALID_CONTEXT)
        del self._open[context]
        return enumeration

    def class_of(self, context: str) -> str | None:
        """The class of an open enumeration."""
        enumeration = self._open.get(context)
        return enumeration.class_name if enumeration else None

    def expire(self, user: str) -> None:
        """Forget everything this user has open."""
        self._open = {context: one for context, one in self._open.items() if one.user != user}

    def _forget_idle(self) -> None:
        if self._open:
            oldest = self._clock() - self._profile.enumeration_timeout
            self._open = {context: one for context, one in self._open.items() if one.used_at >= oldest}


def page_budget(profile: WinrmProfile, envelope_limit: int, frame: int) -> int:
    """Bytes for items in one page, when the envelope around them takes `frame`."""
    limit = min(envelope_limit, PAGE_CHARACTERS) if profile.pages_one_first else envelope_limit
    return limit - frame
