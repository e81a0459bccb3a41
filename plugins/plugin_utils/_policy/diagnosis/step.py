# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One step of a diagnosis: its question, which is data, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ..._licensing.tables import read_table

_FILE = Path(__file__).parent.parent / "data" / "causes.tsv"


class Status(str, Enum):
    """How a step ended. A fact that was not read makes it unknown, never passed."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"
    """The question does not arise on this machine."""


@dataclass(frozen=True)
class Answer:
    """``evidence`` is a clause without a full stop. ``remedy`` replaces the one of the question.

    ``explains`` is False for a failure that goes with other causes and is none of its own.
    """

    status: Status
    evidence: str
    remedy: str = ""
    explains: bool = True


def passed(evidence: str) -> Answer:
    """All is well there."""
    return Answer(Status.PASSED, evidence)


def failed(evidence: str, remedy: str = "", explains: bool = True) -> Answer:
    """This is wrong."""
    return Answer(Status.FAILED, evidence, remedy, explains)


def unknown(why: str) -> Answer:
    """What would be needed to tell is not known."""
    return Answer(Status.UNKNOWN, why)


def not_asked(why: str) -> Answer:
    """It does not matter here."""
    return Answer(Status.NOT_ASKED, why)


@dataclass(frozen=True)
class Question:
    """A line of data/causes.tsv."""

    id: str
    text: str
    facts: tuple[str, ...]
    remedy: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """A question with its answer."""

    question: Question
    answer: Answer

    @property
    def remedy(self) -> str:
        return self.answer.remedy or self.question.remedy

    @property
    def explains(self) -> bool:
        return self.answer.status is Status.FAILED and self.answer.explains


@lru_cache(maxsize=1)
def questions() -> Mapping[str, Question]:
    """Every question by its identifier, in the order of the steps."""
    return MappingProxyType(
        {
            row["id"]: Question(
                row["id"],
                row["question"],
                tuple(row["facts"].split(", ")),
                row["remedy"],
                tuple(row["source"].split(", ")),
            )
            for row in read_table(_FILE)
        }
    )
