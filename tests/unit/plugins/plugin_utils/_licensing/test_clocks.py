# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a machine's clock is ahead, and in which words."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.clocks import apart
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import OperatingSystem

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("shown", "ahead"),
    [
        (None, None),
        (NOW, timedelta()),
        (datetime(2026, 11, 30, 13, 0, tzinfo=timezone(timedelta(hours=2))), timedelta(hours=-1)),
        (datetime(2026, 11, 30, 12, 30), timedelta(minutes=30)),
    ],
)
def test_a_clock_is_compared_by_its_zone(shown: datetime | None, ahead: timedelta | None) -> None:
    """One without a zone is taken for UTC, and stops nothing."""
    assert OperatingSystem("Windows", "10.0.20348", 20348, 7, 3, local_time=shown).ahead_of(NOW) == ahead


@pytest.mark.parametrize(
    ("difference", "words"),
    [(timedelta(minutes=-5), "5 min"), (timedelta(hours=1, minutes=59), "119 min"), (timedelta(hours=-5), "5.0 h")],
)
def test_a_difference_is_told_without_its_direction(difference: timedelta, words: str) -> None:
    assert apart(difference) == words
