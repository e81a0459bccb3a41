# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far clocks may differ, and how such a difference is told."""

from __future__ import annotations

from datetime import timedelta

#: A KMS host refuses clients whose clock differs from its own by more (0xC004F06C; Microsoft Learn, "Guidelines for
#: troubleshooting KMS").
TOLERANCE = timedelta(hours=4)


def apart(difference: timedelta) -> str:
    """A difference in words, without its direction."""
    minutes = round(abs(difference.total_seconds()) / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"
