# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the glossary from docs/glossary.tsv; the words of verdicts in reports come from the report's own table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import rst

DATA = rst.ROOT / "docs" / "glossary.tsv"
VERDICTS = rst.ROOT / "plugins" / "plugin_utils" / "_report" / "data" / "verdicts.tsv"
KINDS = {
    "verdict": "Verdicts",
    "unread": "Machines that were not read",
    "role": "Roles of a machine",
    "key": "Kinds of product key",
    "state": "What a change came to",
    "term": "Terms",
}
_INTRODUCTION = f"""
The words in results and reports. Playbooks may rely on them: a word never changes its meaning. What can be wrong
with a machine, a record or the fleet, each with an identifier such as ``KMS-001``:
:ref:`{rst.PREFIX}.guide_findings`.

.. contents::
  :local:
  :depth: 1
"""
_ABOUT = {
    "verdict": "The short word for the worst finding of a machine, ``verdict`` in results. Worst first.",
    "unread": "Where there is no verdict, because there was nothing to judge.",
    "role": "The part that a machine plays in volume activation, ``role`` in results.",
    "key": "``key_type`` in results.",
    "state": "``result`` of modules that change Windows, ``state`` of those that change DNS.",
}


def page(words: list[Mapping[str, str]], shown: Mapping[str, str]) -> str:
    """The page. ``shown``: how a verdict is worded in reports."""
    text = [rst.head("glossary", "glossary", "Glossary"), _INTRODUCTION.strip("\n"), ""]
    for kind, title in KINDS.items():
        text += [f".. _{rst.PREFIX}.glossary.{kind}:", "", rst.heading(title, "-")]
        text += [_ABOUT[kind], ""] if kind in _ABOUT else []
        for row in words:
            if row["kind"] == kind:
                text += _entry(row, shown.get(row["word"], ""))
    return "\n".join(text).rstrip("\n") + "\n"


def _entry(row: Mapping[str, str], shown: str) -> list[str]:
    word = row["word"] if row["kind"] == "term" else f"``{row['word']}``"
    report = f" In reports: *{shown}*." if shown else ""
    return [word, f"  {rst.plain(row['meaning'])}{report}", ""]


def written() -> dict[Any, str]:
    """The page by its path."""
    rst.with_collection()
    from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.tables import read_table

    shown = {row["verdict"]: row["words"] for row in read_table(VERDICTS)}
    return {rst.PAGES / "glossary.rst": page(list(read_table(DATA)), shown)}
