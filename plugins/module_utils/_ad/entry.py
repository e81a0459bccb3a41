# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An object of the directory, as it was read. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .._text import printable

_NUMBER = re.compile(r"-?[0-9]{1,20}")


class Entry:
    """An object that was read. Attribute names are compared without regard to letter case (RFC 4512, 2.5)."""

    def __init__(self, dn: str, attributes: Mapping[str, Sequence[bytes]]) -> None:
        self.dn = dn
        self._attributes = {name.lower(): tuple(values) for name, values in attributes.items()}

    def values(self, name: str) -> tuple[bytes, ...]:
        return self._attributes.get(name.lower(), ())

    def texts(self, name: str) -> tuple[str, ...]:
        """For people, and to compare with names that hold no control characters. Names to act on are ``names``."""
        return tuple(printable(text) for text in self.names(name))

    def names(self, name: str) -> tuple[str, ...]:
        """Distinguished names as they are, to be used again."""
        return tuple(value.decode("utf-8", "replace") for value in self.values(name))

    def text(self, name: str) -> str:
        return next(iter(self.texts(name)), "")

    def number(self, name: str) -> int | None:
        """A whole number (RFC 4517, 3.3.16); None where there is none, or more digits than LDAP servers have."""
        text = self.text(name)
        return int(text) if _NUMBER.fullmatch(text) else None

    def ranged(self, name: str) -> tuple[tuple[str, ...], int | None]:
        """A long attribute comes in pieces (MS-ADTS 3.1.1.3.1.3.3): a piece, and where the next one begins."""
        for key, values in self._attributes.items():
            found = re.fullmatch(rf"{re.escape(name.lower())};range=[0-9]{{1,9}}-([0-9]{{1,9}}|\*)", key)
            if found is not None:
                texts = tuple(value.decode("utf-8", "replace") for value in values)
                return texts, None if found[1] == "*" else int(found[1]) + 1
        return self.names(name), None
