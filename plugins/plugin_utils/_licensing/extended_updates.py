# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Extended Security Updates (ESU): which license of a machine is for them, of which year, and until when that lasts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from .model import Product
from .tables import read_table

_FILE = Path(__file__).parent / "data" / "extended_updates.tsv"
# ``Client-ESU-Year1``, ``Client ESU Year 3``, ``ESUYear2``.
_YEAR = re.compile(r"ESU[ -]?Year ?(\d)")


@dataclass(frozen=True)
class Year:
    """One year of updates. ``activation_id`` is empty where it is not published."""

    activation_id: str
    builds: frozenset[int]
    number: int
    ends: date


@lru_cache(maxsize=1)
def years() -> tuple[Year, ...]:
    """All that are known."""
    return tuple(
        Year(
            row["activation_id"],
            frozenset(map(int, row["builds"].split())),
            int(row["year"]),
            date.fromisoformat(row["ends"]),
        )
        for row in read_table(_FILE)
    )


def is_one(product: Product) -> bool:
    """Whether a license is for these updates, by its identifier or its name."""
    known = any(year.activation_id == product.activation_id for year in years())
    return known or any(map(_named, (product.name, product.license_family)))


def year_of(product: Product, build: int) -> Year | None:
    """The year that a license is for, on that build of Windows; None where it is not known."""
    named = (_YEAR.search(text or "") for text in (product.license_family, product.name))
    number = next((int(found[1]) for found in named if found), None)
    for year in years():
        if year.activation_id == product.activation_id or (build in year.builds and year.number == number):
            return year
    return None


def _named(text: str | None) -> bool:
    """``Server-ESU-Year1``, ``Client ESU Year 3``, ``ESUYear2``, ``Extended Security Updates``; not ``RESUME``."""
    return re.search(r"(?<![A-Za-z])ESU(?![a-z])|Extended Security Update", text or "") is not None
