# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what the collection rests on about Windows: data files of one fact a line, with its sources.

The comments at the top of such a file say what its columns mean and what its short names of sources stand for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class Fact:
    """One line.

    Args:
        kind: what sort of fact, such as ``column`` or ``return_code``.
        subject: the class, or whatever else it is about.
        name: what is named, once for each kind and subject.
        value: the CIM type, the number, the path; text as it stands in the file.
        since: the first build of Windows that has it, 0 where the file does not say.
        sure: ``captured``, ``documented``, ``two programs``, ``one program`` or ``inferred``.
        sources: short names.
        doubt: the identifier of its doubt; empty without one.
        note: for people.
    """

    kind: str
    subject: str
    name: str
    value: str
    since: int
    sure: str
    sources: tuple[str, ...]
    doubt: str
    note: str

    @property
    def number(self) -> int:
        """The value of a fact that is a number, written in decimal or as 0x…"""
        return int(self.value, 0)


@dataclass(frozen=True)
class Facts:
    """All facts of one file, in its order."""

    all: tuple[Fact, ...]

    def of(self, kind: str, subject: str) -> dict[str, Fact]:
        """The facts of one kind about one subject, by name."""
        return {fact.name: fact for fact in self.all if (fact.kind, fact.subject) == (kind, subject)}

    def one(self, kind: str, subject: str, name: str) -> Fact:
        """The one fact of this name. Raises KeyError when the file has none."""
        return self.of(kind, subject)[name]


@lru_cache(maxsize=4)
def read_facts(path: Path) -> Facts:
    """Read a file of facts."""
    return Facts(tuple(_read(path)))


def _read(path: Path) -> Iterator[Fact]:
    lines = (line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    next(lines, None)  # the names of the columns
    for line in lines:
        kind, subject, name, value, since, sure, sources, doubt, note = line.split("\t")
        known = tuple(source for source in sources.split(";") if source)
        yield Fact(kind, subject, name, value, int(since or 0), sure, known, doubt, note)
