# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes secrets out of everything that leaves an action plugin.

Ansible masks ``no_log`` arguments of modules that run on a target, but not those of action plugins, so
it is done here: keys and passwords that are known by value, and anything that looks like a product key
and is not one of Microsoft's published GVLKs.
"""

from __future__ import annotations

from typing import Any

from .._licensing import product_key

_HIDDEN = "********"
# Shorter passwords would tear holes into ordinary words.
_SHORTEST_SECRET = 4


class Masking:
    """Collects secrets by value and removes them from text and result trees."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def add(self, secret: Any) -> None:
        text = str(secret) if secret is not None else ""
        if len(text) >= _SHORTEST_SECRET and product_key.mask(text) == text and text.lower() != "gvlk":
            self._secrets.add(text)

    def text(self, text: str) -> str:
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, _HIDDEN)
        return product_key.mask(text)

    def tree(self, value: Any) -> Any:
        """The same structure with every text in it masked; keys of dictionaries stay as they are."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {name: self.tree(item) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.tree(item) for item in value]
        return value
