# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock of the lab."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from winlab.clock import LabClock, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7d", 604800), ("2h", 7200), ("90m", 5400), ("1d12h", 129600), ("1w", 604800), ("0.5h", 1800), (" 30 S ", 30)],
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "7", "d", "7x", "7d later", "-7d"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


def test_the_clock_flows_and_jumps() -> None:
    seconds = [0.0]
    start = datetime(2026, 1, 1, tzinfo=UTC)
    clock = LabClock(start, lambda: seconds[0])
    seconds[0] = 5.0
    clock.advance(timedelta(days=1))
    assert clock.now() == start + timedelta(days=1, seconds=5)
    clock.advance_to(start)
    assert clock.now() == start + timedelta(days=1, seconds=5)
    with pytest.raises(ValueError, match="forward"):
        clock.advance(timedelta(seconds=-1))
