# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts in words. What they mean is decided elsewhere; a verdict that nobody has named yet is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from .._licensing.tables import read_table
from .._policy.verdict import Verdict

_FILE = Path(__file__).parent / "data" / "verdicts.tsv"

GOOD, BAD, WARN, UNKNOWN = "good", "bad", "warn", "unknown"
_OK = "_ok"


@dataclass(frozen=True)
class Shown:
    """How a verdict is shown. ``rank`` sorts the worst first."""

    words: str
    tone: str
    rank: int


@lru_cache(maxsize=1)
def table() -> Mapping[str, Shown]:
    """All verdicts that are known, worst first."""
    rows = list(read_table(_FILE))
    return MappingProxyType({row["verdict"]: Shown(row["words"], row["tone"], rank) for rank, row in enumerate(rows)})


def shown(verdict: str, compliant: bool | None = None) -> Shown:
    """How to show a verdict, known or not."""
    known = table().get(verdict)
    if known is not None:
        return known
    tone = {True: GOOD, False: BAD, None: UNKNOWN}[compliant]
    return Shown(verdict.replace("_", " ") or "not judged", tone, -1 if compliant is False else len(table()))


def words(verdict: str) -> str:
    """A verdict in words."""
    return shown(verdict).words


def compliance(verdict: str, said: object) -> bool | None:
    """Whether a machine is as decided: as the result says, or else as the verdict means. None where nobody knows."""
    if isinstance(said, bool):
        return said
    try:
        return Verdict(verdict).compliant
    except ValueError:
        return True if verdict.endswith(_OK) else None
