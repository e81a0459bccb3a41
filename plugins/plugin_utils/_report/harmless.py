# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The door of the report: text of strangers becomes one line that steers no terminal, hides nothing, and has an end."""

from __future__ import annotations

from ...module_utils._text import printable

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

#: Longest name, such as that of a host or of a system, and longest sentence.
NAME, SENTENCE = 300, 2000


def line(value: object, longest: int = NAME) -> str:
    """One line of printable text. None is the empty text."""
    if value is None:
        return ""
    text = " ".join(printable(str(value)[: longest * 2]).split())
    if not text.isprintable():
        # Places of Unicode that have no character, some of which XML forbids.
        text = "".join(one if one.isprintable() else _REPLACEMENT for one in text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def sentence(value: object) -> str:
    """The same for sentences."""
    return line(value, SENTENCE)


def number(value: object) -> int | None:
    """A whole number, or None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if abs(value) < 1e15 else None
