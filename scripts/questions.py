# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the page of questions from docs/questions.tsv; a test sees that each is answered where it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import rst

DATA = rst.ROOT / "docs" / "questions.tsv"
_INTRODUCTION = """
Each with the place of its answer.
"""


def page(rows: list[Mapping[str, str]]) -> str:
    """The page: under each topic the questions, each a link to its answer."""
    text = [rst.head("questions", "questions", "Questions"), _INTRODUCTION.strip("\n"), ""]
    for topic in dict.fromkeys(row["topic"] for row in rows):
        text += [rst.heading(topic, "-")]
        text += [f"- {_link(row)}" for row in rows if row["topic"] == topic]
        text += [""]
    return "\n".join(text).rstrip("\n") + "\n"


def _link(row: Mapping[str, str]) -> str:
    """A reference to a label of ours, or the page of a plugin."""
    if "#" in row["place"]:
        return f"{row['question']} :ansplugin:`{row['place'].split('#')[0].split('.')[-1]} <{row['place']}>`"
    return f":ref:`{row['question']} <{rst.PREFIX}.{row['place']}>`"


def written() -> dict[Any, str]:
    """The page by its path."""
    rst.with_collection()
    from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.tables import read_table

    return {rst.PAGES / "questions.rst": page(list(read_table(DATA)))}
