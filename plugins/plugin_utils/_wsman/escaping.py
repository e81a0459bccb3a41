# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text into XML 1.0, losslessly or not at all.

Characters outside ``Char`` (XML 1.0, production 2) cannot be written in any form, not even as references: they are
refused here, before anything is sent. A raw carriage return would come out as a line feed (section 2.11), and white
space in an attribute as blanks (section 3.3.3), so those travel as references.
"""

from __future__ import annotations

import re

from .errors import UsageError

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Anything that is not itself as element content; most texts have nothing of the kind.
_SPECIAL = re.compile("[^\t\n\u0020-%'-;=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXT = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#13;"}
_ATTRIBUTE = {**_TEXT, ord('"'): "&quot;", ord("\t"): "&#9;", ord("\n"): "&#10;"}


def checked_text(text: str, what: str) -> str:
    """The text, if XML can carry it. The text itself stays out of the message: it may be a product key."""
    found = _FORBIDDEN.search(text)
    if found:
        raise UsageError(
            f"{what} contains the character U+{ord(found.group()):04X} at position {found.start()}, which XML 1.0 "
            "cannot carry. Nothing was sent; remove the character."
        )
    return text


def escape_text(text: str, what: str) -> str:
    """Element content. ``what`` names the text in the error."""
    return checked_text(text, what).translate(_TEXT) if _SPECIAL.search(text) else text


def escape_attribute(text: str, what: str) -> str:
    """Content of an attribute in double quotes."""
    return checked_text(text, what).translate(_ATTRIBUTE)
