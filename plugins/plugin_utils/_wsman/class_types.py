# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of the properties of common classes in root/cimv2, from Microsoft's class pages.

The wire does not tell a number from a string of digits, nor an array of one from a scalar; only the class does
(DSP0230; MS-WSMV sends no ``xsi:type`` for Microsoft's URIs). The table is ``data/win32_types.tsv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

_TABLE = Path(__file__).parent / "data" / "win32_types.tsv"
_NAMESPACE = "root/cimv2"
_NOTHING: Mapping[str, str] = {}


def types_of(class_name: str | None) -> Mapping[str, str]:
    """Property name to CIM type (``uint32``, ``string[]``) of a class in root/cimv2; empty for a class not listed."""
    return _NOTHING if class_name is None else _table().get(class_name.casefold(), _NOTHING)


def types_in(namespace: str, class_name: str | None) -> Mapping[str, str]:
    """As ``types_of``, and nothing outside root/cimv2: another namespace may define a class of the same name anew."""
    return types_of(class_name) if namespace.replace("\\", "/").casefold() == _NAMESPACE else _NOTHING


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            class_name, name, cim_type = line.split("\t")
            table.setdefault(class_name.casefold(), {})[name] = cim_type
    return table
