# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws the rooms of the collection as an SVG, from the import statements of its files.

An arrow is drawn where some file of one room imports from another. Rooms stand in rows: each
above all that it imports, so that every arrow points down.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import rst

PICTURE = rst.PAGES / "rooms.svg"
PLUGINS = rst.ROOT / "plugins"
_COLLECTION = ["ansible_collections", "winfleet", "activation"]
_WIDTH, _HEIGHT, _ACROSS, _DOWN, _EDGE = 148, 40, 182, 92, 24
# Folders whose files are doors of Ansible; drawn as one room each.
_DOORS = {"action", "filter", "inventory", "modules"}

Arrows = Mapping[tuple[str, str], int]


def room_of(parts: tuple[str, ...]) -> str | None:
    """The room of a path below plugins, or of a module's name; None for what is no room's."""
    if parts[0] in _DOORS:
        return parts[0]
    if parts[0] not in {"plugin_utils", "module_utils"} or len(parts) < 2:
        return None
    is_folder = (PLUGINS / parts[0] / parts[1]).is_dir()
    return parts[1] if is_folder else parts[0]


def arrows() -> Arrows:
    """How many files of one room import from another."""
    found: Counter[tuple[str, str]] = Counter()
    for path in sorted(PLUGINS.rglob("*.py")):
        parts = path.relative_to(PLUGINS).with_suffix("").parts
        own = room_of(parts)
        if own is None:
            continue
        others = {room_of(name) for name in _imported(path, parts) if name}
        found.update((own, other) for other in others - {own, None} if other is not None)
    return found


def _imported(path: Path, parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    package = [*_COLLECTION, "plugins", *parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            for alias in node.names:
                name = [*base, *(node.module or "").split("."), alias.name]
                name = [one for one in name if one]
                if name[:4] == [*_COLLECTION, "plugins"]:
                    yield tuple(name[4:])


def rows(found: Arrows) -> list[list[str]]:
    """The rooms from the top: each in the row after the last of those that import it."""
    rooms = sorted({room for pair in found for room in pair})

    @cache
    def depth(room: str) -> int:
        return max((depth(above) + 1 for above, below in found if below == room), default=0)

    lines: list[list[str]] = [[] for _level in range(max(map(depth, rooms)) + 1)]
    for room in rooms:
        lines[depth(room)].append(room)
    return lines


def picture(found: Arrows) -> str:
    """The drawing. Colours are those of the text around it, for a light and a dark page."""
    lines = rows(found)
    across = max(len(line) for line in lines)
    width = across * _ACROSS - (_ACROSS - _WIDTH) + 2 * _EDGE
    height = len(lines) * _DOWN - (_DOWN - _HEIGHT) + 2 * _EDGE
    places = {
        room: (_EDGE + (number + (across - len(line)) / 2) * _ACROSS, _EDGE + row * _DOWN)
        for row, line in enumerate(lines)
        for number, room in enumerate(line)
    }
    parts = [_arrow(places[above], places[below]) for above, below in sorted(found)]
    parts += [_box(room, place) for room, place in places.items()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" aria-label="The rooms and what they import">\n'
        "<style>text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#1f2328}rect{fill:#f6f8fa;stroke:#57606a}"
        "path{fill:none;stroke:#57606a;opacity:.55}marker path{fill:#57606a;stroke:none}"
        "@media(prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#161b22;stroke:#8b949e}path{stroke:#8b949e}"
        "marker path{fill:#8b949e}}</style>\n"
        '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z"/></marker>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _box(room: str, place: tuple[float, float]) -> str:
    x, y = place
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>'
        f'<text x="{x + _WIDTH / 2:g}" y="{y + 25:g}" text-anchor="middle">{room}</text>'
    )


def _arrow(above: tuple[float, float], below: tuple[float, float]) -> str:
    x1, y1 = above[0] + _WIDTH / 2, above[1] + _HEIGHT
    x2, y2 = below[0] + _WIDTH / 2, below[1] - 2
    bend = max(18.0, (y2 - y1) / 2)
    return f'<path d="M{x1:g} {y1:g}C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2:g}" marker-end="url(#tip)"/>'


def written() -> dict[Any, str]:
    """The drawing by its path."""
    return {PICTURE: picture(arrows())}
