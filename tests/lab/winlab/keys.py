# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Product keys of the lab: Microsoft's public setup keys, and invented ones for everything that is secret.

A lab key has the form of a product key and begins with the group `99999`, so that nobody takes one for a real key.
It depends on its name alone, not on a seed: tests may ask for it once and use it against every lab.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from .identity import digest

# No vowels and no characters that look alike; N is found in keys from Windows 8 on.
_ALPHABET = "BCDFGHJKMPQRTVWXY2346789"
_SHAPE = re.compile(rf"[{_ALPHABET}N]{{5}}(-[{_ALPHABET}N]{{5}}){{4}}")
_LAB_GROUP = "99999"


class KeyKind(str, Enum):
    """What a key is good for."""

    GVLK = "gvlk"
    CSVLK = "csvlk"
    MAK = "mak"
    RETAIL = "retail"
    OEM = "oem"
    EVALUATION = "evaluation"
    ADDON = "addon"


@dataclass(frozen=True)
class ProductKey:
    """One key under its symbolic name. The text stays out of `repr`; output shows `partial`."""

    name: str
    kind: KeyKind
    text: str = field(repr=False)
    releases: frozenset[str] = frozenset()

    @property
    def partial(self) -> str:
        """The last five characters, which Windows shows as PartialProductKey."""
        return self.text[-5:]


def mint(name: str) -> str:
    """The invented key of a name."""
    value = int.from_bytes(digest("lab key", name), "big")
    characters = []
    for _unused in range(20):
        value, index = divmod(value, len(_ALPHABET))
        characters.append(_ALPHABET[index])
    body = "".join(characters)
    return "-".join([_LAB_GROUP, *(body[start : start + 5] for start in range(0, 20, 5))])


def normalize(text: str) -> str | None:
    """The key in upper case when it has the form of one, else None. Windows ignores case."""
    candidate = text.strip().upper()
    return candidate if _SHAPE.fullmatch(candidate) else None


class KeyRing:
    """All keys the lab knows, by name and by text. A public setup key may serve several releases."""

    def __init__(self, keys: Iterable[ProductKey]) -> None:
        self._by_name: dict[str, ProductKey] = {}
        self._by_text: dict[str, ProductKey] = {}
        for key in keys:
            self.add(key)

    def add(self, key: ProductKey) -> None:
        """Put a key on the ring; keys of one text share their releases."""
        self._by_name[key.name] = key
        known = self._by_text.get(key.text)
        if known is not None:
            key = ProductKey(known.name, known.kind, known.text, known.releases | key.releases)
        self._by_text[key.text] = key

    def named(self, name: str) -> ProductKey | None:
        """The key of a symbolic name."""
        return self._by_name.get(name)

    def lookup(self, text: str) -> ProductKey | None:
        """The key with this text (normalized)."""
        return self._by_text.get(text)

    def __iter__(self) -> Iterator[ProductKey]:
        """In the order of their names."""
        return iter(sorted(self._by_name.values(), key=lambda key: key.name))
