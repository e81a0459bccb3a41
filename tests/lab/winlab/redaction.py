# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may stand in the log: product keys are shortened to their last five characters, as slmgr.vbs shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_KEY = re.compile(r"\b(?:[A-Z0-9]{5}-){4}([A-Z0-9]{5})\b", re.IGNORECASE)
_KEY_PARAMETERS = frozenset({"productkey", "key"})


def shorten_keys(text: str) -> str:
    """Any text with the product keys in it shortened."""
    return _KEY.sub(r"*-\1", text)


def loggable_arguments(arguments: Mapping[str, str | list[str] | None]) -> dict[str, str | list[str] | None]:
    """Method arguments for the log."""
    return {name: _loggable(name, value) for name, value in arguments.items()}


def _loggable(name: str, value: str | list[str] | None) -> str | list[str] | None:
    if value is None:
        return None
    if isinstance(value, list):
        return [shorten_keys(one) for one in value]
    if name.lower() in _KEY_PARAMETERS and not _KEY.search(value):
        return f"*-{value[-5:]}" if len(value) > 5 else "*"
    return shorten_keys(value)
