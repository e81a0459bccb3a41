# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pipe that keeps what went through it, for a report of how a machine answers."""

from __future__ import annotations

from dataclasses import dataclass

from .session import Pipe


@dataclass(frozen=True)
class Kept:
    """One request and its answer, as they were; both may hold anything that a machine knows."""

    request: str
    answer: bytes

    def __repr__(self) -> str:
        """Without the content."""
        return f"Kept({len(self.request)} characters, {len(self.answer)} bytes)"


class RecordingPipe:
    """Hands everything on to another pipe. An exchange without an answer is not kept."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._kept: list[Kept] = []

    def exchange(self, request: str, *, timeout: float | None = None) -> bytes:
        """As the pipe behind it."""
        answer = self._pipe.exchange(request, timeout=timeout)
        self._kept.append(Kept(request, answer))
        return answer

    def close(self) -> None:
        """As the pipe behind it."""
        self._pipe.close()

    def take(self) -> tuple[Kept, ...]:
        """What was kept since the last time."""
        kept, self._kept = tuple(self._kept), []
        return kept
