# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages that are made from data say what the data say, and every question is answered where the list says."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.tables import read_table
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import KeyType, Role
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.verdict import Verdict

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPTS = REPOSITORY / "scripts"
RST = REPOSITORY / "docs" / "docsite" / "rst"
PREFIX = "ansible_collections.winfleet.activation.docsite."
QUESTIONS = list(read_table(REPOSITORY / "docs" / "questions.tsv"))
GLOSSARY = list(read_table(REPOSITORY / "docs" / "glossary.tsv"))
VARIABLES = REPOSITORY / "plugins" / "plugin_utils" / "_glue" / "data" / "variables.tsv"
_LABEL = re.compile(rf"^\.\. _{re.escape(PREFIX)}([\w.-]+):$", re.MULTILINE)
_LINK = re.compile(rf":ref:`(?:[^`<]*<)?{re.escape(PREFIX)}([\w.-]+)>?`")
_PLUGIN = re.compile(r":ansplugin:`(?:[^`<]*<)?winfleet\.activation\.(\w+)#\w+>?`")


@cache
def script(name: str) -> Any:
    """A script as a module; scripts import each other by their names."""
    sys.path.insert(0, str(SCRIPTS))
    try:
        return __import__(name)
    finally:
        sys.path.remove(str(SCRIPTS))


@cache
def pages() -> dict[str, str]:
    """The text of each page by its name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(RST.glob("*.rst"))}


@cache
def homes() -> dict[str, str]:
    """The page of each label."""
    return {label: name for name, text in pages().items() for label in _LABEL.findall(text)}


def links(name: str) -> set[str]:
    """The pages that a page links to; plugins by their names, with a # before."""
    text = pages().get(name, "")
    found = {homes()[label] for label in _LINK.findall(text) if label in homes()}
    return found | {f"#{plugin}" for plugin in _PLUGIN.findall(text)}


def section(place: str) -> str:
    """What stands at a label: its section where it has one, or the whole page."""
    text = pages()[homes()[place]]
    if "." not in place:
        return text
    rest = text.split(f".. _{PREFIX}{place}:", 1)[1]
    return rest.split(f"\n.. _{PREFIX}", 1)[0]


def test_pages_made_from_data_are_the_data() -> None:
    """Run .venv/bin/python scripts/pages.py where this fails."""
    wrong = [path.name for path, text in script("pages").written().items() if path.read_text("utf-8") != text]
    assert wrong == []


def test_every_link_has_its_place() -> None:
    missing = {(name, label) for name, text in pages().items() for label in _LINK.findall(text) if label not in homes()}
    assert missing == set()


def test_every_page_is_in_the_table_of_contents() -> None:
    extra = yaml.safe_load((RST.parent / "extra-docs.yml").read_text())
    listed = [page for part in extra["sections"] for page in part["toctree"]]
    assert sorted(listed) == sorted(pages())


# --- Questions --------------------------------------------------------------------------------------------------------


def test_there_are_thirty_questions() -> None:
    assert len({row["question"] for row in QUESTIONS}) == len(QUESTIONS) >= 30


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row["question"])
def test_a_question_is_answered_within_two_clicks(row: dict[str, str]) -> None:
    """From the start page, by the links in its text and not by the menu."""
    place = row["place"]
    page = f"#{place.split('#')[0].split('.')[-1]}" if "#" in place else homes()[place]
    once = links("start")
    assert page in once | {second for first in once for second in links(first)}


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row["question"])
def test_the_answer_is_there(row: dict[str, str]) -> None:
    place = row["place"]
    if "#" in place:
        name, kind = place.removeprefix("winfleet.activation.").split("#")
        text = (REPOSITORY / "plugins" / f"{kind}s" / f"{name}.py").read_text(encoding="utf-8")
    else:
        text = section(place)
    assert row["answer"] in " ".join(text.split())


# --- The glossary -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "words"), [("verdict", Verdict), ("role", Role), ("key", KeyType)])
def test_every_word_is_explained(kind: str, words: Any) -> None:
    assert {row["word"] for row in GLOSSARY if row["kind"] == kind} == {word.value for word in words}


# --- Playbooks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.stem for path in (REPOSITORY / "playbooks").glob("*.yml")))
def test_a_playbook_names_its_variables(name: str) -> None:
    """Those of its own; the roles' are in their argument specifications."""
    own = {
        row["name"]
        for row in read_table(VARIABLES)
        if row["role"] == "-" and name in row["readers"].split(",") and row["name"] != "winfleet_own_variables"
    }
    text = pages()[f"playbook_{name}"]
    assert {variable for variable in own if f"``{variable}``" not in text} == set()


# --- The drawing of the rooms -----------------------------------------------------------------------------------------


def test_every_arrow_of_the_drawing_points_down() -> None:
    rooms = script("rooms")
    found = rooms.arrows()
    depth = {room: number for number, line in enumerate(rooms.rows(found)) for room in line}
    assert {"_policy", "_winrm", "_dns", "action"} <= set(depth)
    assert all(depth[above] < depth[below] for above, below in found)


def test_every_room_is_described() -> None:
    rooms = script("rooms")
    drawn = {room for line in rooms.rows(rooms.arrows()) for room in line}
    text = pages()["architecture"]
    assert {room for room in drawn if f"``{room}``" not in text} <= {"module_utils", "plugin_utils"}
