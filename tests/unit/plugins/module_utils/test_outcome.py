# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a change, and what several come to."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._outcome import Outcome


@pytest.mark.parametrize(
    ("changed", "result"),
    [
        (True, {"changed": True, "state_known": True}),
        (False, {"changed": False, "state_known": True}),
        (None, {"changed": True, "state_known": False}),
    ],
)
def test_what_is_not_known_counts_as_changed(changed: bool | None, result: dict[str, bool]) -> None:
    assert Outcome(changed).result() == result


@pytest.mark.parametrize(
    ("parts", "changed"),
    [((), False), ((False, False), False), ((False, None), None), ((True, None), True), ((True, False), True)],
)
def test_one_that_was_made_stays(parts: tuple[bool | None, ...], changed: bool | None) -> None:
    assert Outcome.of(*parts).changed is changed
