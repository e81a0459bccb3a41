# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a KMS host has logged of its own work: whether it could begin, and whether it could publish itself. Pure.

12291 and 12292: the service, or its renewal timer, could not be set up (return code). 12293: publishing in a DNS
domain failed (return code, domain). 12294: it was published (domain). TechNet ff793440, "KMS Events Logged in the
Windows Event Log"; Microsoft Support 2553863.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .activation_events import LogEntry, first_code, is_code

START_FAILED, TIMER_FAILED, PUBLISHING_FAILED, PUBLISHED = 12291, 12292, 12293, 12294
HOST_EVENTS = (START_FAILED, TIMER_FAILED, PUBLISHING_FAILED, PUBLISHED)

_DOMAIN = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?")


@dataclass(frozen=True)
class HostTrouble:
    """The last failure of its kind that no success has followed. ``domain`` is that of a failed publication."""

    event: int
    when: datetime
    hresult: int
    domain: str | None = None


def host_troubles(entries: Iterable[LogEntry]) -> tuple[HostTrouble, ...]:
    """What still stands, the newest first: the last failure of each kind, and of publishing in each domain."""
    last: dict[tuple[int, str | None], HostTrouble] = {}
    for entry in sorted(entries, key=lambda one: (one.when, one.record)):
        code, domain = first_code(entry.strings), _domain(entry)
        if entry.code == PUBLISHED:
            last.pop((PUBLISHING_FAILED, domain), None)
        elif entry.code in HOST_EVENTS and code is not None:
            where = domain if entry.code == PUBLISHING_FAILED else None
            last[(entry.code, where)] = HostTrouble(entry.code, entry.when, code, where)
    return tuple(sorted(last.values(), key=lambda one: one.when, reverse=True))


def _domain(entry: LogEntry) -> str | None:
    parts = (part.strip() for text in entry.strings for part in text.split(","))
    names = (part for part in parts if _DOMAIN.fullmatch(part) and not is_code(part))
    return next((name.rstrip(".").lower() for name in names), None)
