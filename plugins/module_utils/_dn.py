# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distinguished names, for comparing: one name can be written in many ways (RFC 4514, sections 2.4 and 3). Pure."""

from __future__ import annotations

import re
from typing import TypeAlias

#: Each part as attribute and value, in lower case, the innermost first.
Parts: TypeAlias = tuple[tuple[str, str], ...]

_PART = re.compile(r"(?:\\.|[^\\,])*", re.DOTALL)
_ESCAPED = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.)", re.DOTALL)
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*")


def parts_of(dn: str) -> Parts | None:
    """A name in its parts; None for what is not a distinguished name. Two names are one where these are equal."""
    parts = []
    place = 0
    while True:
        found = _PART.match(dn, place)
        end = found.end() if found is not None else place
        kind, equals, value = dn[place:end].partition("=")
        if not equals or _TYPE.fullmatch(kind.strip()) is None:
            return None
        parts.append((kind.strip().lower(), _value(value)))
        if end == len(dn):
            return tuple(parts)
        if dn[end] != ",":
            # A backslash at the very end escapes nothing.
            return None
        place = end + 1


def is_same(one: str, other: str) -> bool:
    """Whether both name one object."""
    parts = parts_of(one)
    return parts is not None and parts == parts_of(other)


def is_directly_below(dn: str, parent: str) -> bool:
    """Whether an object lies in another one, and not deeper."""
    parts, above = parts_of(dn), parts_of(parent)
    return parts is not None and above is not None and parts[1:] == above


def _value(text: str) -> str:
    """Without escapes, letter case and the spaces around it, none of which tell two objects apart."""
    bare = text.strip(" ")
    if bare.endswith("\\") and text.endswith(" "):
        # That one is escaped, and a part of the value.
        bare += " "
    return _ESCAPED.sub(_unescaped, bare).casefold()


def _unescaped(found: re.Match[str]) -> str:
    if found[1] is None:
        return str(found[2])
    return bytes.fromhex(found[1].replace("\\", "")).decode("utf-8", "replace")
