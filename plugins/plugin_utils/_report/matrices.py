# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines by group: rows of a system, a site or an owner, and columns of verdicts."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from .machine import Machine
from .report import Report
from .verdicts import shown

_NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Matrix:
    """``rows`` have a name and a count for each of ``verdicts``."""

    title: str
    verdicts: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


def matrices(report: Report) -> list[Matrix]:
    """By system, and by each variable of the inventory."""
    verdicts = tuple(sorted(report.summary, key=lambda word: (shown(word).rank, word)))
    made = [_matrix("System", verdicts, [(machine.os, machine) for machine in report.machines])]
    for column in report.columns:
        pairs = [(machine.columns.get(column, ""), machine) for machine in report.machines]
        made.append(_matrix(column, verdicts, pairs))
    return made


def _matrix(title: str, verdicts: tuple[str, ...], pairs: list[tuple[str, Machine]]) -> Matrix:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name, machine in pairs:
        counts[name or _NOT_KNOWN][machine.verdict or machine.role] += 1
    rows = tuple((name, tuple(counts[name][verdict] for verdict in verdicts)) for name in sorted(counts))
    return Matrix(title, verdicts, rows)
