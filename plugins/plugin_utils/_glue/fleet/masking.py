# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes secrets out of the results of thousands of hosts: what ``masking`` does, without asking of each text anew.

A result holds a hundred texts, and nearly all of them are those of the hosts before. So texts in which nothing was
found are remembered, for each password by itself, and kept once for all the hosts that have them: in memory, and on the
way from the process that reads to the one that runs the play.
"""

from __future__ import annotations

from typing import Any

from ..._licensing import product_key
from ..._winrm.endpoint import Secret
from ..masking import Masking

# Texts for each password. Hosts have some of their own, such as names; those push nobody out for long.
_REMEMBERED = 20_000
_PASSWORDS = 100


class FleetMasking:
    """Masks one result after the other."""

    def __init__(self) -> None:
        self._clean: dict[str, dict[str, str]] = {}

    def result(self, result: dict[str, Any], password: Secret | None) -> dict[str, Any]:
        """The result without the password and without anything that looks like a product key.

        A clean result is given back itself, its texts replaced by equal ones of earlier results.
        """
        secret = password.reveal() if password else ""
        if self._is_clean(result, secret, self._clean_with(secret)):
            return result
        masking = Masking()
        masking.add(secret)
        masked: dict[str, Any] = masking.tree(result)
        return masked

    def _clean_with(self, secret: str) -> dict[str, str]:
        if secret not in self._clean and len(self._clean) >= _PASSWORDS:
            self._clean.clear()
        clean = self._clean.setdefault(secret, {})
        if len(clean) >= _REMEMBERED:
            clean.clear()
        return clean

    def _is_clean(self, container: Any, secret: str, clean: dict[str, str]) -> bool:
        items = list(container.items()) if isinstance(container, dict) else list(enumerate(container))
        for key, value in items:
            if isinstance(value, str):
                known = clean.get(value)
                if known is None:
                    if (secret and secret in value) or product_key.mask(value) != value:
                        return False
                    clean[value] = value
                elif known is not value and not isinstance(container, tuple):
                    container[key] = known
            elif isinstance(value, (dict, list, tuple)) and not self._is_clean(value, secret, clean):
                return False
        return True
