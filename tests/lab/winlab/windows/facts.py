# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads facts.tsv: what the simulation rests on about Windows, with its sources."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ..tables import read_table

PATH = Path(__file__).parent / "facts.tsv"


@lru_cache(maxsize=32)
def values(kind: str, subject: str) -> dict[str, str]:
    """Name to value of the facts of one kind about one subject."""
    return {row["name"]: row["value"] for row in read_table(PATH) if (row["kind"], row["subject"]) == (kind, subject)}


def numbers(kind: str, subject: str) -> dict[str, int]:
    """The same for values that are numbers."""
    return {name: int(value, 0) for name, value in values(kind, subject).items()}
