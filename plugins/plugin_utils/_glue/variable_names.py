# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of variables: those that the playbooks and roles read, and names that look like them but are none.

A misspelt value is refused by its type. A misspelt name would be a variable that is never read, and a default counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .._licensing.tables import read_table

_FILE = Path(__file__).parent / "data" / "variables.tsv"

# A shorter name is an ordinary word, and what differs from it by a letter another one: served and server.
_ORDINARY = 8
_NEAR = 2


@dataclass(frozen=True)
class Variable:
    """A name, the role whose name it begins with, and the playbooks and roles that read it.

    Without readers it is a result: the collection sets it itself, for the plays that follow.
    """

    name: str
    role: str
    readers: frozenset[str]


def unread(names: Iterable[str], reader: str, own: Iterable[str] = ()) -> list[str]:
    """A sentence for each name that was meant for a playbook or role, which reads no variable of that name.

    Meant is a name that begins as the variables of its roles do, or that differs from a variable by a letter or two.
    ``own`` are names that the organization uses for something else. Raises ValueError for an unknown reader.
    """
    read = [variable for variable in _table() if reader in variable.readers]
    if not read:
        raise ValueError(f"{reader} is neither a playbook nor a role of winfleet.activation")
    taken = {variable.name for variable in _table()} | set(own)
    others = sorted(name for name in {*names} - taken if not name.startswith("_"))
    return [sentence for sentence in (_sentence(name, reader, read) for name in others) if sentence]


def is_variable(name: str) -> bool:
    """Whether some playbook or role reads a variable of that name."""
    return any(one.name == name and one.readers for one in _table())


def near_variable(name: str) -> str | None:
    """The variable that differs from a name by a letter or two; None where there is none."""
    return _nearest(name, [one for one in _table() if one.readers])


def _nearest(name: str, read: list[Variable]) -> str | None:
    return min(((_distance(name, one.name), one.name) for one in read if _is_near(name, one)), default=(0, None))[1]


def _sentence(name: str, reader: str, read: list[Variable]) -> str | None:
    near = _nearest(name, read)
    if near is None and not _alike(name, read):
        return None
    hint = f"Did you mean {near}?" if near else f"Those that begin alike are {_alike(name, read)}."
    return (
        f"The variable {name} is set, but {reader} reads no variable of that name. {hint} If it is one of your own, "
        "list it in winfleet_own_variables."
    )


def _is_near(name: str, variable: Variable) -> bool:
    wanted = variable.name
    if abs(len(name) - len(wanted)) > _NEAR or (Counter(name) - Counter(wanted)).total() > _NEAR:
        return False  # as most are, and much sooner known
    if len(wanted) > _ORDINARY:
        return _distance(name, wanted) <= _NEAR
    another_letter = len(name) == len(wanted) and sorted(name) != sorted(wanted)
    return not another_letter and _distance(name, wanted) == 1


def _alike(name: str, read: list[Variable]) -> str:
    """The variables of the role whose name this one begins with."""
    return ", ".join(one.name for one in read if name.startswith(f"{one.role}_"))


@lru_cache(maxsize=1)
def _table() -> tuple[Variable, ...]:
    return tuple(
        Variable(row["name"], row["role"], frozenset(row["readers"].split(",")) - {"-"}) for row in read_table(_FILE)
    )


def _distance(one: str, other: str) -> int:
    """Letters to insert, delete, replace or swap with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
