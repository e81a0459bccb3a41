# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Child processes of the tests: servers, and Ansible as a user runs it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
COLLECTION = "winfleet.activation"
_RUN_SECONDS = 120


def carry(address: str) -> bool:
    """Let the loopback interface carry an address: named listens on no other. False when it did already."""
    done = subprocess.run(
        ["ip", "address", "add", f"{address}/{'128' if ':' in address else '32'}", "dev", "lo"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 or "File exists" in done.stderr or "already assigned" in done.stderr, (
        f"the loopback interface cannot be given {address} ({done.stderr.strip()}): run the tests by scripts/servers.sh"
    )
    return done.returncode == 0


def drop(address: str) -> None:
    """Undo ``carry``."""
    length = "128" if ":" in address else "32"
    subprocess.run(["ip", "address", "del", f"{address}/{length}", "dev", "lo"], capture_output=True, check=False)


@contextlib.contextmanager
def server(
    command: list[str], log: Path, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A server in the foreground of a session of its own, for the length of the block. SIGTERM ends it."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=15)


@dataclass(frozen=True)
class Run:
    """How an ad hoc command ended, what it printed, and what the module returned."""

    code: int
    output: str
    result: dict[str, Any]

    @property
    def text(self) -> str:
        """What it printed, without the line breaks that Ansible puts in."""
        return " ".join(self.output.split())

    def ok(self) -> dict[str, Any]:
        """The result, of a command that must have succeeded."""
        assert self.code == 0, self.output
        return self.result

    def failed(self) -> dict[str, Any]:
        """The result, of a command that must have failed, and not by a traceback."""
        assert self.code != 0, self.output
        assert "Traceback" not in self.output, self.output
        return self.result


@dataclass
class Ansible:
    """Runs modules of the collection on localhost, and Ansible's programs.

    ``log`` keeps all that was printed, for the search for secrets.
    """

    work: Path
    environment: dict[str, str]
    log: list[str] = field(default_factory=list)

    def module(
        self, name: str, arguments: dict[str, Any], *options: str, environment: dict[str, str] | None = None
    ) -> Run:
        """One ad hoc command. ``options`` may be ``--check``, ``--diff``, ``-vvv``."""
        tree = self.work / f"tree-{len(self.log)}"
        command = ["localhost", "-i", "localhost,", "-c", "local", "-m", f"{COLLECTION}.{name}"]
        command += ["-e", f"ansible_python_interpreter={sys.executable}", "--tree", str(tree)]
        command += ["-a", json.dumps(arguments), *options]
        done = self.command("ansible", *command, environment=environment)
        answers = [path.read_text() for path in tree.glob("*")] if tree.is_dir() else []
        self.log += answers
        return Run(done.returncode, done.stdout + done.stderr, json.loads(answers[0]) if answers else {})

    def command(
        self, program: str, *arguments: str, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """One of Ansible's programs, such as ``ansible-inventory``."""
        done = subprocess.run(
            [str(BIN / program), *arguments],
            cwd=REPOSITORY,
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_RUN_SECONDS,
            check=False,
        )
        self.log.append(done.stdout + done.stderr)
        return done

    def playbook(
        self, playbook: str, inventory: str, variables: dict[str, Any], *options: str, **environment: str
    ) -> Run:
        """One playbook run; it returns no result of a module."""
        # A localhost that the inventory names does not run modules with Ansible's own Python.
        variables = {"ansible_python_interpreter": sys.executable, **variables}
        command = [playbook, "-i", inventory, "-e", json.dumps(variables), *options]
        done = self.command("ansible-playbook", *command, environment=environment)
        return Run(done.returncode, done.stdout + done.stderr, {})
