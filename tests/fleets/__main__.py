# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run random fleets: ``python -m tests.fleets [FIRST-LAST | SEED ...] [--jobs N] [--keep FOLDER]``."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.e2e.conftest import open_lab

from .chance import fleet_of
from .invariants import breaches
from .story import scenario_file, tell

ALL = "1-40"


def main() -> int:
    """The exit status is 0 when nothing was breached."""
    options = _options()
    seeds = [seed for word in options.seeds or [ALL] for seed in _seeds(word)]
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(options.jobs) as pool:
        kept = options.keep or Path(scratch)
        found = dict(zip(seeds, pool.map(lambda seed: _one(seed, kept / f"fleet-{seed}"), seeds), strict=True))
    wrong = [seed for seed, sentences in found.items() if sentences]
    print(f"{len(seeds)} fleets, {len(wrong)} with breaches{': ' if wrong else ''}{' '.join(map(str, wrong))}")
    return 1 if wrong else 0


def run(seed: int, work: Path) -> list[str]:
    """The breaches of one fleet."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    fleet = fleet_of(seed)
    lab, process = open_lab(str(scenario_file(fleet, work)), work)
    try:
        story = tell(fleet, lab)
        (work / "run.log").write_text("\n".join(story.log))
        (work / "events.jsonl").write_text(lab.winlab("events"))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    return breaches(story)


def _one(seed: int, work: Path) -> list[str]:
    begin = time.monotonic()
    try:
        found = run(seed, work)
    except Exception as error:  # one fleet that could not be run must not end the others
        found = [f"the fleet could not be run: {type(error).__name__}: {error}"]
    print(
        f"fleet {seed}: {'ok' if not found else f'{len(found)} breaches'}, {time.monotonic() - begin:.0f} s", flush=True
    )
    for sentence in found:
        print(f"    {sentence}", flush=True)
    return found


def _seeds(word: str) -> range:
    first, _unused, last = word.partition("-")
    return range(int(first), int(last or first) + 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fleets", description="Random fleets through the playbooks.")
    parser.add_argument("seeds", nargs="*", help=f"seeds, or ranges of seeds such as 7 12-15 (default: {ALL})")
    parser.add_argument("--jobs", type=int, default=1, help="fleets at the same time (default: 1)")
    parser.add_argument("--keep", type=Path, help="folder for scenario, output and events of each fleet")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
