# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of sign-ins: each way to sign in, over each pipe and transport, and the test in which it was done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from winlab.tables import read_table

from .naming import results

_FOLDER = Path(__file__).parent
_HEAD = """..
  Copyright (c) 2026 the winfleet.activation contributors
  GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later
  Written by python -m tests.shown, do not edit.

.. _ansible_collections.winfleet.activation.docsite.guide_sign_ins:

Sign-ins, and what each was tried with
======================================

There are two ways to a machine: ``pywinrm``, for the modules that speak to one machine, and the streams of
``fleet_info`` and ``fleet_repair``. Whether they send the same for the same variables, and the same as
ansible-core's own plugins ``winrm`` and ``psrp``, is compared for more than a thousand inventories in
``tests/unit/plugins/plugin_utils/_glue/connections/test_sign_ins.py``. Here is in which test each sign-in was
carried out to its end, and a query answered. The other side is the simulation of this repository with the
security libraries of Python, not Windows; Kerberos has tickets of a real MIT KDC.
"""


@dataclass(frozen=True)
class Cell:
    """``tests`` may be empty: then ``note`` says why it cannot be had here."""

    name: str
    transport: str
    pipe: str
    tests: tuple[str, ...]
    note: str


@cache
def cells() -> tuple[Cell, ...]:
    """The table of sign-ins."""
    return tuple(_read(_FOLDER / "sign_ins.tsv"))


@cache
def circumstances() -> tuple[Cell, ...]:
    """The table of what may be peculiar about one."""
    return tuple(_read(_FOLDER / "circumstances.tsv"))


def _read(path: Path) -> Iterator[Cell]:
    for row in read_table(path):
        tests = tuple(test for test in row["tests"].split(";") if test)
        yield Cell(row["name"], row.get("transport") or "", row["pipe"], tests, row["note"] or "")


def tests() -> set[str]:
    """Every test that they name."""
    return {test for cell in (*cells(), *circumstances()) for test in cell.tests}


def page() -> str:
    """The whole page."""
    lines = [_HEAD, *_table(("Sign-in", "Transport", "Pipe", "Test"), cells())]
    lines += ["", "Circumstances", "-------------", ""]
    return "\n".join([*lines, *_table(("Circumstance", "Pipe", "Test"), circumstances())]) + "\n"


def _table(head: tuple[str, ...], rows: tuple[Cell, ...]) -> Iterator[str]:
    widths = "20 20 10 50" if len(head) == 4 else "30 12 58"
    yield from (".. list-table::", "  :header-rows: 1", f"  :widths: {widths}", "")
    yield from _row(*head)
    for cell in rows:
        shown = ", ".join(f"``{test.rpartition('::')[2]}``{_outcome(test)}" for test in cell.tests)
        said = "; ".join(part for part in (shown, cell.note) if part)
        yield from _row(*(part for part in (cell.name, cell.transport, cell.pipe) if part), said)


def _outcome(test: str) -> str:
    """Nothing where it passed, as it should have."""
    found = results().get(test)
    return "" if found and found.outcome == "passed" else f" ({found.outcome if found else 'not run'})"


def _row(*parts: str) -> Iterator[str]:
    for number, part in enumerate(parts):
        yield f"  {'*' if number == 0 else ' '} - {part}"
