# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a repair has done and was about to do, on the disk before it was done, so that a killed run is gone on with.

Each line names a machine, the actions that Windows has accepted, and the next one, or that the machine was brought to
its end. Any other machine that was begun is in between: the next run reads it first, and finishes it. No line holds a
key.

Several controllers that share the work share a folder, in which each run has a file of its own. What is newest of a
machine in any of them holds, so each of them, or another one, can go on with what one has left.
"""

from __future__ import annotations

import asyncio
import os
import platform
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from .line_file import LineFile, LineFileError

_VERSION = 1
_COMPLETE = {"complete": True}


class Journal:
    """The journal of one run: a file, or a folder of such. ``begun`` are the machines in between."""

    def __init__(self, path: str, clock: Callable[[], float] = time.time) -> None:
        self._folder = Path(path) if Path(path).is_dir() else None
        self._file = _line_file(Path(path) if self._folder is None else self._folder / _own_name(clock()))
        self._clock = clock
        self.begun: set[str] = set()
        self._waiting: list[asyncio.Future[None]] = []
        self._syncing: asyncio.Task[None] | None = None

    def __enter__(self) -> Journal:
        if self._folder is not None:
            self.begun = _in_between(self._folder)
        before = self._file.open()
        try:
            if before is None:
                self._file.begin({})
            else:
                self._take_up(before[1])
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    async def note(self, host: str, done: tuple[str, ...], following: str) -> None:
        """That a machine is about to be changed; on the disk when this returns. Raises LineFileError."""
        self.begun.add(host)
        self._file.write({"host": host, "done": done, "next": following, "at": self._clock()})
        await self._on_disk()

    def end(self, host: str, done: Sequence[str], verdict: str) -> None:
        """A machine was brought to its end. Raises LineFileError."""
        if host in self.begun:
            self._file.write({"host": host, "done": list(done), "end": verdict, "at": self._clock()})
            self.begun.discard(host)

    def complete(self) -> None:
        """The run is over. Where no machine is in between, the next run begins a new journal. Raises LineFileError."""
        if not self.begun:
            self._file.write(_COMPLETE)
        self._file.sync()

    def _take_up(self, entries: list[dict[str, Any]]) -> None:
        if _COMPLETE in entries:
            self._file.begin({})
            return
        for entry in entries:
            host = entry.get("host")
            if not isinstance(host, str):
                continue
            if "next" in entry:
                self.begun.add(host)
            else:
                self.begun.discard(host)
        self._file.go_on()

    async def _on_disk(self) -> None:
        """Many machines wait for one writing of the disk: the next that begins after their lines were written."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        if self._syncing is None:
            self._syncing = asyncio.ensure_future(self._sync())
        await waiting

    async def _sync(self) -> None:
        try:
            while self._waiting:
                together, self._waiting = self._waiting, []
                try:
                    await asyncio.to_thread(self._file.sync)
                except LineFileError as error:
                    failure: LineFileError | None = error
                else:
                    failure = None
                for one in together:
                    if one.done():
                        continue
                    if failure is None:
                        one.set_result(None)
                    else:
                        one.set_exception(failure)
        finally:
            self._syncing = None


def _line_file(path: Path) -> LineFile:
    return LineFile(str(path), "journal", "fleet_repair", _VERSION)


def _own_name(now: float) -> str:
    """A name that no other run has, in order of time, and with the controller in it for people."""
    controller = re.sub(r"[^A-Za-z0-9.-]", "-", platform.node()) or "controller"
    return f"{int(now)}-{controller}-{os.getpid()}.jsonl"


def _in_between(folder: Path) -> set[str]:
    """The machines of which the newest line in any file says that they were begun. Raises LineFileError."""
    newest: dict[str, tuple[float, bool]] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for entry in _line_file(path).look():
            host, at = entry.get("host"), entry.get("at")
            if isinstance(host, str) and isinstance(at, (int, float)) and at >= newest.get(host, (0.0, False))[0]:
                newest[host] = (at, "next" in entry)
    return {host for host, (_at, begun) in newest.items() if begun}
