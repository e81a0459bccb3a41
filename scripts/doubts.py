# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes README's list of doubts from plugins/plugin_utils/_spp/data/doubts.tsv.

Run it with .venv/bin/python after a change of that file. tests/unit/test_evidence.py fails where the two differ.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
BEGIN = "<!-- doubts: written by scripts/doubts.py, do not edit -->\n"
END = "<!-- end of doubts -->\n"
WIDTH = 128


def listed(doubts: Iterable[tuple[str, str, str]]) -> str:
    """Identifier, text and evidence of each doubt as a list of Markdown."""
    items = (f"{one}: {text}. Known so far: {evidence}." for one, text, evidence in doubts)
    return "".join(
        textwrap.fill(
            item,
            WIDTH,
            initial_indent="- ",
            subsequent_indent="  ",
            break_on_hyphens=False,
            break_long_words=False,
        )
        + "\n"
        for item in items
    )


def with_list(readme: str, items: str) -> str:
    """The text of README with this list between its two marks. Raises ValueError where a mark is missing."""
    before, mark, rest = readme.partition(BEGIN)
    _unused, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError(f"README.md has lost a mark: {BEGIN.strip()} or {END.strip()}")
    return f"{before}{mark}\n{items}\n{end}{after}"


def main() -> None:
    """Write the list."""
    sys.path.insert(0, str(ROOT / ".work" / "collections"))
    from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.doubts import doubts

    items = listed((one.id, one.text, one.evidence) for one in doubts())
    README.write_text(with_list(README.read_text(encoding="utf-8"), items), encoding="utf-8")


if __name__ == "__main__":
    main()
