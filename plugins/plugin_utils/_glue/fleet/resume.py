# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of results that a later run goes on from, each written as soon as a host is read.

The first line says for which question the results are an answer. Only hosts that were read count; the others are asked
again. A file whose run came to its end, or that is too old, or that answers another question, is begun anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from types import TracebackType
from typing import Any

from ..results.fleet import condition_of
from .line_file import LineFile, LineFileError

Result = dict[str, Any]

# Counts up when results change their shape: what an older release has read is read again.
_VERSION = 2
_COMPLETE = {"complete": True}


#: The file cannot be used. The text says why and what to do.
ResumeError = LineFileError


class ResumeFile:
    """The results of a run that may be cut off. ``question`` is any value that JSON can carry."""

    def __init__(self, path: str, question: Any, max_age: float, clock: Callable[[], float]) -> None:
        self._file = LineFile(path, "resume_file", "fleet_info", _VERSION)
        self._question = json.loads(json.dumps(question))
        self._max_age = max_age
        self._clock = clock
        #: Results of the run before, by host.
        self.read: dict[str, Result] = {}

    def __enter__(self) -> ResumeFile:
        before = self._file.open()
        try:
            if before is not None and self._takes_up(*before):
                self._file.go_on()
            else:
                self._file.begin({"question": self._question, "begun": self._clock()})
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, host: str, result: Result) -> None:
        """Keep the result of one host, in the file before this returns."""
        if condition_of(result) == "read":
            self._file.write({"host": host, "result": result})

    def complete(self) -> None:
        """The run came to its end: the next one begins anew."""
        self._file.write(_COMPLETE)

    def _takes_up(self, head: Result, entries: list[Result]) -> bool:
        """Whether this run goes on from what the run before has left."""
        begun = head.get("begun")
        if head.get("question") != self._question or not isinstance(begun, (int, float)):
            return False
        if not 0 <= self._clock() - begun <= self._max_age or _COMPLETE in entries:
            return False
        self.read = {entry["host"]: entry["result"] for entry in entries if _is_whole(entry)}
        return True


def _is_whole(entry: Result) -> bool:
    """Whether an entry has the shape of one of ours; another is of a host that is read again."""
    result = entry.get("result")
    return isinstance(entry.get("host"), str) and isinstance(result, dict) and {"role", "license"} <= result.keys()
