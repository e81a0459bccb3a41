# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress of a long run, a line now and then: readable on a terminal and in the log of a CI job alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ..results.fleet import condition_of


class Progress:
    """Counts hosts as they are done and says where things stand, at most every so many seconds.

    ``say`` prints one line, ``clock`` gives seconds that only grow.
    """

    def __init__(self, total: int, every: float, say: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._total = total
        self._every = every
        self._say = say
        self._clock = clock
        self._began = self._last = clock()
        self._counts: Counter[str] = Counter()
        self._resumed = 0

    def resumed(self, hosts: int) -> None:
        """So many need not be read: an earlier run has read them."""
        self._resumed = hosts
        if hosts and self._every:
            self._say(f"{hosts} of {self._total} hosts were read by an earlier run")

    def done(self, result: dict[str, object]) -> None:
        """One more host is done."""
        self._counts[condition_of(result)] += 1
        now = self._clock()
        if self._every and now - self._last >= self._every:
            self._last = now
            self._say(self.line(now))

    def line(self, now: float) -> str:
        """``1200 of 10000 hosts (12 %), 400 a second, 11 unreachable, 2 failed, about 22 s left``."""
        read = sum(self._counts.values())
        done = read + self._resumed
        rate = read / max(now - self._began, 0.001)
        parts = [f"{done} of {self._total} hosts ({100 * done // max(self._total, 1)} %)", f"{_rate(rate)} a second"]
        parts += [f"{count} {name}" for name, count in sorted(self._counts.items()) if name != "read"]
        if rate:
            parts.append(f"about {_duration((self._total - done) / rate)} left")
        return ", ".join(parts)


def _rate(rate: float) -> str:
    return f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"
