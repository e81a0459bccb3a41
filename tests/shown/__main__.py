# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m tests.shown``: run the tests that the tables name, keep what came of them, and write the pages.

Those of tests/servers and tests/engines take environments of their own, so they run by scripts/servers.sh and
scripts/engines.sh, which install what is missing. ``--pages`` runs nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from .naming import TESTS, Result, keep, read_junit, results
from .pages import named, with_cases, write

_ROOT = TESTS.parent
_RUNNERS = {"servers": ("scripts/servers.sh",), "engines": ("scripts/engines.sh",)}


def main() -> int:
    """The exit status is 0 when every test that is named passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.shown", description=__doc__)
    parser.add_argument("--pages", action="store_true", help="write the pages from what the last run left")
    parser.add_argument("--only", action="append", help="run those below this path only; others keep their result")
    options = parser.parse_args()
    if not options.pages:
        keep(_run(options.only))
    write()
    wrong = {test: one.outcome for test, one in results().items() if one.outcome != "passed"}
    for test, outcome in wrong.items():
        print(f"{outcome}: {test}", file=sys.stderr)
    return 1 if wrong else 0


def _run(only: list[str] | None) -> dict[str, Result]:
    found: dict[str, Result] = {}
    wanted = sorted(test for test in named() if not only or test.startswith(tuple(only)))
    for room in sorted({test.partition("/")[0] for test in wanted}):
        tests = [test for test in wanted if test.startswith(f"{room}/")]
        found |= _of_room(_RUNNERS.get(room, (sys.executable, "-m", "pytest")), tests)
    kept = {test: one for test, one in results().items() if only and not test.startswith(tuple(only))}
    return kept | {test: one for test, one in found.items() if test in named() or with_cases(test)}


def _of_room(runner: Iterable[str], tests: list[str]) -> dict[str, Result]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        # Where one of two tests with the same fixtures is named, the file runs them in its order.
        command = [
            *runner,
            *(f"tests/{test}" for test in tests),
            "-q",
            "-o",
            "junit_family=xunit1",
            f"--junitxml={report}",
        ]
        subprocess.run(command, cwd=_ROOT, env={**os.environ, "PYTHONPATH": ""}, check=False)
        return read_junit(report.read_text(encoding="utf-8")) if report.is_file() else {}


if __name__ == "__main__":
    sys.exit(main())
