# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes every page of the documentation that is made from data. tests/unit/test_pages.py fails where one differs.

Run it with .venv/bin/python after a change of the data: findings, error codes, doubts, glossary, questions, imports.
"""

from __future__ import annotations

from pathlib import Path

import doubts
import error_codes
import findings
import glossary
import questions
import rooms


def written() -> dict[Path, str]:
    """All pages by their paths, as they should be."""
    return {
        path: text
        for source in (doubts, error_codes, findings, glossary, questions, rooms)
        for path, text in source.written().items()
    }


def main() -> None:
    """Write what differs."""
    for path, text in written().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(path.name)


if __name__ == "__main__":
    main()
