# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the pages of error codes from the data that filter explain_error uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import rst

DATA = rst.ROOT / "plugins" / "plugin_utils" / "_licensing" / "data" / "activation_errors.tsv"
AREAS = {
    "kms-client": "KMS clients",
    "kms-host": "KMS hosts",
    "dns": "DNS",
    "ad": "Active Directory",
    "mak": "Multiple activation keys",
    "rpc": "Connections between machines",
    "wmi": "WMI",
    "office": "Office",
    "token": "Token-based activation",
}
_MAIN = f"""
Codes of volume activation, with their meaning, likely cause and remedy. The same texts come from the filter
:ansplugin:`winfleet.activation.explain_error#filter`, which also takes codes as decimal numbers, and are in the
results of all modules. Windows shows 0xC004F074 for nearly everything that goes wrong between a machine and its KMS
host; to find the real cause, see :ref:`{rst.PREFIX}.guide_diagnosis`. Other codes of licensing:
:ref:`{rst.PREFIX}.error_codes_general`.

.. contents::
  :local:
  :depth: 1
"""
_GENERAL = f"""
Codes of the licensing service and of Windows that are not about KMS alone. Those of volume activation:
:ref:`{rst.PREFIX}.error_codes`.
"""


def main_page(rows: list[Mapping[str, str]]) -> str:
    """The codes of volume activation, by area."""
    text = [rst.head("error_codes", "error_codes", "Error codes"), _MAIN.strip("\n"), ""]
    for area, title in AREAS.items():
        text += [rst.heading(title, "-")]
        for row in rows:
            if row["area"] == area:
                text += _entry(row)
    return "\n".join(text).rstrip("\n") + "\n"


def general_page(rows: list[Mapping[str, str]]) -> str:
    """All other codes."""
    text = [rst.head("error_codes", "error_codes_general", "Other error codes of licensing"), _GENERAL.strip("\n"), ""]
    for row in rows:
        if row["area"] not in AREAS:
            text += _entry(row)
    return "\n".join(text).rstrip("\n") + "\n"


def _entry(row: Mapping[str, str]) -> list[str]:
    title = f"{row['code']} {row['symbol']}".strip()
    text = [f".. _{rst.PREFIX}.error_{row['code']}:", "", rst.heading(title, "~"), rst.plain(row["meaning"]), ""]
    if row["likely_cause"]:
        text += [f"**Likely cause:** {rst.plain(row['likely_cause'])}", ""]
    if row["admin_action"]:
        text += [f"**What to do:** {rst.plain(row['admin_action'])}", ""]
    if row["activating_again"] == "no":
        text += ["Activating again does not help until then.", ""]
    return text


def written() -> dict[Any, str]:
    """The pages by their paths."""
    rst.with_collection()
    from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.tables import read_table

    rows = list(read_table(DATA))
    return {
        rst.PAGES / "error_codes.rst": main_page(rows),
        rst.PAGES / "error_codes_general.rst": general_page(rows),
    }
