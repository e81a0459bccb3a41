# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is made to go wrong on the wire, and what is expected of either pipe."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from winlab.answers import answers
from winlab.fault_kinds import Kind
from winlab.mischief import Trick
from winlab.tables import read_table

TABLE = Path(__file__).with_name("faults.tsv")
# Played by other kinds: the bytes of an answer, and the faults that have names.
_MEANS = {Trick.ANSWER, Trick.FAULT, Trick.FAULT_AFTER}


@dataclass(frozen=True)
class Fault:
    """``kind`` is a trick or an answer of the lab, or ``fault:NAME``; ``place`` where it strikes.

    ``expected`` are the outcomes that will do: ``done``, or the name of an error.
    """

    kind: str
    place: str
    expected: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.kind} at the {self.place}"


@cache
def faults() -> tuple[Fault, ...]:
    """The lines of the table."""
    return tuple(Fault(row["kind"], row["place"], tuple(row["expected"].split(" or "))) for row in read_table(TABLE))


def kinds() -> set[str]:
    """All that the lab can make go wrong."""
    tricks = {one.value for one in Trick if one not in _MEANS}
    return tricks | set(answers()) | {f"fault:{name}" for name in Kind.__members__}
