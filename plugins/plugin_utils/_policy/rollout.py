# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a repair is let loose on a fleet: how many machines at most, which ones first, and when to stop. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

_SHARE = re.compile(r"(?P<number>[0-9]{1,9})(?P<percent> ?%)?")

T = TypeVar("T")


@dataclass(frozen=True)
class Share:
    """So many machines, or such a part of them."""

    number: int
    percent: bool = False

    @classmethod
    def parse(cls, name: str, text: str) -> Share:
        """From ``20`` or ``5%``. Raises ValueError, which names the option."""
        match = _SHARE.fullmatch(text.strip())
        if match is None:
            raise ValueError(
                f"{name} is {text!r}; give a number of machines, such as 20, or a part of them, such as 5%"
            )
        number, percent = int(match["number"]), match["percent"] is not None
        if percent and number > 100:
            raise ValueError(f"{name} is {text!r}, which is more than all of them")
        return cls(number, percent)

    def of(self, machines: int) -> int:
        """How many that is of so many machines. A part of them is rounded down."""
        return math.floor(machines * self.number / 100) if self.percent else self.number

    def __str__(self) -> str:
        return f"{self.number}%" if self.percent else str(self.number)


def too_many(due: int, machines: int, limit: Share | None) -> str | None:
    """Why so many machines must not be changed; None where they may."""
    if limit is None or due <= limit.of(machines):
        return None
    return (
        f"{due} of {machines} machines would be changed, and max_changes allows {limit}"
        f"{f' ({limit.of(machines)} machines)' if limit.percent else ''}. Check that approved_kms_hosts and the "
        "machines are right; raise max_changes if they are."
    )


def choose_canaries(releases: Sequence[tuple[T, Hashable]], number: int) -> list[T]:
    """The machines to go first, of as many different releases as there are. ``releases`` has one for each machine."""
    waiting = list(releases)
    chosen: list[T] = []
    while waiting and len(chosen) < number:
        seen: set[Hashable] = set()
        later = []
        for machine, release in waiting:
            if release in seen or len(chosen) >= number:
                later.append((machine, release))
            else:
                seen.add(release)
                chosen.append(machine)
        waiting = later
    return chosen


@dataclass
class Failures:
    """Counts failures, and says when no further machine must be begun.

    ``limit`` as a number means failures in a row, as a part it means failures among ``due`` machines. ``reason`` says
    why to stop, None to go on; once there is one it stays.
    """

    limit: Share | None
    due: int
    names: list[str] = field(default_factory=list)
    reason: str | None = None
    _in_a_row: int = 0

    def saw(self, name: str, failed: bool) -> None:
        """One machine is done."""
        if failed:
            self.names.append(name)
        self._in_a_row = self._in_a_row + 1 if failed else 0
        self.reason = self.reason or self._reason()

    def first_are_over(self) -> None:
        """Those that go first are done: only if each was repaired, others are begun."""
        if self.names:
            self.reason = f"{' and '.join(self.names)} went first and could not be repaired"

    def _reason(self) -> str | None:
        if self.limit is None or not self._in_a_row:
            return None
        if self.limit.percent:
            if len(self.names) > self.limit.of(self.due):
                return f"{len(self.names)} of {self.due} machines failed, and max_failures allows {self.limit}"
        elif self._in_a_row >= max(1, self.limit.number):
            return f"{self._in_a_row} machines failed in a row (max_failures)"
        return None
