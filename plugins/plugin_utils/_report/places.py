# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where to point at for a machine: its line in a file of the repository, since it has no source code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

_WORD = re.compile(r"[^\s:=\[\]{},\"'#]+")


@dataclass(frozen=True)
class Places:
    """A file relative to the repository, and the first line of it that names each machine."""

    file: str = "inventory"
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """The file as a relative URI reference (RFC 3986)."""
        return quote(self.file.removeprefix("./"), safe="/")

    def line_of(self, host: str) -> int:
        """The line of a machine; the first one where the file does not name it."""
        return self.lines.get(host, 1)


def places_in(file: str, text: str) -> Places:
    """Every word of a file with the first line it is on."""
    lines: dict[str, int] = {}
    for number, content in enumerate(text.splitlines(), 1):
        for word in _WORD.findall(content.split("#", 1)[0]):
            lines.setdefault(word, number)
    return Places(file, lines)
