# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of generic volume license keys (GVLK), the public KMS client setup keys.

Sources, dates and the meaning of each column: data/gvlk.tsv. Choosing a row for a machine is the matter of
``gvlk``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from functools import lru_cache

from .editions import names_no_edition
from .model import OperatingSystem
from .product_key import ProductKey
from .tables import read_table


class Choice(str, Enum):
    """When a row may be chosen."""

    YES = "yes"
    ASK = "ask"
    NAMED = "named"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"

    @property
    def usable(self) -> bool:
        """Whether the key may be installed at all."""
        return self not in (Choice.WITHDRAWN, Choice.SUPERSEDED)


@dataclass(frozen=True)
class Gvlk:
    """One published key for one product."""

    family: str
    product: str
    version: str
    edition_id: str | None
    skus: frozenset[int]
    product_types: frozenset[int]
    build_min: int | None
    build_max: int | None
    key: ProductKey
    choice: Choice
    sources: tuple[str, ...]
    note: str

    @property
    def is_windows(self) -> bool:
        return self.family.startswith("windows-")

    @property
    def label(self) -> str:
        """The product, with its release where Microsoft's name leaves it out."""
        release = self.version.removeprefix("Windows Server, ")
        return f"{self.product}, {release}" if release != self.version else self.product

    @property
    def builds(self) -> str:
        """The range of builds for sentences: ``17763``, ``7600 to 7601``, ``22000 and later``."""
        if self.build_max is None:
            return f"{self.build_min} and later"
        if self.build_max == self.build_min:
            return str(self.build_min)
        return f"{self.build_min} to {self.build_max}"

    def covers_build(self, build: int) -> bool:
        """Whether a build number lies in the range of this row; never for Office."""
        return self.build_min is not None and self.build_min <= build <= (self.build_max or build)

    def fits_type(self, product_type: int | None) -> bool:
        """ProductType is a guard only: an unread one excludes nothing."""
        return product_type is None or product_type in self.product_types

    def fits(self, os: OperatingSystem) -> bool:
        """Whether this is the key of the edition that the machine runs.

        Where the machine reports no SKU (0, or 0xABCDABCD while unlicensed) its EditionID decides, if known.
        """
        if not self.skus or not self.covers_build(os.build) or not self.fits_type(os.product_type):
            return False
        if names_no_edition(os.sku):
            return os.edition_id is None or self.is_edition(os.edition_id)
        return os.sku in self.skus

    def is_edition(self, edition_id: str | None) -> bool:
        """Whether an EditionID is the one of this row."""
        return bool(edition_id) and (self.edition_id or "").casefold() == str(edition_id).casefold()


def _numbers(text: str) -> frozenset[int]:
    return frozenset(int(number) for number in text.split(",") if number)


def _row(fields: Mapping[str, str]) -> Gvlk:
    return Gvlk(
        family=fields["family"],
        product=fields["product"],
        version=fields["version"],
        edition_id=fields["edition_id"] or None,
        skus=_numbers(fields["os_skus"]),
        product_types=_numbers(fields["product_types"]),
        build_min=int(fields["build_min"]) if fields["build_min"] else None,
        build_max=int(fields["build_max"]) if fields["build_max"] else None,
        key=ProductKey.parse(fields["gvlk"]),
        choice=Choice(fields["choice"]),
        sources=tuple(fields["sources"].split(",")),
        note=fields["note"],
    )


@lru_cache(maxsize=1)
def catalogue() -> tuple[Gvlk, ...]:
    """Every row, in the order of the file."""
    return tuple(_row(fields) for fields in read_table("gvlk.tsv"))


def by_key(key: ProductKey) -> tuple[Gvlk, ...]:
    """The rows with this key; Windows 10 and 11, for example, share theirs."""
    return tuple(row for row in catalogue() if row.key == key)


def by_partial(last_five: str) -> tuple[Gvlk, ...]:
    """The rows whose key ends so. A hint, not a proof: a MAK could end the same way."""
    wanted = last_five.strip().upper()
    return tuple(row for row in catalogue() if row.key.partial == wanted)


def is_gvlk(key: ProductKey) -> bool:
    """Whether a key is one of the published client setup keys, withdrawn ones included."""
    return bool(by_key(key))


def by_name(name: str) -> tuple[Gvlk, ...]:
    """The rows with this product name or edition identifier, in any case."""
    wanted = " ".join(name.split()).casefold()
    names = (row for row in catalogue() if wanted in (row.product.casefold(), row.label.casefold()))
    return tuple(names) or tuple(row for row in catalogue() if row.is_edition(wanted))


def close_names(name: str) -> tuple[str, ...]:
    """Up to five product names or edition identifiers that look like ``name``."""
    known = {row.label.casefold(): row.label for row in catalogue() if row.choice.usable}
    known |= {row.edition_id.casefold(): row.edition_id for row in catalogue() if row.edition_id}
    return tuple(known[match] for match in get_close_matches(name.casefold(), known, n=5, cutoff=0.5))
