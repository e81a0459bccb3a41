# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which clients a KMS host key activates, by the word of its license. Sources and basis: data/host_keys.tsv."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .model import OperatingSystem, Product
from .tables import read_table

_WORD = re.compile(r"VOLUME_KMS(?!CLIENT)[A-Z0-9_-]*", re.IGNORECASE)
_OFFICE = re.compile(r"Office (?P<release>\d\d)\b")

# The last build that Windows 10 may have; Windows 11 begins with 22000.
_WINDOWS_10 = 19999

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
    newest_server: str = ""
    newest_client: str = ""

    def activates(self, product: Product, os: OperatingSystem) -> bool | None:
        """Whether a key of this group activates a product of a client; None where the tables do not say.

        Windows 11 came after the keys that are listed with Windows 10, and the texts on those do not name it.
        """
        release = _OFFICE.search(product.description or product.name or "")
        if product.is_office or self.office is not None:
            return product.is_office and release is not None and self.word == f"OFFICE_{release['release']}"
        return self.activates_windows(os.is_server, os.build)

    def activates_windows(self, is_server: bool, build: int) -> bool | None:
        """Whether a key of this group activates a release of Windows; None where the tables do not say."""
        newest = self.newest_server if is_server else self.newest_client
        if newest in ("", "any"):
            return bool(newest)
        if not is_server and int(newest) == _WINDOWS_10 and build > _WINDOWS_10:
            return None
        return build <= int(newest)

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
            newest_server=row["newest_server"],
            newest_client=row["newest_client"],
        )
        for row in read_table("host_keys.tsv")
    )


def group_of(product: Product, build: int) -> HostKeyGroup | None:
    """The group of a host key on a machine of that build; None for a word nobody has listed yet."""
    return group_named(product.description, product.is_windows, build)


def group_named(description: str | None, is_windows: bool, build: int) -> HostKeyGroup | None:
    """The same by what the license with the key says of itself."""
    word = _word(description or "", is_windows)
    return next((row for row in host_key_groups() if row.word == word and row.covers(build)), None)


def _word(description: str, is_windows: bool) -> str | None:
    found = _WORD.search(description)
    if found is None:
        return None
    if is_windows:
        return found[0].upper()
    release = _OFFICE.search(description)
    return f"OFFICE_{release['release']}" if release else None
