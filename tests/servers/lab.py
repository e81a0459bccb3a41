# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab fleet whose machines publish on a name server that the tests have started."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .bind import Key
from .running import server

_READY_SECONDS = 60


@dataclass(frozen=True)
class Lab:
    """A running lab."""

    folder: Path

    @property
    def inventory(self) -> str:
        return str(self.folder / "inventory.yml")

    def winlab(self, *arguments: str) -> str:
        """What a winlab command prints."""
        done = subprocess.run(
            [sys.executable, "-m", "winlab", *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def state(self, host: str) -> dict[str, Any]:
        """The truth about one machine."""
        found: dict[str, Any] = json.loads(self.winlab("state", host))
        return found

    def events(self, host: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.winlab("events", host).splitlines()]

    @property
    def environment(self) -> dict[str, str]:
        return {"WINLAB_RUNTIME": str(self.folder / "run")}


@contextlib.contextmanager
def lab(folder: Path, scenario: str, name_server: str | None = None, key: Key | None = None) -> Iterator[Lab]:
    """A lab for the length of the block; its machines sign their updates with the key."""
    folder.mkdir(parents=True)
    running = Lab(folder)
    command = [sys.executable, "-m", "winlab", "up", scenario, "--inventory", running.inventory, "--seed", "1"]
    if name_server is not None and key is not None:
        key_file = folder / "machines.key"
        key_file.write_text(key.statement())
        command += ["--dns", name_server, "--dns-key", str(key_file)]
    with server(command, folder / "winlab.log", running.environment) as process:
        deadline = time.monotonic() + _READY_SECONDS
        while not Path(running.inventory).exists():
            ended = process.poll() is not None or time.monotonic() > deadline
            assert not ended, (folder / "winlab.log").read_text()
            time.sleep(0.05)
        yield running
