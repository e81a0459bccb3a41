# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an organization wants its machines activated: by KMS hosts, through Active Directory, by both, by neither."""

from __future__ import annotations

from enum import Enum


class Way(str, Enum):
    """The words of option ``activation``."""

    KMS = "kms"
    ADBA = "adba"
    BOTH = "both"
    NONE = "none"

    @property
    def by_kms(self) -> bool:
        """Whether there are to be KMS hosts."""
        return self in (Way.KMS, Way.BOTH)

    @property
    def by_directory(self) -> bool:
        """Whether activation objects are to activate machines."""
        return self in (Way.ADBA, Way.BOTH)
