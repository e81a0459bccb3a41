# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Phrases that a native reader stumbles over stay out of what people read.

Only patterns that are wrong wherever they occur; the rest is for a reviewer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
READ = ("plugins", "roles", "playbooks", "docs", "README.md", "CONTRIBUTING.md", "galaxy.yml")
SUFFIXES = {".py", ".yml", ".yaml", ".md", ".rst", ".tsv", ".json", ".html", ".j2"}

#: Each with what to write instead. Texts are put on one line before they are searched.
PATTERNS = {
    # "There is no record" is English; so is "is no longer".
    "is no X": (
        re.compile(r"(?<!there )\b(?:is|are|was|were|be) no (?!longer\b|more\b|better\b|time\b)", re.IGNORECASE),
        "is not a ...",
    ),
    "as decided": (re.compile(r"\b(?:is|are|not) as decided\b", re.IGNORECASE), "as the policy requires; compliant"),
    "by mistake": (re.compile(r"\bby mistake\b", re.IGNORECASE), "accidental, accidentally"),
    "come about": (re.compile(r"\b(?:came|comes?) about\b", re.IGNORECASE), "was established, was made"),
    "something else than": (re.compile(r"\bsomething else than\b", re.IGNORECASE), "something other than"),
    "bring along": (re.compile(r"\b(?:brings?|brought) (?:it |them )?along\b", re.IGNORECASE), "ships with, includes"),
    "hand on": (re.compile(r"\b(?:hands?|handed) on\b", re.IGNORECASE), "pass on, forward"),
    "in one go": (re.compile(r"\bin one go\b", re.IGNORECASE), "at once"),
    "the way to a machine": (re.compile(r"\bthe way to a machine\b", re.IGNORECASE), "the connection to a machine"),
    "did not suffice": (re.compile(r"\b(?:do|does|did) not suffice\b", re.IGNORECASE), "is not enough; lacks"),
}
_INFINITIVE = re.compile(r"there (?:is|was|has) to $", re.IGNORECASE)


def _files() -> Iterator[Path]:
    for name in READ:
        path = REPOSITORY / name
        found = path.rglob("*") if path.is_dir() else [path]
        yield from (one for one in found if one.suffix in SUFFIXES and one.is_file())


def _on_one_line(text: str) -> str:
    """Without the breaks of lines, of comments and of texts in several parts."""
    joined = re.sub(r"[\"'][ \t]*\n[ \t]*f?[\"']", "", text)
    return re.sub(r"[ \t]*\n[ \t]*(?:#:? |\* )?", " ", joined)


def _found(text: str) -> Iterator[str]:
    line = _on_one_line(text)
    for name, (pattern, better) in PATTERNS.items():
        for match in pattern.finditer(line):
            before = line[: match.start()]
            if not _INFINITIVE.search(before[-20:]):
                yield f'"{name}": …{before[-40:]}{line[match.start() : match.end() + 40]}… Write: {better}.'


@pytest.mark.parametrize(
    "text",
    [
        "The machine is no KMS host.",
        'what = ("the answer is "\n    "no HTTP")',
        "# Bytes that are\n# no answer",
        "Three machines are not as decided.",
        "A KMS host by mistake publishes itself.",
        "Windows brings it along switched off.",
        "No connection came about in time.",
    ],
)
def test_a_phrase_is_found(text: str) -> None:
    assert len(list(_found(text))) == 1


@pytest.mark.parametrize(
    "text",
    ["There is no record.", "There is to be no KMS host.", "It is no longer a KMS host.", "It was decided before."],
)
def test_plain_english_is_left_alone(text: str) -> None:
    assert list(_found(text)) == []


def test_nothing_that_people_read_has_such_a_phrase() -> None:
    files = list(_files())
    assert len(files) > 300
    found = [f"{path.relative_to(REPOSITORY)}: {one}" for path in files for one in _found(path.read_text("utf-8"))]
    assert not found, "\n".join(found)
