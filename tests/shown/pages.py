# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages that are written from the tables of this folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from winlab.answers import descriptions

from . import security, sign_ins
from .faults import Fault, faults
from .naming import results

_RST = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst"
FAULTS_PAGE = _RST / "guide_faults.rst"
SIGN_INS_PAGE = _RST / "guide_sign_ins.rst"
FAULT_TEST = "unit/plugins/plugin_utils/_winrm/test_faults_on_the_wire.py::test_what_is_seen_is_what_is_expected"

HEAD = """..
  Copyright (c) 2026 the winfleet.activation contributors
  GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later
  Written by python -m tests.shown, do not edit.

.. _ansible_collections.winfleet.activation.docsite.{name}:

{title}
{line}
"""

_FAULTS = """
What can go wrong between the controller and a machine, put there by the simulation: at the
connection, in the TLS handshake, at the sign-in, at the request that shows the account (proof), at a query, at a
change. Each is met over both ways to a machine (``pywinrm``, which the modules for one machine use, and the streams of
``fleet_info`` and ``fleet_repair``), and each time a tap on the wire looks for anything readable. ``OutcomeUnknown`` is
what the modules call unknown: the change may have been made, and they read the machine again to see. ``done`` means
that the collection got over it.

Each of them can be tried: ``python -m winlab help mischief`` prints how a scenario declares it, and
``python -m winlab up hostile --inventory FILE`` serves a fleet in which every machine has another one.

The table is written by ``python -m tests.shown`` from the results of ``tests/{test}``.
"""


def named() -> set[str]:
    """Every test that a table names."""
    lines = [threat.tests for threat in security.threats()]
    return {test for tests in lines for test in tests} | sign_ins.tests() | {FAULT_TEST}


def with_cases(test: str) -> bool:
    """Whether the cases of a test are lines of a table."""
    return test.startswith(f"{FAULT_TEST}[")


def pages() -> dict[Path, str]:
    """Each page and its text."""
    return {security.PAGE: security.page(), FAULTS_PAGE: _faults(), SIGN_INS_PAGE: sign_ins.page()}


def write() -> None:
    """Write them all."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


def _faults() -> str:
    title = "Faults, and what becomes of them"
    head = HEAD.format(name="guide_faults", title=title, line="=" * len(title)) + _FAULTS.format(test=FAULT_TEST)
    return head + "\n" + "\n".join(_table()) + "\n"


def _table() -> Iterator[str]:
    yield from (".. list-table::", "  :header-rows: 1", "  :widths: 44 10 23 23", "")
    yield from _row("Fault", "Where", "Expected", "Seen")
    for fault in faults():
        seen = results().get(f"{FAULT_TEST}[{fault}]")
        yield from _row(_about(fault), fault.place, " or ".join(fault.expected), seen.seen if seen else "not run")


def _row(*cells: str) -> Iterator[str]:
    for number, cell in enumerate(cells):
        yield f"  {'*' if number == 0 else ' '} - {cell}"


def _about(fault: Fault) -> str:
    if fault.kind.startswith("fault:"):
        return f"the fault {fault.kind.partition(':')[2]}"
    # A field is in single marks there, which reStructuredText takes for a reference.
    return re.sub(r"`(\w+)`", r"``\1``", descriptions()[fault.kind])
