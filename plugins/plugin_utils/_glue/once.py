# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions that many machines have in common, asked once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Once:
    """Remembers answers. Threads that have the same question wait for one answer; others do not wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: dict[Hashable, threading.Lock] = {}
        self._answers: dict[Hashable, Any] = {}

    def answer(self, question: Hashable, ask: Callable[[], T]) -> T:
        """The answer of ``ask`` to this question, of one type for each question.

        What ``ask`` raises is not an answer: the next thread asks again.
        """
        with self._lock:
            turn = self._turns.setdefault(question, threading.Lock())
        with turn:
            if question not in self._answers:
                self._answers[question] = ask()
            answer: T = self._answers[question]
            return answer
