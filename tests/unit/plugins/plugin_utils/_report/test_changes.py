# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Against the last report: new, fixed, the same, not read then, not read now, no longer there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._report.changes import compared
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.document import as_json, report_of
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.headline import figures, numbers
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.machine import Found
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.report import About, Report

from .samples import TIME, finding, read, report, rogue

YESTERDAY = "2026-11-26T17:09:00Z"
UNREAD = {"unreachable": True, "msg": "refused"}


def after(then: dict[str, Any], now: dict[str, Any]) -> Report:
    """Today's report, compared with yesterday's as it is read from its file."""
    last = report_of(as_json(report(then, about=About(audited_at=YESTERDAY))))
    return compared(report(now), last, figures(last))


@pytest.mark.parametrize(
    ("then", "now", "change", "counts"),
    [
        ({"a": read()}, {"a": rogue()}, "new", {"new": 1}),
        ({"a": rogue()}, {"a": rogue()}, "same", {"same": 1}),
        ({"a": rogue()}, {"a": read()}, "fixed", {"fixed": 1}),
        ({"a": UNREAD}, {"a": rogue()}, "not_read_then", {"not_read_then": 1, "fixed": 1}),
        ({"a": rogue()}, {"a": UNREAD}, "new", {"not_read_now": 1, "new": 1}),
        ({"a": UNREAD}, {"a": UNREAD}, "same", {"same": 1}),
        ({}, {"a": rogue()}, "new", {"new": 1}),
        ({"b": rogue()}, {"a": read()}, "new", {"left": 1}),
        ({"a": read()}, {"a": read()}, "same", {}),
    ],
)
def test_each_way_from_then_to_now(
    then: dict[str, Any], now: dict[str, Any], change: str, counts: dict[str, int]
) -> None:
    found = after(then, now)
    assert found.machines[0].change == change
    assert found.changes is not None
    assert {name: count for name, count in found.changes.counts.items() if count} == counts


def test_one_of_two_findings_is_fixed_and_another_new() -> None:
    then = read("not_activated", findings=[finding("CLI-002"), finding("CLI-004")])
    now = read("not_activated", findings=[finding("CLI-002"), finding("CLI-005")])
    found = after({"a": then}, {"a": now})
    assert [(one.id, one.change) for one in found.machines[0].findings] == [("CLI-002", "same"), ("CLI-005", "new")]
    assert found.changes is not None
    assert [(gone.subject, gone.id) for gone in found.changes.fixed] == [("a", "CLI-004")]


def test_since_when_a_verdict_lasts() -> None:
    first = after({"a": rogue()}, {"a": rogue()})
    assert first.machines[0].since == YESTERDAY
    tomorrow = report({"a": rogue()}, about=About(audited_at="2026-11-28T17:09:00Z"))
    assert compared(tomorrow, report_of(as_json(first)), {}).machines[0].since == YESTERDAY
    assert after({"a": read()}, {"a": rogue()}).machines[0].since == TIME


def test_numbers_tell_the_difference() -> None:
    changes = {number.words: number.change for number in numbers(after({"a": read()}, {"a": rogue()}))}
    assert changes["Accidental KMS hosts"] == 1
    assert changes["not activated"] == 0


def test_findings_that_are_of_no_machine_are_compared_by_subject() -> None:
    found = Found("DNS-001", "error", "Unapproved host published", subject="one.example")
    last = report({}, findings=(found, replace(found, subject="two.example")))
    now = report({}, findings=(found, replace(found, subject="three.example")))
    result = compared(now, report_of(as_json(last)), {})
    assert [one.change for one in result.findings] == ["same", "new"]
    assert result.changes is not None
    assert [gone.subject for gone in result.changes.fixed] == ["two.example"]
