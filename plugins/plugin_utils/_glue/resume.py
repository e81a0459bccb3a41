# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of results that a later run goes on from: one JSON object a line, written as soon as a host is read.

The first line says for which question the results are an answer. A line that an interruption cut in two is left out.
Only hosts that were read count; the others are asked again. A file whose run came to its end, or that is too old, or
that answers another question, is begun anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from .fleet_result import condition_of

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

Result = dict[str, Any]

_FAMILY = "winfleet.activation.fleet_info/"
# Counts up when results change their shape: what an older release has read is read again.
_FORMAT = f"{_FAMILY}2"
_WRITABLE_BY_OTHERS = 0o022
_COMPLETE = {"complete": True}

# Characters of a line that was cut off by which it is known as ours.
_SURELY_OURS = 20

# Half seconds to wait for another run to let go of the file.
_PATIENCE = 20


class ResumeError(ValueError):
    """The file cannot be used. The text says why and what to do."""


class ResumeFile:
    """The results of a run that may be cut off. ``question`` is any value that JSON can carry."""

    def __init__(self, path: str, question: Any, max_age: float, clock: Callable[[], float]) -> None:
        self._path = Path(path)
        self._question = json.loads(json.dumps(question))
        self._max_age = max_age
        self._clock = clock
        self._file: IO[str] | None = None
        #: Results of the run before, by host.
        self.read: dict[str, Result] = {}

    def __enter__(self) -> ResumeFile:
        try:
            self._file = self._opened()
        except OSError as error:
            raise ResumeError(f"resume_file {self._path} cannot be written: {error.strerror or error}") from None
        try:
            self._begin(self._file)
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            # What could not be written has been told; closing tries it once more.
            with contextlib.suppress(OSError):
                self._file.close()

    def add(self, host: str, result: Result) -> None:
        """Keep the result of one host, in the file before this returns."""
        if condition_of(result) == "read":
            self._write({"host": host, "result": result})

    def complete(self) -> None:
        """The run came to its end: the next one begins anew."""
        self._write(_COMPLETE)

    def _opened(self) -> IO[str]:
        # Not through a link that somebody else put there, and for nobody else to read.
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        file = os.fdopen(os.open(self._path, flags, 0o600), "r+", encoding="utf-8")
        state = os.fstat(file.fileno())
        if state.st_uid != os.geteuid() or state.st_mode & _WRITABLE_BY_OTHERS:
            file.close()
            raise ResumeError(
                f"resume_file {self._path} belongs to somebody else, or others may write into it, so what it says "
                "cannot be believed. Delete it, or name another file."
            )
        return file

    def _begin(self, file: IO[str]) -> None:
        self._lock(file)
        if self._load(file):
            # The last line may lack its end.
            file.write("\n")
        else:
            file.truncate(0)
            self._write({"format": _FORMAT, "question": self._question, "begun": self._clock()})

    def _lock(self, file: IO[str]) -> None:
        """For one run at a time. A run whose playbook has died ends with the next host that it has read."""
        if fcntl is None:
            return
        for pause in (*(0.5,) * _PATIENCE, None):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if pause is None:
                    raise ResumeError(
                        f"resume_file {self._path} is in use by another run. Wait for it to end, or name another file."
                    ) from None
                time.sleep(pause)
            else:
                return

    def _write(self, entry: Result) -> None:
        if self._file is None:
            raise ResumeError("the file is not open")
        try:
            self._file.write(f"{json.dumps(entry)}\n")
            self._file.flush()
        except OSError as error:
            raise ResumeError(f"resume_file {self._path} cannot be written: {error.strerror or error}.") from None

    def _load(self, file: IO[str]) -> bool:
        """Read what the run before left; whether this run goes on from there."""
        try:
            lines = file.read().splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ResumeError(f"resume_file {self._path} cannot be read: {error}") from None
        head = _parsed(lines[0]) if lines else {}
        # A disk that was full at the very beginning leaves a first line without its end.
        cut = len(lines) == 1 and not head and f'{{"format": "{_FAMILY}'.startswith(lines[0][:_SURELY_OURS])
        if lines and not cut and not str(head.get("format", "")).startswith(_FAMILY):
            raise ResumeError(
                f"resume_file {self._path} exists and was not written by fleet_info. Name another file, or delete it."
            )
        if cut or head.get("format") != _FORMAT:
            return False
        begun = head.get("begun")
        if head.get("question") != self._question or not isinstance(begun, (int, float)):
            return False
        if not 0 <= self._clock() - begun <= self._max_age:
            return False
        entries = [_parsed(line) for line in lines[1:]]
        if _COMPLETE in entries:
            return False
        self.read = {entry["host"]: entry["result"] for entry in entries if _is_whole(entry)}
        return True


def _is_whole(entry: Result) -> bool:
    """Whether an entry has the shape of one of ours; another is of a host that is read again."""
    result = entry.get("result")
    return isinstance(entry.get("host"), str) and isinstance(result, dict) and {"role", "license"} <= result.keys()


def _parsed(line: str) -> Result:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}
