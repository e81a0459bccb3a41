# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which clients a KMS host key activates, by the word of its license. Sources and basis: data/host_keys.tsv."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .model import Product
from .tables import read_table

_WORD = re.compile(r"VOLUME_KMS(?!CLIENT)[A-Z0-9_-]*", re.IGNORECASE)
_OFFICE = re.compile(r"Office (?P<release>\d\d)\b")

# Microsoft, "KMS activation and 0xC004C008": a host key is good for six computers, ten activations each.
COMPUTERS_PER_KEY = 6
ACTIVATIONS_PER_COMPUTER = 10


@dataclass(frozen=True)
class HostKeyGroup:
    """A product key group. ``documented`` is False where the word was inferred from its siblings."""

    word: str
    build_min: int | None
    build_max: int | None
    group: str
    servers: str | None
    clients: str | None
    office: str | None
    documented: bool

    def covers(self, build: int) -> bool:
        return (self.build_min or 0) <= build and (self.build_max is None or build <= self.build_max)


@lru_cache(maxsize=1)
def host_key_groups() -> tuple[HostKeyGroup, ...]:
    """Every row, in the order of the file."""
    return tuple(
        HostKeyGroup(
            word=row["word"],
            build_min=int(row["build_min"]) if row["build_min"] else None,
            build_max=int(row["build_max"]) if row["build_max"] else None,
            group=row["group"],
            servers=row["servers"] or None,
            clients=row["clients"] or None,
            office=row["office"] or None,
            documented=row["basis"] == "documented",
        )
        for row in read_table("host_keys.tsv")
    )


def group_of(product: Product, build: int) -> HostKeyGroup | None:
    """The group of a host key on a machine of that build; None for a word nobody has listed yet."""
    word = _word(product)
    return next((row for row in host_key_groups() if row.word == word and row.covers(build)), None)


def _word(product: Product) -> str | None:
    description = product.description or ""
    found = _WORD.search(description)
    if found is None:
        return None
    if product.is_windows:
        return found[0].upper()
    release = _OFFICE.search(description)
    return f"OFFICE_{release['release']}" if release else None
