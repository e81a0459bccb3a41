# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a machine on first contact (``data/contact.tsv``), and what of it may be shown (``shown.tsv``)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from .._licensing.tables import read_table
from .._wsman import class_of, types_of, wql
from .._wsman.anonymous import CODES
from . import schema
from .doubts import Change, doubts, read_probe
from .facts import FACTS
from .steps import Invoke, Query

_DATA = Path(__file__).parent / "data"
_REGISTRY = "StdRegProv"
# Of out parameters; only a declared array is read as one.
_OUTPUTS = {"bGranted": "boolean", "sNames": "string[]", "Types": "sint32[]", "ReturnValue": "uint32"}
_SINCE, _ALL = "{since}", "{all}"


@dataclass(frozen=True)
class Point:
    """One thing that is taken to be so.

    Args:
        id: never reused.
        doubt: the identifier of its doubt; empty without one.
        first: the first build that is asked.
        last: the last one; None where there is none.
        on: ``product``, ``nobody`` or empty.
        expect: what is taken to be so, in words of ``expectations``.
        taken: the same for people.
        otherwise: what it means where it is not so.
    """

    id: str
    doubt: str
    first: int
    last: int | None
    on: str
    expect: str
    taken: str
    otherwise: str

    def concerns(self, build: int) -> bool:
        """Whether a machine of this build is asked."""
        return self.first <= build and (self.last is None or build <= self.last)


@dataclass(frozen=True)
class Trial(Point):
    """A point that only a change shows; whether it could be made is the answer."""

    change: Change


@dataclass(frozen=True)
class Probe(Point):
    """A point that a question shows, which changes nothing."""

    step: Query | Invoke

    def since(self, moment: str) -> Probe:
        """The same for events from a moment on, given as a CIM datetime."""
        if not isinstance(self.step, Query):
            return self
        return replace(self, step=replace(self.step, text=self.step.text.replace(_SINCE, moment)))

    @property
    def needs_moment(self) -> bool:
        return isinstance(self.step, Query) and _SINCE in self.step.text


@lru_cache(maxsize=1)
def probes() -> tuple[Probe, ...]:
    """All questions, in the order of the file. Raises TableError where a line cannot be read."""
    return tuple(point for point in _points() if isinstance(point, Probe))


@lru_cache(maxsize=1)
def trials() -> tuple[Trial, ...]:
    """All points that only a change shows, in the order in which they are tried. Raises TableError likewise."""
    return tuple(point for point in _points() if isinstance(point, Trial))


def _points() -> Iterator[Probe | Trial]:
    asked = {doubt.id: doubt.probe for doubt in doubts()}
    for row in read_table(_DATA / "contact.tsv"):
        step = read_probe(row["probe"]) if row["probe"] else asked[row["doubt"]]
        first, _unused, last = row["builds"].partition("-")
        builds = int(first or 0), int(last) if last else None
        words = (row["on"], row["expect"], row["taken"], row["otherwise"])
        if isinstance(step, Change):
            yield Trial(row["id"], row["doubt"], *builds, *words, step)
        elif isinstance(step, (Query, Invoke)):
            yield Probe(row["id"], row["doubt"], *builds, *words, typed(step))


@lru_cache(maxsize=1)
def rules() -> dict[str, str]:
    """Name of an element or a property to how its text may stand."""
    return {name: rule for name, rule in _shown() if rule != "word"}


@lru_cache(maxsize=1)
def fault_rules() -> dict[str, str]:
    """The same for a fault, whose description is in words of the machine."""
    return {**rules(), "Description": CODES}


@lru_cache(maxsize=1)
def words() -> frozenset[str]:
    """Words that may stand in a string of an event, and names of registry values."""
    return frozenset(name for name, rule in _shown() if rule == "word")


def columns_of(class_name: str) -> dict[str, int]:
    """The columns that this collection asks a class for, each with the first build that is taken to have it."""
    kinds = ("essential", "column", "counter")
    return {name: fact.since for kind in kinds for name, fact in FACTS.of(kind, class_name).items()}


def columns_in(query: Query) -> tuple[str, ...]:
    """The columns that a query names."""
    return wql.columns_of(query.text)


def with_columns(query: Query, columns: tuple[str, ...]) -> Query:
    """The same query for other columns."""
    rest = query.text.split(" FROM ", 1)[1]
    return replace(query, text=f"SELECT {','.join(columns)} FROM {rest}")


def typed(step: Query | Invoke) -> Query | Invoke:
    """The question with what is known of the types of its answer."""
    if isinstance(step, Invoke):
        return replace(step, types=_OUTPUTS) if step.class_name == _REGISTRY else step
    name = class_of(step.text) or ""
    types = schema.TYPES if name.lower() in schema.TYPED_CLASSES else types_of(name) or None
    return replace(step, text=step.text.replace(_ALL, ",".join(columns_of(name))), types=types)


def _shown() -> Iterator[tuple[str, str]]:
    return ((row["name"], row["rule"]) for row in read_table(_DATA / "shown.tsv"))
