# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer to "which client setup key?": a row of the catalogue, or a refusal in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .catalogue import Gvlk


class Refusal(str, Enum):
    """Why no key was chosen."""

    BEFORE_VISTA = "before_vista"
    EVALUATION = "evaluation"
    MULTI_SESSION = "multi_session"
    SUBSCRIPTION = "subscription"
    HOME = "home"
    NO_GVLK = "no_gvlk"
    ASK = "ask"
    UNKNOWN_SKU = "unknown_sku"
    BUILD_OUT_OF_RANGE = "build_out_of_range"
    AMBIGUOUS = "ambiguous"
    CONTRADICTION = "contradiction"
    EDITION_MISMATCH = "edition_mismatch"
    WITHDRAWN = "withdrawn"
    UNKNOWN_NAME = "unknown_name"


@dataclass(frozen=True)
class Selection:
    """A chosen row, or a refusal in words.

    ``candidate`` is set with ``Refusal.ASK`` only: the row that is chosen once the operator says so.
    """

    row: Gvlk | None
    reason: Refusal | None
    sentence: str
    advice: str
    candidate: Gvlk | None = None

    @property
    def explanation(self) -> str:
        """Sentence and advice together."""
        return f"{self.sentence} {self.advice}".strip()
