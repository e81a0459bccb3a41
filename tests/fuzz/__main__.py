# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fuzz for a while: ``python -m tests.fuzz [TARGET ...] [--seconds N]``.

Where atheris is installed (``.venv/bin/pip install atheris``; it stays out of the requirements, since it is a hundred
megabytes), it is guided by coverage; elsewhere seeds are changed by chance. What it finds goes into seeds/TARGET.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import subprocess
import sys
import time
from pathlib import Path

from .chance import bytes_of

# That is how the collection is found by its full name, which the targets need.
importlib.import_module("tests.unit.conftest")

from .targets import SEEDS, TARGETS, Target  # noqa: E402


def main() -> int:
    """The exit status is 0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Readers fed with bytes by chance.")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="all if none is named")
    parser.add_argument("--seconds", type=float, default=60, help="for each target (default: 60)")
    parser.add_argument("--first", type=int, default=0, help="number of the first input, without atheris")
    parser.add_argument("--guided", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    chosen = [TARGETS[name] for name in options.targets or TARGETS]
    if options.guided:
        _guided(chosen[0], options.seconds)
    found = [target.name for target in chosen if not _holds(target, options.seconds, options.first)]
    print(f"{len(chosen)} targets, {len(found)} with findings{': ' if found else ''}{', '.join(found)}")
    return 1 if found else 0


def _holds(target: Target, seconds: float, first: int) -> bool:
    if importlib.util.find_spec("atheris"):
        # It ends its process, so each target gets one.
        command = [sys.executable, "-m", "tests.fuzz", target.name, "--seconds", str(seconds), "--guided"]
        return subprocess.run(command, check=False).returncode == 0
    seeds, number, end = list(target.seeds()), first, time.monotonic() + seconds
    while time.monotonic() < end:
        data = bytes_of(number, seeds)
        try:
            target.read(data)
        except Exception as error:
            path = SEEDS / target.name / f"found-{number}.hex"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(data.hex() + "\n")
            print(f"{target.name}: input {number}, kept in {path}: {type(error).__name__}: {error}")
            return False
        number += 1
    print(f"{target.name}: {number - first} inputs, nothing found", flush=True)
    return True


def _guided(target: Target, seconds: float) -> None:
    import atheris  # type: ignore[import-not-found,unused-ignore]

    kept = Path(".work") / "fuzz" / target.name
    kept.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (kept / f"seed-{number}").write_bytes(seed)
    atheris.instrument_all()
    atheris.Setup(["fuzz", str(kept), f"-max_total_time={seconds:.0f}", f"-artifact_prefix={kept}/"], target.read)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
