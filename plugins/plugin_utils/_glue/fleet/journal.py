# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a repair has done and was about to do, on the disk before it was done, so that a killed run is gone on with.

Each line names a machine, the actions that Windows has accepted, and the next one, or that the machine was brought to
its end. Any other machine that was begun is in between: the next run reads it first, and finishes it. No line holds a
key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from .line_file import LineFile, LineFileError

_VERSION = 1
_COMPLETE = {"complete": True}


class Journal:
    """The journal of one run. ``begun`` are the machines in between."""

    def __init__(self, path: str) -> None:
        self._file = LineFile(path, "journal", "fleet_repair", _VERSION)
        self.begun: set[str] = set()
        self._waiting: list[asyncio.Future[None]] = []
        self._syncing: asyncio.Task[None] | None = None

    def __enter__(self) -> Journal:
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
        self._file.write({"host": host, "done": done, "next": following})
        await self._on_disk()

    def end(self, host: str, done: Sequence[str], verdict: str) -> None:
        """A machine was brought to its end. Raises LineFileError."""
        if host in self.begun:
            self._file.write({"host": host, "done": list(done), "end": verdict})
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
