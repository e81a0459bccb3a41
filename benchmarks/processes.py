# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process from its start to its end, and what it took: its own processor time and memory, and its children's."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finished:
    """``memory_mb`` is the largest that any one of its processes was."""

    code: int
    output: str
    seconds: float
    cpu: float
    memory_mb: float


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float) -> Finished:
    """Run a command, for at most so many seconds."""
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        try:
            code, usage = wait(process)
        finally:
            timer.cancel()
        took = time.monotonic() - began
        output.seek(0)
        said = output.read().decode("utf-8", "replace")
    return Finished(code, said, took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def wait(process: subprocess.Popen[bytes]) -> tuple[int, resource.struct_rusage]:
    """Wait for its end: its exit code, and what it and its children used."""
    # RUSAGE_CHILDREN would mix in everybody who came before.
    _process, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage
