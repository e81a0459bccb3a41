# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet of the lab, and a play over all of it by a whole ansible-playbook, which leaves a report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from .bench import ansible_environment
from .places import REPOSITORY, WORK
from .processes import Finished, run

_START_SECONDS = 600


@contextmanager
def lab(fleet: dict[str, Any], network: str) -> Iterator[Path]:
    """The lab with this fleet; its inventory."""
    WORK.mkdir(parents=True, exist_ok=True)
    path, inventory = WORK / f"{fleet['name']}.yml", WORK / f"{fleet['name']}-inventory.yml"
    path.write_text(yaml.safe_dump(fleet))
    inventory.unlink(missing_ok=True)
    command = [sys.executable, "-m", "winlab", "up", str(path), "--inventory", str(inventory), "--network", network]
    environment = {**os.environ, "WINLAB_RUNTIME": str(WORK / "winlab")}
    with subprocess.Popen(
        command, cwd=REPOSITORY / "tests" / "lab", env=environment, stdout=subprocess.DEVNULL
    ) as process:
        try:
            until = time.monotonic() + _START_SECONDS
            # It appears empty, and is filled in one go.
            while not inventory.exists() or not inventory.stat().st_size:
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit("benchmarks: the lab did not start")
                time.sleep(0.1)
            yield inventory
        finally:
            process.terminate()


def played(name: str, play: str, inventory: Path, seconds: float, **values: Any) -> tuple[dict[str, Any], Finished]:
    """Run a play: what it wrote to ``{report}``, and what it took. Raises SystemExit where it fails."""
    path, report = WORK / f"{name}-play.yml", WORK / f"{name}-report.json"
    report.unlink(missing_ok=True)
    path.write_text(play.format(**values, report=report))
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), str(path)]
    done = run(command, WORK, ansible_environment(), seconds)
    if done.code:
        raise SystemExit(f"benchmarks: {done.output[-5000:]}")
    content: dict[str, Any] = json.loads(report.read_text())
    return content, done


def kind_of(name: str) -> str:
    """``slow`` for slow-017."""
    return name.partition("-")[0]
