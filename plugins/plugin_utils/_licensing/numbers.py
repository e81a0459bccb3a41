# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers in texts of machines: event log, registry, WMI."""

from __future__ import annotations

# More than any number of Windows has. Python refuses to read one of thousands, and other alphabets have digits too.
_MOST_DIGITS = 20


def whole(text: str) -> int | None:
    """A number from zero on, in digits alone; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
