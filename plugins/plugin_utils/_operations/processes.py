# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many processes help: as many as there are processors for them, and machines for each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from .._crew.crew import can_fork
from .fleet import Bounds

T = TypeVar("T")

# Fewer machines than this are read before another process has begun and ended (benchmarks/README.md).
_MACHINES = 500

# One process takes in what so many read.
_MOST = 8


def helpful(machines: int, wanted: int | None) -> int:
    """Processes for so many machines. ``wanted`` is what the user says, None: as many as help."""
    if not can_fork():
        return 1
    if wanted is None:
        wanted = min(_processors(), machines // _MACHINES, _MOST)
    return max(1, min(wanted, machines))


def dealt(machines: Sequence[T], processes: int) -> list[Sequence[T]]:
    """The machines for each process. Neighbours, who are often of one site and alike slow, are dealt to all."""
    return [machines[first::processes] for first in range(processes)]


def bounds_for(bounds: Bounds, processes: int) -> Bounds:
    """A process's part of what may be under way at once."""
    return replace(bounds, in_flight=max(1, bounds.in_flight // processes))


def _processors() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
