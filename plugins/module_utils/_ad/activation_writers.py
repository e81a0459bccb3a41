# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may change an activation object, or add one, besides the administrators. Pure.

Whoever may write one decides what activates the forest, and whoever may delete it leaves the forest without.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from . import rights, sid
from .errors import Malformed
from .security_descriptor import Ace, SecurityDescriptor

_TAKES_OVER = rights.DELETE | rights.DELETE_TREE | rights.WRITE_DAC | rights.WRITE_OWNER
# Any property counts: the name that people know it by, as well as what it activates.
OF_OBJECT = _TAKES_OVER | rights.WRITE_PROPERTY
OF_CONTAINER = _TAKES_OVER | rights.CREATE_CHILD | rights.DELETE_CHILD


@dataclass(frozen=True)
class Writer:
    """Somebody, and those of his rights that count. An owner may give himself all others (MS-DTYP 2.5.3.2)."""

    trustee: str
    mask: int
    owner: bool = False

    @property
    def words(self) -> str:
        found = ["owner"] if self.owner else []
        return ", ".join([*found, rights.in_words(self.mask)] if self.mask else found)


def writers_in(values: Iterable[bytes], counting: int, trusted: frozenset[str]) -> tuple[Writer, ...] | None:
    """Those that are not trusted, from ``nTSecurityDescriptor``. None where it was not shown, or makes no sense."""
    try:
        descriptors = [SecurityDescriptor.parse(value) for value in values]
    except Malformed:
        return None
    if not descriptors:
        return None
    found = _masks(descriptors[0], counting)
    owner = descriptors[0].owner
    named = [*found, *([owner] if owner is not None and owner not in found else [])]
    return tuple(Writer(one, found.get(one, 0), one == owner) for one in named if one not in trusted)


def _masks(descriptor: SecurityDescriptor, counting: int) -> dict[str, int]:
    """The rights that count, by who has them. A denial takes nothing away here: what may be is what is told."""
    if descriptor.everybody_may:
        return {sid.EVERYONE: counting}
    found: dict[str, int] = {}
    for ace in filter(_counts, descriptor.aces):
        mask = rights.mapped(ace.mask or 0) & counting
        if mask:
            found[ace.trustee or ""] = found.get(ace.trustee or "", 0) | mask
    return found


def _counts(ace: Ace) -> bool:
    return ace.allows and not ace.inherit_only and ace.trustee is not None
