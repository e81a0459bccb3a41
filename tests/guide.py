# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the guides, so that tests run what people copy."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

_GUIDES = Path(__file__).resolve().parents[1] / "docs" / "docsite" / "rst"


def example(guide: str, language: str, marker: str) -> str:
    """The one example in a guide that contains the marker."""
    text = (_GUIDES / f"{guide}.rst").read_text(encoding="utf-8")
    blocks = re.findall(rf"^\.\. code-block:: {language}\n\n((?:  .*\n|\n)+)", text, re.MULTILINE)
    (block,) = (block for block in blocks if marker in block)
    return textwrap.dedent(block)
