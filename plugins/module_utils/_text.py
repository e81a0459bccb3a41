# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of strangers, made harmless where it enters: nothing in it may steer a terminal or hide in a report."""

from __future__ import annotations

import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_HARMLESS = "\t\n"

# Cc and Cf steer terminals and the direction of text; Cs cannot be written; Zl and Zp break lines.
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def printable(text: str) -> str:
    """The text with control and format characters replaced; tabs and line ends stay.

    Their categories: Unicode Standard, section 4.5. Takes time in proportion to the length of the text.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_REPLACEMENT if _is_harmful(character) else character for character in text)


def _is_harmful(character: str) -> bool:
    return character not in _HARMLESS and unicodedata.category(character) in _HARMFUL
