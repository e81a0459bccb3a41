# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables that say which test shows what: every name is that of a test, which passed, and the pages say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shown import security, sign_ins
from tests.shown.naming import Result, exists, read_junit, results
from tests.shown.pages import FAULT_TEST, named, pages


@pytest.mark.parametrize("test", sorted(named()))
def test_every_test_that_is_named_exists(test: str) -> None:
    assert exists(test)


def test_a_test_that_does_not_exist_is_noticed() -> None:
    assert not exists("unit/test_shown.py::test_that_nobody_wrote")
    assert not exists("unit/test_nowhere.py::test_every_test_that_is_named_exists")


def test_every_test_that_is_named_passed_when_it_was_run_last() -> None:
    """Those that take servers or playbooks may not have been run; the pages say so then."""
    assert {test: one.outcome for test, one in results().items() if one.outcome != "passed"} == {}
    assert [test for test in sorted(named()) if test.startswith("unit/") and test not in results()] == []


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_a_page_is_what_the_tables_and_results_say(path: Path) -> None:
    """python -m tests.shown --pages writes it."""
    assert path.read_text(encoding="utf-8") == pages()[path]


def test_every_adversary_has_threats_and_every_threat_a_defence_and_a_test() -> None:
    assert {threat.who for threat in security.threats()} == set(security.ADVERSARIES)
    for threat in security.threats():
        assert threat.harm, threat
        assert threat.defence, threat
        assert threat.tests != ("",), threat


def test_every_sign_in_has_a_test_or_a_reason() -> None:
    for cell in (*sign_ins.cells(), *sign_ins.circumstances()):
        assert cell.tests or cell.note, cell
        assert cell.pipe in ("both", "pywinrm", "streams")
    assert {cell.name for cell in sign_ins.cells()} == {"Basic", "NTLM", "Kerberos", "CredSSP", "Client certificate"}


JUNIT = """<testsuites><testsuite>
<testcase classname="tests.unit.test_x" name="test_a[one]"><properties><property name="seen" value="it"/>
</properties></testcase>
<testcase classname="tests.unit.test_x" name="test_a[two]"><failure message="no"/></testcase>
<testcase classname="tests.unit.test_x" name="test_b"/>
<testcase classname="tests.unit.test_x" name="test_c"><skipped/></testcase>
</testsuite></testsuites>"""


def test_a_test_passed_when_each_of_its_cases_did() -> None:
    found = read_junit(JUNIT)
    assert found["unit/test_x.py::test_a[one]"] == Result("passed", "it")
    assert [found[f"unit/test_x.py::test_{name}"].outcome for name in "abc"] == ["failed", "passed", "skipped"]


def test_the_table_of_faults_has_what_was_seen() -> None:
    assert sum(test.startswith(f"{FAULT_TEST}[") for test in results()) > 80
