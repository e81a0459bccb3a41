# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clock of the lab: real time plus whatever `winlab advance` has added."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_PART = re.compile(r"(\d+(?:\.\d+)?)([wdhms])")


class LabClock:
    """UTC time of the fleet. It flows with `source` (seconds) and jumps with `advance`."""

    def __init__(self, start: datetime | None = None, source: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._origin = source()
        self._start = (start or datetime.now(UTC)).astimezone(UTC)
        self._advanced = timedelta()

    def now(self) -> datetime:
        """The current time of the lab."""
        return self._start + timedelta(seconds=self._source() - self._origin) + self._advanced

    def advance(self, by: timedelta) -> None:
        """Jump forward. Time never runs backward: machines keep deadlines as points in time."""
        if by < timedelta():
            raise ValueError("the clock only runs forward")
        self._advanced += by

    def advance_to(self, moment: datetime) -> None:
        """Jump forward to a moment; one that has passed already changes nothing."""
        self.advance(max(moment - self.now(), timedelta()))


def parse_duration(text: str) -> timedelta:
    """`7d`, `2h`, `1d12h`, `90m`: the sum of its parts."""
    compact = text.strip().lower().replace(" ", "")
    parts = _PART.findall(compact)
    if not parts or "".join(number + unit for number, unit in parts) != compact:
        raise ValueError(f"{text!r} is not a duration; write for example 7d, 2h, 90m or 1d12h")
    return sum((timedelta(**{_UNITS[unit]: float(number)}) for number, unit in parts), timedelta())
