# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One answer for each question, however many threads ask."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.once import Once

# Only a test that fails waits so long.
PATIENCE = 60.0


def test_each_question_is_asked_once() -> None:
    once, asked, together = Once(), [], threading.Barrier(8)

    def ask() -> int:
        asked.append("door")
        return 7

    def take_turn(_number: int) -> int:
        together.wait(PATIENCE)
        return int(once.answer("door", ask))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(take_turn, range(8))) == [7] * 8
    assert asked == ["door"]


def test_nobody_waits_for_the_answer_to_another_question() -> None:
    once, both = Once(), threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        # Each is answered only while the other is being asked as well.
        answers = [pool.submit(once.answer, question, lambda: both.wait(PATIENCE)) for question in ("one", "two")]
        assert sorted(answer.result() for answer in answers) == [0, 1]


def test_an_error_is_no_answer() -> None:
    once = Once()

    def broken() -> int:
        raise OSError("no route")

    with pytest.raises(OSError, match="no route"):
        once.answer("door", broken)
    assert once.answer("door", lambda: 7) == 7
    assert once.answer("door", broken) == 7
