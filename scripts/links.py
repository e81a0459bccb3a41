# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows every link inside a rendered site: the file is there, and so is the place in it.

Usage: links.py FOLDER. Links to other sites are only counted: nothing asks the network.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag


class _Page(HTMLParser):
    """Where a page leads, and the places in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002, HTMLParser names it
        for name, value in attrs:
            if name in {"href", "src"} and value:
                self.links.append(value)
            elif name in {"id", "name"} and value:
                self.places.add(value)


@cache
def page(path: Path) -> _Page:
    """A page that was read."""
    return _Page(path.read_text(encoding="utf-8"))


def broken(folder: Path) -> Iterator[str]:
    """A line for every link that leads nowhere."""
    for path in sorted(folder.rglob("*.html")):
        for link in dict.fromkeys(page(path).links):
            if ":" in link.split("/")[0] or link.startswith("//"):
                continue
            file, place = urldefrag(link)
            target = (path.parent / unquote(file.split("?")[0])).resolve() if file else path
            if not target.exists():
                yield f"{path.relative_to(folder)}: {link} is not there"
            elif place and target.suffix == ".html" and unquote(place) not in page(target).places:
                yield f"{path.relative_to(folder)}: {link} has no such place"


def main() -> None:
    """Print what is broken; exit 1 for any."""
    folder = Path(sys.argv[1])
    found = list(broken(folder))
    print("\n".join(found) or f"{len(list(folder.rglob('*.html')))} pages, no broken link")
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
