# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Something that is wrong, or worth knowing: what, of whom, why, and what to do about it.

Identifiers are never reused. Their severities and titles: data/findings.tsv.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from .._licensing.tables import read_table

_FILE = Path(__file__).parent / "data" / "findings.tsv"


class Severity(str, Enum):
    """How bad it is. ``INFO`` needs no action."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Subject(str, Enum):
    """What a finding is about."""

    MACHINE = "machine"
    RECORD = "record"
    HOST = "host"
    FLEET = "fleet"


@dataclass(frozen=True)
class Kind:
    """A kind of finding: what all findings with one identifier have in common."""

    id: str
    severity: Severity
    subject: Subject
    title: str


@dataclass(frozen=True)
class Exempt:
    """Who accepted a finding, why, and the last day (ISO 8601) on which that holds."""

    owner: str
    reason: str
    until: str

    def __str__(self) -> str:
        return f"Accepted by {self.owner} until {self.until}: {self.reason.rstrip('.')}."


@dataclass(frozen=True)
class Finding:
    """One finding. ``evidence`` are the values it rests on, as the results call them.

    ``exempt`` is there where an exception of the policy covers it.
    """

    kind: Kind
    reason: str
    remedy: str = ""
    evidence: Mapping[str, object] = field(default_factory=dict)
    exempt: Exempt | None = None


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Kind]:
    """Every kind, by its identifier, in the order of the file."""
    rows = read_table(_FILE)
    return MappingProxyType(
        {row["id"]: Kind(row["id"], Severity(row["severity"]), Subject(row["subject"]), row["title"]) for row in rows}
    )


def finding(identifier: str, reason: str, remedy: str = "", **evidence: object) -> Finding:
    """A finding of a kind. Evidence that is None is left out."""
    known = {name: value for name, value in evidence.items() if value is not None}
    return Finding(kinds()[identifier], reason, remedy, MappingProxyType(known))
