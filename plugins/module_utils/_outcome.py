# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change came to when it did not go well, said alike of machines, DNS records and directory objects. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """``changed``: whether it is different because of us. None: nobody knows."""

    changed: bool | None = False

    @classmethod
    def of(cls, *parts: bool | None) -> Outcome:
        """What several changes came to together: one that was made stays, whatever became of the others."""
        return cls(True if True in parts else None if None in parts else False)

    def result(self) -> dict[str, bool]:
        """For a result. What is not known counts as changed, so that nothing relies on the old state."""
        return {"changed": self.changed is not False, "state_known": self.changed is not None}
