# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only real Windows could prove: ``data/doubts.tsv``, each with what would settle it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .._licensing.tables import TableError, read_table
from .steps import Invoke, Query

_TABLE = Path(__file__).parent / "data" / "doubts.tsv"


@dataclass(frozen=True)
class Change:
    """A question that only a change answers: a step of ``_operations/trial.py``, and the methods that it calls."""

    step: str
    methods: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(("change", self.step, *self.methods))


@dataclass(frozen=True)
class Doubt:
    """One doubt.

    Args:
        id: never reused.
        text: what is taken to be so; it goes on from "These points rest on documents and inference: …".
        rests: what in the collection rests on it.
        evidence: what is known so far.
        probe: a question to a machine that changes nothing, one that does, words for a person, or None.
        no_probe: why there is no probe; empty where there is one.
    """

    id: str
    text: str
    rests: str
    evidence: str
    probe: Query | Invoke | Change | str | None
    no_probe: str


def doubts() -> tuple[Doubt, ...]:
    """All doubts, in the order of the file. Raises TableError where a line cannot be read."""
    return tuple(
        Doubt(row["id"], row["doubt"], row["rests"], row["evidence"], read_probe(row["probe"]), row["no_probe"])
        for row in read_table(_TABLE)
    )


def read_probe(text: str) -> Query | Invoke | Change | str | None:
    """What a probe says, in the words of the file's head; a person's is text."""
    verb, _unused, rest = text.partition(" ")
    if not text:
        return None
    if verb == "hand" and rest:
        return rest
    if verb == "change" and rest:
        step, *methods = rest.split()
        return Change(step, tuple(methods))
    namespace, _unused, asked = rest.partition(" ")
    if verb == "wql" and asked:
        return Query(asked, namespace=namespace)
    target, _unused, arguments = asked.partition(" ")
    class_name, _unused, method = target.partition(".")
    if verb == "call" and method:
        return Invoke(class_name, method, _arguments(arguments), namespace=namespace, reads=True)
    raise TableError(f"{_TABLE.name}: {text!r} is not a probe; the file is damaged, install the collection again")


def _arguments(text: str) -> dict[str, str]:
    pairs = (one.partition("=") for one in text.split("; ") if one)
    return {name: value for name, _unused, value in pairs}
