# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many machines, which ones first, and when to stop."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.rollout import (
    Failures,
    Share,
    choose_canaries,
    too_many,
)


@pytest.mark.parametrize(
    ("text", "machines", "number"),
    [("20", 10, 20), ("0", 10, 0), ("5%", 1000, 50), ("5 %", 19, 0), (" 7 ", 1, 7), ("100%", 9, 9), ("0%", 9, 0)],
)
def test_share(text: str, machines: int, number: int) -> None:
    assert Share.parse("max_changes", text).of(machines) == number


@pytest.mark.parametrize("text", ["", "-1", "many", "5 percent", "1.5", "101%", "%", "5%%", "٣", "1e3", "1\n2"])
def test_share_that_is_none_names_the_option(text: str) -> None:
    with pytest.raises(ValueError, match="max_changes is"):
        Share.parse("max_changes", text)


@pytest.mark.parametrize(
    ("due", "machines", "limit", "allowed"),
    [(3, 10, None, True), (3, 10, "3", True), (4, 10, "3", False), (1, 10, "0", False), (5, 100, "5%", True)],
)
def test_limit_of_changes(due: int, machines: int, limit: str | None, allowed: bool) -> None:
    reason = too_many(due, machines, None if limit is None else Share.parse("max_changes", limit))
    assert (reason is None) is allowed
    if reason is not None:
        assert f"{due} of {machines}" in reason
        assert str(limit) in reason


@pytest.mark.parametrize(
    ("releases", "number", "chosen"),
    [
        ("aabbc", 1, [0]),
        ("aabbc", 3, [0, 2, 4]),
        ("aabbc", 4, [0, 2, 4, 1]),
        ("aaa", 2, [0, 1]),
        ("ab", 9, [0, 1]),
        ("ab", 0, []),
        ("", 2, []),
    ],
)
def test_canaries_are_of_different_releases(releases: str, number: int, chosen: list[int]) -> None:
    assert choose_canaries(list(enumerate(releases)), number) == chosen


@pytest.mark.parametrize(
    ("limit", "course", "stops_after"),
    [
        (None, "ffffff", None),
        ("2", "fofofof", None),
        ("2", "offoo", 3),
        ("1", "ooof", 4),
        ("0", "of", 2),
        ("20%", "fofoooooo", None),
        ("20%", "fofof", 5),
        ("0%", "oof", 3),
    ],
)
def test_when_to_stop(limit: str | None, course: str, stops_after: int | None) -> None:
    failures = Failures(None if limit is None else Share.parse("max_failures", limit), due=10)
    stopped = None
    for number, outcome in enumerate(course, 1):
        failures.saw(f"host-{number}", outcome == "f")
        stopped = stopped or (number if failures.reason else None)
    assert stopped == stops_after
    assert len(failures.names) == course.count("f")
    assert (failures.reason is not None) is (stops_after is not None), "a reason stays"
