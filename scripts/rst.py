# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pages that scripts write have in common: their head, headings, and texts that are no markup."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "docsite" / "rst"
PREFIX = "ansible_collections.winfleet.activation.docsite"

_HEAD = """..
  Copyright (c) 2026 the winfleet.activation contributors
  GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later
  Written by scripts/{script}.py, do not edit.

"""


def head(script: str, label: str, title: str) -> str:
    """The beginning of a page that a script writes."""
    return f"{_HEAD.format(script=script)}.. _{PREFIX}.{label}:\n\n{heading(title, '=')}\n"


def heading(title: str, line: str) -> str:
    """A title with its line."""
    return f"{title}\n{line * len(title)}\n"


def plain(text: str) -> str:
    """A text of a data file, in which nothing is markup but what stands in single backticks."""
    parts = re.split(r"`([^`]+)`", text)
    escaped = [
        re.sub(r"([\\*_|])", r"\\\1", part) if number % 2 == 0 else f"``{part}``" for number, part in enumerate(parts)
    ]
    return "".join(escaped)


def with_collection() -> None:
    """Let a script import the collection from this working tree."""
    sys.path.insert(0, str(ROOT / ".work" / "collections"))
