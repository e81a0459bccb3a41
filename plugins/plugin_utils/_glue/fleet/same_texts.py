# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps equal texts of many results once, as ``masking`` does where they are made."""

from __future__ import annotations

from typing import Any

# Hosts have some texts of their own, such as names; those push nobody out for long.
_REMEMBERED = 20_000


class SameTexts:
    """Replaces texts by equal ones of earlier results."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def in_place(self, container: dict[str, Any] | list[Any]) -> None:
        """In a result, and in all that it holds."""
        if len(self._texts) >= _REMEMBERED:
            self._texts.clear()
        self._replace(container)

    def _replace(self, container: Any) -> None:
        remember = self._texts.setdefault
        items = container.items() if isinstance(container, dict) else enumerate(container)
        for key, value in items:
            # No text of a kind of its own: what Ansible marks as not to be rendered stays marked.
            if value.__class__ is str:
                container[key] = remember(value, value)
            elif isinstance(value, (dict, list)):
                self._replace(value)
