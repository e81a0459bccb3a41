# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of the project stand in one place, and no text names another."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.script import script

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPT = REPOSITORY / "scripts" / "addresses.py"

pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="scripts/ is not part of the collection")
FILLED = {
    "repository": "https://git.example/winfleet",
    "documentation": "https://docs.example/winfleet",
    "homepage": "https://winfleet.example",
    "issues": "https://git.example/winfleet/issues",
    "forum_tag": "winfleet",
    "conduct": "conduct@winfleet.example",
    "security": "security@winfleet.example",
}


@pytest.fixture(scope="module")
def addresses() -> ModuleType:
    return script("addresses")


def test_what_is_written_is_what_is_decided(addresses: ModuleType) -> None:
    stale = [path.name for path, text in addresses.changes() if path.read_text(encoding="utf-8") != text]
    assert stale == []


def test_every_address_has_a_place(addresses: ModuleType) -> None:
    assert addresses.load().keys() == FILLED.keys()
    texts = "".join((REPOSITORY / name).read_text(encoding="utf-8") for name in addresses.TEXTS)
    named = set(re.findall(r"<!-- addresses: (\w+) -->", texts))
    assert named | set(addresses.GALAXY) == FILLED.keys()


def test_addresses_are_written_and_taken_back(addresses: ModuleType) -> None:
    text = "A\n<!-- addresses: security -->\nold\n<!-- /addresses -->\nB\n"
    filled = addresses.written(text, FILLED)
    assert filled == "A\n<!-- addresses: security -->\n<security@winfleet.example>\n<!-- /addresses -->\nB\n"
    nothing = dict.fromkeys(FILLED)
    assert "There is no public address yet." in addresses.written(filled, nothing)
    galaxy = "x: 1\n# addresses: of docs/project.yml\n# /addresses\ny: 2\n"
    with_links = addresses.galaxy(galaxy, FILLED)
    assert "\nrepository: https://git.example/winfleet\n" in with_links
    assert addresses.galaxy(with_links, nothing) == galaxy


def test_an_unknown_address_is_noticed(addresses: ModuleType) -> None:
    with pytest.raises(KeyError):
        addresses.written("<!-- addresses: secruity -->\n<!-- /addresses -->", FILLED)


def test_no_address_of_the_project_is_made_up(addresses: ModuleType) -> None:
    """Before somebody has published it, nothing may lead to a place that somebody else could take."""
    known = {value for value in addresses.load().values() if value}
    shipped = [
        path
        for folder in ("plugins", "roles", "playbooks", "docs", "meta", "extensions")
        for path in (REPOSITORY / folder).rglob("*")
        if path.is_file() and path.suffix in {".py", ".yml", ".json", ".rst", ".md", ".html", ".j2"}
    ]
    found = {
        (path.name, url)
        for path in [*shipped, REPOSITORY / "galaxy.yml"]
        for url in re.findall(r"https?://[\w.-]+/winfleet[\w./-]*", path.read_text(encoding="utf-8"))
        if not url.startswith(("https://git.example/", "https://registry.example/"))
    }
    assert {url for _name, url in found} <= known
