# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A product key as a value that never shows itself, and masking of keys in any text.

A multiple activation key (MAK) or a KMS host key (CSVLK) is worth money to whoever reads it in a log: a
host key is good for six computers and a MAK for as many as were bought. The last five characters are what
Windows itself shows (SoftwareLicensingProduct.PartialProductKey) and are safe to print.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NoReturn, SupportsIndex

from .tables import read_table

ALPHABET: Final = "BCDFGHJKMPQRTVWXY2346789"
_LETTERS: Final = ALPHABET + "N"  # keys of Windows 8 and later carry exactly one N, older ones none
_LENGTH: Final = 25
_GROUP: Final = 5
_HIDDEN: Final = "*****-*****-*****-*****-"

# Word processors and web pages turn the minus sign into one of these, a documented cause of 0xC004F050
# (Microsoft Learn, Troubleshoot Windows activation error codes).
_DASHES: Final = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_TO_MINUS: Final = str.maketrans(dict.fromkeys(_DASHES, "-"))

_MISREADINGS: Final = {
    "A": "4",
    "E": "F",
    "I": "J or T",
    "L": "J or T",
    "O": "D or Q",
    "S": "6 or 8",
    "U": "V",
    "Z": "2",
    "0": "D or Q",
    "1": "7 or T",
    "5": "6",
}


class ProductKeyError(ValueError):
    """A text is not a product key. The message says what is wrong and never repeats the text."""


class ProductKey:
    """Twenty-five characters in five groups. Immutable; only :meth:`reveal` gives the whole key."""

    __slots__ = ("_key",)
    _key: str

    def __init__(self, text: str) -> None:
        object.__setattr__(self, "_key", _canonical(text))

    @classmethod
    def parse(cls, text: str) -> ProductKey:
        """Read a key with or without dashes, in any case. Raises :class:`ProductKeyError`."""
        return cls(text)

    @property
    def partial(self) -> str:
        """The last five characters, which Windows shows as PartialProductKey."""
        return self._key[-_GROUP:]

    def reveal(self) -> str:
        """The whole key, for the one request that installs it."""
        return self._key

    def __str__(self) -> str:
        return _HIDDEN + self.partial

    def __repr__(self) -> str:
        return f"ProductKey({self})"

    def __format__(self, specification: str) -> str:
        return format(str(self), specification)

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, ProductKey) else NotImplemented

    def __hash__(self) -> int:
        return hash((ProductKey, self._key))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a product key cannot be changed (attempt to set {name})")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a product key cannot be changed (attempt to delete {name})")

    def __copy__(self) -> ProductKey:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> ProductKey:
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a product key is not pickled: that would write the whole key somewhere")


def _canonical(text: str) -> str:
    if not isinstance(text, str):
        raise ProductKeyError(f"a product key is text, not {type(text).__name__}; put it in quotes")
    trimmed = text.strip().translate(_TO_MINUS)
    if "-" in trimmed:
        _check_groups(trimmed)
    letters = trimmed.replace("-", "")
    _check_letters(letters)
    if len(letters) != _LENGTH:
        raise ProductKeyError(
            f"a product key has {_LENGTH} characters in five groups of five, this text has {len(letters)}"
        )
    letters = letters.upper()
    if letters.count("N") > 1:
        raise ProductKeyError(
            "a product key carries the letter N at most once (keys of Windows 8 and later), this text has it "
            f"{letters.count('N')} times; an M or H may have been misread"
        )
    return "-".join(letters[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def _check_groups(trimmed: str) -> None:
    sizes = [len(group) for group in trimmed.split("-")]
    if sizes != [_GROUP] * 5:
        listed = ", ".join(map(str, sizes))
        raise ProductKeyError(f"a product key has five groups of five characters, this text has groups of {listed}")


def _check_letters(letters: str) -> None:
    for index, character in enumerate(letters):
        if character.isascii() and character.upper() in _LETTERS:
            continue
        raise ProductKeyError(_illegal(index, character))


def _illegal(index: int, character: str) -> str:
    where = f"character {index + 1} of the key (number {index % _GROUP + 1} of group {index // _GROUP + 1})"
    if character.isspace():
        return f"{where} is white space; a product key has none inside, only dashes"
    likely = _MISREADINGS.get(character.upper())
    hint = f"; it is often a misread {likely}" if likely else ""
    return (
        f"{where} is {character!r}, which no product key contains: keys are made of {ALPHABET} and at most "
        f"one N, so there are no vowels, no L, S or Z and no 0, 1 or 5{hint}"
    )


# Written out instead of re.IGNORECASE, which would let the Kelvin sign pass as a K.
_KEY_CLASS: Final = f"[{_LETTERS}{_LETTERS.lower()}]"
_ANY_CLASS: Final = "[A-Za-z0-9]"
_DASH_CLASS: Final = f"[{re.escape(_DASHES)}]"
_SHAPE: Final = re.compile(
    rf"(?<!{_ANY_CLASS})(?:"
    # With dashes every letter and digit counts: a mistyped key gives away almost as much as a right one.
    # Of more than five groups any five may be the key, so all of them are hidden.
    rf"{_ANY_CLASS}{{5}}(?:[ \t]?{_DASH_CLASS}[ \t]?{_ANY_CLASS}{{5}}){{4,}}"
    rf"|{_KEY_CLASS}{{5}}(?:[ \t]{_KEY_CLASS}{{5}}){{4,}}"
    rf"|{_KEY_CLASS}{{25}}"
    rf")(?!{_ANY_CLASS})"
)
# A key may begin with the letters at which something else of its shape ends, and is seen at the second look only.
_PASSES: Final = 4
_SEPARATORS: Final = re.compile(rf"(?:{_DASH_CLASS}|[ \t])+")


@lru_cache(maxsize=1)
def _public_keys() -> frozenset[str]:
    return frozenset(row["gvlk"].replace("-", "") for row in read_table("gvlk.tsv"))


def mask(text: str) -> str:
    """``text`` with everything shaped like a product key hidden but for its last five characters.

    The public client setup keys (GVLK) stay readable: Microsoft prints them, and reports are clearer so.
    """
    for _again in range(_PASSES):
        masked = _SHAPE.sub(_hide, text)
        if masked == text:
            break
        text = masked
    return text


def _hide(found: re.Match[str]) -> str:
    letters = _SEPARATORS.sub("", found[0]).upper()
    return found[0] if letters in _public_keys() else _HIDDEN + letters[-_GROUP:]
