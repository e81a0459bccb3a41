# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a number of Win32_OperatingSystem.OperatingSystemSKU means, and whether a GVLK can exist for it.

Sources and dates: data/editions.tsv.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from types import MappingProxyType

from .tables import read_table


class EditionKind(str, Enum):
    """What an edition means for a client setup key."""

    VOLUME = "volume"
    ASK = "ask"
    EVALUATION = "evaluation"
    MULTI_SESSION = "multi_session"
    SUBSCRIPTION = "subscription"
    HOME = "home"
    NO_GVLK = "no_gvlk"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Edition:
    """One OperatingSystemSKU number."""

    sku: int
    constant: str
    reading: str
    kind: EditionKind
    note: str

    @property
    def label(self) -> str:
        """For sentences: the reading without its remarks, as in ``Enterprise evaluation (SKU 72)``."""
        return f"{self.reading.partition(' (')[0]} (SKU {self.sku})"


@lru_cache(maxsize=1)
def editions() -> Mapping[int, Edition]:
    """All known editions by SKU number."""
    rows = (
        Edition(int(row["sku"]), row["constant"], row["reading"], EditionKind(row["kind"]), row["note"])
        for row in read_table("editions.tsv")
    )
    return MappingProxyType({edition.sku: edition for edition in rows})


def edition_of(sku: int | None) -> Edition | None:
    """The edition behind a SKU number; ``None`` for a number nobody has named yet."""
    return None if sku is None else editions().get(sku & 0xFFFFFFFF)


def names_no_edition(sku: int | None) -> bool:
    """Whether a SKU number says nothing: not read, 0, or 0xABCDABCD (PRODUCT_UNLICENSED)."""
    edition = edition_of(sku)
    return sku is None or (edition is not None and edition.kind is EditionKind.UNKNOWN)
