# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that one run writes line by line and a later run goes on from: one JSON object a line.

It belongs to the user who runs the playbook, nobody else may read or write it, it is not reached through a link, and
one run at a time has it. The first line names the format; a line that an interruption cut in two is left out.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import IO, Any

from ..refusal import TaskRefused

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

Entry = dict[str, Any]

_WRITABLE_BY_OTHERS = 0o022

# Characters of a line that was cut off by which it is known as ours.
_SURELY_OURS = 20

# Half seconds to wait for another run to let go of the file.
_PATIENCE = 20


class LineFileError(TaskRefused):
    """The file cannot be used. The text says why and what to do."""


class LineFile:
    """The open file.

    Args:
        path: where it is; made where there is none.
        option: what the user calls it, for messages.
        writer: the module that writes such files.
        version: of the format, counted up when the lines change their shape.
    """

    def __init__(self, path: str, option: str, writer: str, version: int) -> None:
        self._name = f"{option} {Path(path)}"
        self._path = Path(path)
        self._writer = writer
        self._family = f"winfleet.activation.{writer}/"
        self._format = f"{self._family}{version}"
        self._file: IO[str] | None = None

    def open(self) -> tuple[Entry, list[Entry]] | None:
        """Open and lock it. The first line and the others of the run before; None where there are none to go on from.

        Raises LineFileError for a file of somebody else, or that another run has, or that is something else.
        """
        try:
            self._file = self._opened()
        except OSError as error:
            raise LineFileError(f"{self._name} cannot be written: {error.strerror or error}") from None
        try:
            self._lock(self._file)
            return self._load(self._file)
        except BaseException:
            self._file.close()
            raise

    def go_on(self) -> None:
        """Keep what is there and write behind it."""
        self._open_file.write("\n")  # the last line may lack its end

    def begin(self, head: Entry) -> None:
        """Leave nothing of the run before. ``head`` is the first line, besides the format."""
        self._open_file.truncate(0)
        self.write({"format": self._format, **head})

    def write(self, entry: Entry) -> None:
        """One line, handed to the system before this returns. Raises LineFileError."""
        file = self._open_file
        try:
            file.write(f"{json.dumps(entry)}\n")
            file.flush()
        except OSError as error:
            raise LineFileError(f"{self._name} cannot be written: {error.strerror or error}.") from None

    def sync(self) -> None:
        """See that all lines are on the disk. Raises LineFileError."""
        try:
            os.fsync(self._open_file.fileno())
        except OSError as error:
            raise LineFileError(f"{self._name} cannot be written: {error.strerror or error}.") from None

    def close(self) -> None:
        """Let go of it. What could not be written has been told; closing tries it once more."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()

    @property
    def _open_file(self) -> IO[str]:
        if self._file is None:
            raise LineFileError("the file is not open")
        return self._file

    def _opened(self) -> IO[str]:
        # Not through a link that somebody else put there, and for nobody else to read.
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        file = os.fdopen(os.open(self._path, flags, 0o600), "r+", encoding="utf-8")
        state = os.fstat(file.fileno())
        if state.st_uid != os.geteuid() or state.st_mode & _WRITABLE_BY_OTHERS:
            file.close()
            raise LineFileError(
                f"{self._name} belongs to another user, or others may write to it, so its content "
                "cannot be trusted. Delete it, or name another file."
            )
        return file

    def _lock(self, file: IO[str]) -> None:
        """For one run at a time. A run whose playbook has died ends with the next host that it has done."""
        if fcntl is None:
            return
        for pause in (*(0.5,) * _PATIENCE, None):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if pause is None:
                    raise LineFileError(
                        f"{self._name} is in use by another run. Wait for it to end, or name another file."
                    ) from None
                time.sleep(pause)
            else:
                return

    def _load(self, file: IO[str]) -> tuple[Entry, list[Entry]] | None:
        try:
            lines = file.read().splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise LineFileError(f"{self._name} cannot be read: {error}") from None
        head = parsed(lines[0]) if lines else {}
        # A disk that was full at the very beginning leaves a first line without its end.
        cut = len(lines) == 1 and not head and f'{{"format": "{self._family}'.startswith(lines[0][:_SURELY_OURS])
        if lines and not cut and not str(head.get("format", "")).startswith(self._family):
            raise LineFileError(
                f"{self._name} exists and was not written by {self._writer}. Name another file, or delete it."
            )
        if cut or head.get("format") != self._format:
            return None
        return head, [parsed(line) for line in lines[1:]]


def parsed(line: str) -> Entry:
    """The object on a line; an empty one where there is none."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}
