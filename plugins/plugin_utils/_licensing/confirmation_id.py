# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The confirmation ID that Microsoft's activation center reads out on the telephone."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Usually eight groups of six digits; Windows judges the content, we only catch what cannot be one.
_SHORTEST, _LONGEST = 36, 64


class ConfirmationIdError(ValueError):
    """The text is not a confirmation ID; the message says why."""


@dataclass(frozen=True)
class ConfirmationId:
    """``digits`` is what DepositOfflineConfirmationId wants: digits and nothing else."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> ConfirmationId:
        """Accept the ID with spaces or hyphens between its groups."""
        digits = re.sub(r"[\s-]+", "", text)
        if not digits.isascii() or not digits.isdigit():
            raise ConfirmationIdError("confirmation_id must consist of digits, with spaces or hyphens at most")
        if not _SHORTEST <= len(digits) <= _LONGEST:
            raise ConfirmationIdError(
                f"confirmation_id has {len(digits)} digits; it usually has 48 (eight groups of six)"
            )
        return cls(digits)
