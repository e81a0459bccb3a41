# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of README and the guides, so that tests run what people copy."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
_GUIDES = REPOSITORY / "docs" / "docsite" / "rst"
_MARKDOWN = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_RST = re.compile(r"^( *)\.\. code-block:: (\w+)\n\n((?:\1 +.*\n|\n)+)", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One example: where it stands, in which language, and its text without the indentation."""

    page: str
    language: str
    text: str

    @property
    def commands(self) -> list[str]:
        """The commands of a console block, as one would type them; what they print is left out."""
        joined = re.sub(r"\\\n\s*", "", self.text)
        return [line[2:].split("  # ")[0].strip() for line in joined.splitlines() if line.startswith("$ ")]


@cache
def blocks() -> tuple[Block, ...]:
    """All examples of README and the guides, page by page, in their order."""
    return (*_of_readme(), *(block for path in sorted(_GUIDES.glob("*.rst")) for block in _of_guide(path)))


def _of_readme() -> Iterator[Block]:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    yield from (Block("README", language, body) for language, body in _MARKDOWN.findall(text))


def _of_guide(path: Path) -> Iterator[Block]:
    for _indent, language, body in _RST.findall(path.read_text(encoding="utf-8")):
        yield Block(path.stem, language, f"{textwrap.dedent(body).strip()}\n")


def example(guide: str, language: str, marker: str) -> str:
    """The one example of a guide that contains the marker."""
    (block,) = (
        block for block in blocks() if block.page == guide and block.language == language and marker in block.text
    )
    return block.text
