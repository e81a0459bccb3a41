# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try the mutants: ``python -m tests.mutants [WORD ...] [--jobs N]``. A word chooses those with it in name or file."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
LIST = Path(__file__).parent / "mutants.yml"
_COPIED = ("plugins", "tests", "roles", "playbooks", "docs", "meta")
_SECONDS = 600


@dataclass(frozen=True)
class Mutant:
    """One line that is wrong. ``tests`` are the files of tests, below tests/unit, of which one has to fail."""

    name: str
    file: str
    right: str
    wrong: str
    tests: tuple[str, ...]

    def text(self) -> str:
        """The file with the mutant in it. Raises ValueError where the right text is not there exactly once."""
        text = (REPOSITORY / self.file).read_text()
        if text.count(self.right) != 1:
            raise ValueError(f"{self.name}: {self.file} has {self.right!r} {text.count(self.right)} times, not once")
        return text.replace(self.right, self.wrong)


def mutants() -> list[Mutant]:
    """The list. ``file`` and ``tests`` are given once for all mutants of a file."""
    return [
        Mutant(one["name"], group["file"], one["right"], one["wrong"], tuple(group["tests"]))
        for group in yaml.safe_load(LIST.read_text())
        for one in group["mutants"]
    ]


def survives(mutant: Mutant | None, tests: tuple[str, ...]) -> bool:
    """Whether the tests pass on a copy of the tree with the mutant in it, or, without one, on the tree as it is."""
    with _copy() as tree:
        if mutant is not None:
            (tree / mutant.file).write_text(mutant.text())
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            *(f"tests/unit/{t}" for t in tests),
        ]
        environment = {**os.environ, "PYTHONPATH": f"{tree}/tests/lab:{tree}", "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(
                command, cwd=tree, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return False  # it hangs, which is noticed
        if done.returncode not in (0, 1, 2):
            raise RuntimeError(f"pytest ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.returncode == 0


@contextmanager
def _copy() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "tree"
        for name in _COPIED:
            shutil.copytree(REPOSITORY / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "galaxy.yml", "ansible.cfg"):
            shutil.copy(REPOSITORY / name, tree / name)
        yield tree


def main() -> int:
    """The exit status is 0 when all died."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Are wrong lines noticed?")
    parser.add_argument("words", nargs="*", help="only mutants with one of these in name or file")
    parser.add_argument("--jobs", type=int, default=2, help="at the same time (default: 2)")
    options = parser.parse_args()
    chosen = [
        mutant
        for mutant in mutants()
        if not options.words or any(word in f"{mutant.name} {mutant.file}" for word in options.words)
    ]
    with ThreadPoolExecutor(options.jobs) as pool:
        found = list(pool.map(_told, chosen))
    alive = sum(found)
    print(f"{len(chosen)} mutants, {alive} alive")
    return 1 if alive else 0


def _told(mutant: Mutant) -> bool:
    alive = survives(mutant, mutant.tests)
    print(f"{'ALIVE ' if alive else 'killed'} {mutant.file}: {mutant.name}", flush=True)
    return alive


if __name__ == "__main__":
    sys.exit(main())
