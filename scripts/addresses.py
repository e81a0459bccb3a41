# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the addresses of docs/project.yml into galaxy.yml and into the texts that name them.

In a text they stand between the lines ``<!-- addresses: NAME -->`` and ``<!-- /addresses -->``.

Usage: addresses.py           write them
       addresses.py --check   say where a text is out of date; status 1 if so
       addresses.py --public  say which are missing; status 1 if any are
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "docs" / "project.yml"
TEXTS = ("CODE_OF_CONDUCT.md", "SECURITY.md", "SUPPORT.md")
GALAXY = ("repository", "documentation", "homepage", "issues")
_BLOCK = re.compile(r"(<!-- addresses: (\w+) -->\n).*?(<!-- /addresses -->)", re.DOTALL)
_LINKS = re.compile(r"(# addresses: of docs/project\.yml\n).*?(# /addresses\n)", re.DOTALL)

Addresses = Mapping[str, str | None]


def load() -> Addresses:
    """The addresses, None for one that is not there yet."""
    found: Addresses = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return found


def sentence(name: str, addresses: Addresses) -> str:
    """What a text says of one of them."""
    value = addresses[name]
    if value is None:
        return "There is no public address yet."
    if name == "forum_tag":
        return (
            f"Ask in [Get Help](https://forum.ansible.com/c/help/6/none) of the Ansible forum, with the tag `{value}`."
        )
    return f"<{value}>"


def written(text: str, addresses: Addresses) -> str:
    """A text with the addresses in it. Raises KeyError for a name that docs/project.yml has not."""
    return _BLOCK.sub(lambda match: f"{match[1]}{sentence(match[2], addresses)}\n{match[3]}", text)


def galaxy(text: str, addresses: Addresses) -> str:
    """galaxy.yml with those that Galaxy shows. One that is not there yet is left out."""
    lines = "".join(f"{name}: {addresses[name]}\n" for name in GALAXY if addresses[name] is not None)
    return _LINKS.sub(lambda match: f"{match[1]}{lines}{match[2]}", text)


def changes() -> Iterator[tuple[Path, str]]:
    """The files that are to be written, with what is to stand in them."""
    addresses = load()
    for name in TEXTS:
        path = ROOT / name
        yield path, written(path.read_text(encoding="utf-8"), addresses)
    path = ROOT / "galaxy.yml"
    yield path, galaxy(path.read_text(encoding="utf-8"), addresses)


def main(arguments: list[str]) -> int:
    if arguments == ["--public"]:
        missing = [name for name, value in load().items() if value is None]
        if missing:
            print(f"docs/project.yml has no {', '.join(missing)}: a public release needs them", file=sys.stderr)
        return 1 if missing else 0
    stale = [(path, text) for path, text in changes() if path.read_text(encoding="utf-8") != text]
    for path, text in stale:
        if arguments == ["--check"]:
            print(f"{path.name} is out of date: run scripts/addresses.py", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
    return 1 if stale and arguments == ["--check"] else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
