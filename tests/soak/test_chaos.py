# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong but once: two controllers at the same time, a full disk, few open files, a clock that jumps."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils import _files
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.verdict import Verdict

from .field import APPROVED, REPOSITORY, Field
from .rounds import audit, repair

_CONTROLLER = """
import json, sys
sys.path.insert(0, {collections!r})
from types import SimpleNamespace
from tests.soak.rounds import repair
client = repair(SimpleNamespace(addresses=json.loads(sys.argv[1])))
print(json.dumps({{name: repr(type(report).__name__) for name, report in client.reports.items()}}))
"""


def spoil(there: Field) -> set[str]:
    there.tell("spoil", keys=dict(there.keys))
    return set(there.keys)


def rogues(there: Field) -> set[str]:
    return {name for name, one in there.tell("truth").items() if one["rogue"]} - {APPROVED}


def controller(there: Field, first: Callable[[], None] = lambda: None) -> set[str]:
    """A repair in a process of its own, which does something first; which machines it says something of."""
    script = _CONTROLLER.format(collections=os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0])
    command = [sys.executable, "-c", script, json.dumps(dict(there.addresses))]
    environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY / 'tests' / 'lab'}{os.pathsep}{REPOSITORY}"}
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False, preexec_fn=first
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_two_controllers_on_the_same_hosts(fleet: Callable[[int], Field]) -> None:
    """Each in a process of its own. Whoever comes second finds it done, or does it again; no machine is left behind."""
    there = fleet(8)
    spoiled = spoil(there)
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(controller, (there, there))
    assert first | second == spoiled
    assert rogues(there) == set()
    assert Verdict.KMS_UNAPPROVED not in audit(there).values()


def test_few_open_files(fleet: Callable[[int], Field]) -> None:
    """As ``ulimit -n 64`` says, which cannot be raised. Fewer hosts at a time, and each is repaired all the same."""
    there = fleet(40)
    spoiled = spoil(there)
    assert controller(there, lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))) == spoiled
    assert rogues(there) == set()


def test_a_clock_that_jumps(fleet: Callable[[int], Field], monkeypatch: pytest.MonkeyPatch) -> None:
    """The controller's clock is set back a day, or forth a year, in the middle: no deadline goes by it."""
    there, genuine = fleet(8), time.time
    spoiled = spoil(there)
    jumps = iter(range(10**9))
    monkeypatch.setattr(time, "time", lambda: genuine() + (-86_400, 31_536_000)[next(jumps) % 2])
    client = repair(there)
    assert set(client.reports) == spoiled
    assert [report for report in client.reports.values() if isinstance(report, Exception)] == []
    assert rogues(there) == set()


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB. Mounting one takes root."""
    folder = tmp_path / "full"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_full(full_disk: Path) -> None:
    """The report says so and leaves the one before as it was; nothing half written stays."""
    report = full_disk / "report.csv"
    _files.write_text(report, "before\n")
    with pytest.raises(_files.FileProblem, match="No space left"):
        _files.write_text(report, "x" * 200_000)
    assert report.read_text() == "before\n"
    assert [one.name for one in full_disk.iterdir()] == ["report.csv"]
