# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the soak: ``python -m tests.soak [--rounds N] [--hosts N] [--seed N] [--json FILE]``."""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# Rounds until what is kept for good is there: imports, templates, the pools of the allocator.
_SETTLING = 5


@dataclass(frozen=True)
class Use:
    """What this process holds: resident memory in MiB, open files, threads."""

    memory: float
    files: int
    threads: int


@dataclass(frozen=True)
class Soak:
    """``settled`` is what was held after the first rounds, ``at_last`` what is held in the end."""

    rounds: int
    hosts: int
    seconds: float
    settled: Use
    at_last: Use
    counts: dict[str, int]
    breaches: tuple[str, ...]

    def leaks(self) -> list[str]:
        """What grew. Memory may grow by a tenth and 16 MiB, since the allocator gives little back."""
        found = []
        if self.at_last.files > self.settled.files:
            found.append(f"open files grew from {self.settled.files} to {self.at_last.files}")
        if self.at_last.threads > self.settled.threads:
            found.append(f"threads grew from {self.settled.threads} to {self.at_last.threads}")
        if self.at_last.memory > 1.1 * self.settled.memory + 16:
            found.append(f"memory grew from {self.settled.memory:.0f} to {self.at_last.memory:.0f} MiB")
        return found


def soak(rounds: int, hosts: int, seed: int, network: str, tell: Any = lambda _line: None) -> Soak:
    """All rounds, on one fleet."""
    from .field import field
    from .rounds import play

    chance, counts, breaches = random.Random(seed), Counter[str](), list[str]()
    began, settled, left = time.monotonic(), use(), frozenset[str]()
    with tempfile.TemporaryDirectory() as folder, field(Path(folder), hosts, network) as there:
        for number in range(1, rounds + 1):
            done = play(there, chance, left)
            left = done.left
            counts += done.counts
            breaches += (f"round {number}: {sentence}" for sentence in done.breaches)
            now = use()
            if number <= _SETTLING:
                settled = now
            tell(f"round {number}: {dict(done.counts)}, {now.memory:.0f} MiB, {now.files} files")
            for sentence in done.breaches:
                tell(f"    {sentence}")
    return Soak(rounds, hosts, time.monotonic() - began, settled, now, dict(counts), tuple(breaches))


def use() -> Use:
    """What is held now, less what only waits for the collector."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    files = len(list(Path("/proc/self/fd").iterdir()))
    threads = len(list(Path("/proc/self/task").iterdir()))
    return Use(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, files, threads)


def main() -> int:
    """The exit status is 0 when nothing grew and nothing was breached."""
    from benchmarks.places import import_collection

    options = _options()
    import_collection()
    done = soak(options.rounds, options.hosts, options.seed, options.network, lambda line: print(line, flush=True))
    print(f"{done.rounds} rounds of {done.hosts} machines in {done.seconds:.0f} s: {done.counts}")
    print(f"after {_SETTLING} rounds {done.settled}, at last {done.at_last}; {len(done.breaches)} breaches")
    for sentence in done.leaks():
        print(sentence)
    if options.json:
        options.json.write_text(json.dumps(asdict(done), indent=2) + "\n")
    return 1 if done.breaches or done.leaks() else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Audit and repair, over and over.")
    parser.add_argument("--rounds", type=int, default=200, help="(default: %(default)s)")
    parser.add_argument("--hosts", type=int, default=300, help="machines (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="another one, other chances (default: %(default)s)")
    parser.add_argument("--network", default="127.74.0.0/16", help="loopback network (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    return parser.parse_args()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
