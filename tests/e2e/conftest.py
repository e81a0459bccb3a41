# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab fleet in a process of its own, and Ansible in processes of its own, as a user runs them."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
_ATTEMPTS = 20
_START_SECONDS = 60
_RUN_SECONDS = 300


@dataclass
class Lab:
    """One running lab. ``log`` keeps everything that any command printed, for the search for secrets."""

    inventory: Path
    environment: dict[str, str]
    work: Path
    log: list[str] = field(default_factory=list)

    def winlab(self, *arguments: str) -> str:
        """What a winlab command prints."""
        done = self._run([sys.executable, "-m", "winlab", *arguments])
        assert done.returncode == 0, done.stderr
        return done.stdout

    def state(self, host: str) -> dict[str, Any]:
        """The true state of one machine."""
        state: dict[str, Any] = json.loads(self.winlab("state", host))
        return state

    def events(self, host: str | None = None, kind: str | None = None) -> list[dict[str, Any]]:
        """What the machines were asked, one entry a request."""
        selection = [host] if host else []
        selection += ["--kind", kind] if kind else []
        return [json.loads(line) for line in self.winlab("events", *selection).splitlines()]

    def ansible(self, pattern: str, module: str, arguments: str = "", *options: str) -> Run:
        """One ad hoc command, with the result of every host."""
        tree = self.work / f"tree-{len(self.log)}"
        command = [str(BIN / "ansible"), pattern, "-i", str(self.inventory), "-m", f"winfleet.activation.{module}"]
        command += ["-a", arguments] if arguments else []
        done = self._run([*command, "--tree", str(tree), *options])
        results = {path.name: json.loads(path.read_text()) for path in sorted(tree.glob("*"))} if tree.is_dir() else {}
        return Run(done.returncode, done.stdout + done.stderr, results)

    def playbook(self, playbook: str, variables: dict[str, Any] | None = None, *options: str) -> Run:
        """One playbook run. ``playbook`` is a path or a name such as ``winfleet.activation.audit``."""
        command = [str(BIN / "ansible-playbook"), playbook, "-i", str(self.inventory)]
        command += ["-e", json.dumps(variables)] if variables else []
        done = self._run([*command, *options])
        return Run(done.returncode, done.stdout + done.stderr, {})

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        # In a folder of its own, where a file lands that a user names without a folder.
        done = subprocess.run(
            command,
            cwd=self.work,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=_RUN_SECONDS,
            check=False,
        )
        self.log.append(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}")
        return done


@dataclass(frozen=True)
class Run:
    """How a command ended, what it printed, and the results by host where it was an ad hoc command."""

    code: int
    output: str
    results: dict[str, Any]

    def result(self, host: str) -> dict[str, Any]:
        assert host in self.results, self.output
        result: dict[str, Any] = self.results[host]
        return result


StartLab = Callable[..., Lab]


@pytest.fixture(scope="module")
def start_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartLab]:
    """Starts labs by scenario name or path; stops them when the module's tests are done."""
    processes: list[subprocess.Popen[str]] = []

    def start(scenario: str) -> Lab:
        lab, process = open_lab(scenario, tmp_path_factory.mktemp("lab"))
        processes.append(process)
        return lab

    yield start
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        assert process.wait(timeout=30) == 0


def open_lab(scenario: str, work: Path) -> tuple[Lab, subprocess.Popen[str]]:
    """A lab that serves, and its process. Whoever opens it stops it."""
    for _attempt in range(_ATTEMPTS):
        process = _serve(scenario, work)
        if _is_up(process, work):
            return Lab(work / "inventory.yml", environment(work), work), process
    raise AssertionError((work / "lab.log").read_text())


def _serve(scenario: str, work: Path) -> subprocess.Popen[str]:
    # A fixed seed: the same machines, keys and identifiers at every run. Any network: labs of other runs must not meet.
    command = [sys.executable, "-m", "winlab", "up", scenario, "--inventory", str(work / "inventory.yml")]
    command += ["--seed", "1", "--network", f"127.{random.randrange(64, 255)}.0.0/16"]
    with (work / "lab.log").open("w") as output:
        return subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=environment(work),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )


def _is_up(process: subprocess.Popen[str], work: Path) -> bool:
    """Wait until the lab serves; False when someone else has its network."""
    deadline = time.monotonic() + _START_SECONDS
    while not (work / "inventory.yml").exists():
        assert time.monotonic() < deadline, "the lab did not start"
        if process.poll() is not None:
            output = (work / "lab.log").read_text()
            assert "already in use" in output, output
            return False
        time.sleep(0.05)
    return True


def environment(work: Path) -> dict[str, str]:
    """As at a prompt, but with folders of its own, so that runs do not meet."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHONDONT"))}
    return {
        **inherited,
        "WINLAB_RUNTIME": str(work / "run"),
        "PYTHONPATH": str(REPOSITORY / "tests" / "lab"),
        # Compiled once, not by every command that is started.
        "PYTHONPYCACHEPREFIX": str(REPOSITORY / ".work" / "pycache"),
        "ANSIBLE_CONFIG": str(REPOSITORY / "ansible.cfg"),
        "ANSIBLE_HOME": str(work / "ansible"),
        "ANSIBLE_LOCAL_TEMP": str(work / "tmp"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_DEPRECATION_WARNINGS": "1",
    }
