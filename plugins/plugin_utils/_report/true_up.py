# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a true-up asks for: how many machines carry which product by which kind of key. Counts only, no names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from .report import Report


@dataclass(frozen=True)
class Line:
    """A product, and the key it has. ``activated`` of the machines are activated."""

    product: str
    channel: str
    key_type: str
    last_five: str
    machines: int
    activated: int


def true_up(report: Report) -> list[Line]:
    """Products by channel and last five characters of the key, those of Office included."""
    machines: Counter[tuple[str, str, str, str]] = Counter()
    activated: Counter[tuple[str, str, str, str]] = Counter()
    for machine in report.machines:
        for key in machine.keys:
            which = (key.product, key.channel, key.key_type, key.last_five)
            machines[which] += 1
            activated[which] += key.activated
    return [Line(*which, machines[which], activated[which]) for which in sorted(machines)]
