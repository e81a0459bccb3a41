# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m benchmarks.large`: a hundred thousand hosts audited by one ansible-playbook, and what memory that took.

Memory is that of all its processes together, in which what they share counts once (proportional set size, Linux). It is
looked at a few times in a second, so that a peak of milliseconds may be missed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import plays, processes
from .bench import Bench, ansible_environment
from .cases import Case
from .places import WORK, import_collection
from .targets import Target

_GIB = 1024.0
_EVERY = 0.5


@dataclass
class Peak:
    """The most that a process and its descendants had together, in MiB, and what each of them had then."""

    together: float = 0.0
    each: list[float] = field(default_factory=list)

    def look(self, process: int) -> None:
        """Look at them now."""
        each = [_proportional(one) for one in _tree(process)]
        if sum(each) > self.together:
            self.together, self.each = sum(each), each


def _tree(process: int) -> Iterator[int]:
    yield process
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = path.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _tree(int(child))


def _proportional(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


def _watched(command: list[str], environment: dict[str, str]) -> tuple[processes.Finished, Peak]:
    """Run a command to its end while somebody looks at it."""
    peak, over = Peak(), threading.Event()
    began = time.monotonic()
    with (WORK / "large.log").open("w+") as output:
        running = subprocess.Popen(command, cwd=WORK, env=environment, stdout=output, stderr=subprocess.STDOUT)
        watcher = threading.Thread(target=lambda: _watch(running.pid, peak, over))
        watcher.start()
        code, usage = processes.wait(running)
        over.set()
        watcher.join()
        output.seek(0)
        said = output.read()
    cpu = usage.ru_utime + usage.ru_stime
    return processes.Finished(code, said, time.monotonic() - began, cpu, peak.together), peak


def _watch(process: int, peak: Peak, over: threading.Event) -> None:
    while not over.wait(_EVERY):
        peak.look(process)


def main() -> int:
    """Measure, print, and say whether the targets are met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large", description=__doc__)
    parser.add_argument("--hosts", type=int, default=100_000, help="default: %(default)s")
    parser.add_argument("--network", default="127.73.0.0/16", help="loopback network (default: %(default)s)")
    parser.add_argument("--nothing", action="store_true", help="the same inventory, and nothing to do")
    options = parser.parse_args()
    import_collection()
    case = Case("nothing" if options.nothing else "playbook", options.hosts)
    bench = Bench(options.network, 1)
    with bench.serving(case) as (_address, port):
        inventory, play = WORK / "large.yml", WORK / "large-play.yml"
        plays.write_inventory(inventory, bench.addresses, port, case.hosts)
        play.write_text(plays.filled(plays.NOTHING if options.nothing else plays.OURS, case.hosts, case.in_flight))
        playbook = str(Path(sys.executable).parent / "ansible-playbook")
        done, peak = _watched([playbook, "-i", str(inventory), str(play)], ansible_environment())
    if done.code:
        raise SystemExit(f"benchmarks: {done.output[-5000:]}")
    each = ", ".join(f"{one:.0f}" for one in peak.each)
    print(f"{case.hosts} hosts, {case.contender}: {done.seconds:.0f} s, {done.cpu:.0f} s of the processor")
    print(f"peak memory of all processes {peak.together:.0f} MiB (each: {each})")
    if not options.nothing:
        target = Target("peak memory of all processes", "GiB", 3, 1.2, peak.together / _GIB)
        print(f"target 3 GiB, aim 1.2 GiB: {target.verdict}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
