# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as users install it, for programs that run playbooks on behalf of people."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import BIN, REPOSITORY, start_lab

__all__ = ["start_lab"]

SECONDS = 240


def run(command: list[str], environment: dict[str, str], cwd: Path, stdin: str | None = None) -> str:
    """What a program prints; it must end well."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def bare_environment(home: Path) -> dict[str, str]:
    """Of a machine where nobody has set anything for this project."""
    search = f"{BIN}{os.pathsep}/usr/local/bin:/usr/bin:/bin"
    return {"PATH": search, "HOME": str(home), "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="session")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection as it is published."""
    folder = tmp_path_factory.mktemp("dist")
    galaxy = [str(BIN / "ansible-galaxy"), "collection", "build", "--output-path", str(folder), str(REPOSITORY)]
    run(galaxy, bare_environment(folder), folder)
    (built,) = folder.glob("winfleet-activation-*.tar.gz")
    return built


@pytest.fixture(scope="session")
def collections(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which it is installed."""
    folder = tmp_path_factory.mktemp("collections")
    galaxy = [str(BIN / "ansible-galaxy"), "collection", "install", "--offline", "-p", str(folder), str(tarball)]
    run(galaxy, bare_environment(folder), folder)
    return folder
