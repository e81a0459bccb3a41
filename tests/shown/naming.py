# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests that the tables name, and what came of them when ``python -m tests.shown`` ran them last."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from winlab.tables import read_table

TESTS = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("results.tsv")
_HEAD = """\
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What came of the tests that the tables of this folder name. Written by python -m tests.shown, do not edit.
#
# test     below tests/; all cases of a test that has several count as one, unless a table is about its cases
# outcome  passed, or else what it was
# seen     what the test says it saw
test\toutcome\tseen
"""


@dataclass(frozen=True)
class Result:
    """``seen`` is empty where the test has nothing to say."""

    outcome: str
    seen: str = ""


def exists(test: str) -> bool:
    """Whether there is a function of that name in that file."""
    path, _colons, name = test.partition("::")
    return name.partition("[")[0] in _functions(TESTS / path)


@cache
def _functions(path: Path) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def results() -> dict[str, Result]:
    """What the last run left, by test."""
    if not RESULTS.is_file():
        return {}
    return {row["test"]: Result(row["outcome"], row["seen"]) for row in read_table(RESULTS)}


def keep(found: Mapping[str, Result]) -> None:
    """Write what came of a run."""
    rows = (f"{test}\t{one.outcome}\t{one.seen}\n" for test, one in sorted(found.items()))
    RESULTS.write_text(_HEAD + "".join(rows), encoding="utf-8")


def read_junit(text: str) -> dict[str, Result]:
    """Each case of a report of pytest, and each test as a whole: passed where every case is."""
    found: dict[str, Result] = {}
    for case in ElementTree.fromstring(text).iter("testcase"):
        path = case.get("classname", "").removeprefix("tests.").replace(".", "/") + ".py"
        name, outcome = str(case.get("name")), _outcome(case)
        seen = next((str(one.get("value")) for one in case.iter("property") if one.get("name") == "seen"), "")
        found[f"{path}::{name}"] = Result(outcome, seen)
        whole = f"{path}::{name.partition('[')[0]}"
        if whole != f"{path}::{name}":
            before = found.get(whole, Result("passed"))
            found[whole] = Result(before.outcome if outcome == "passed" else outcome)
    return found


def _outcome(case: ElementTree.Element) -> str:
    for word, outcome in (("failure", "failed"), ("error", "failed"), ("skipped", "skipped")):
        if case.find(word) is not None:
            return outcome
    return "passed"
