# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the collection as `ansible-galaxy collection build` does and reads what went into the tarball.

The list of what may go in is kept here, apart from `build_ignore` in galaxy.yml: a new folder at the top
fails this test until somebody has said whether users get it.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

SHIPPED = {
    "CHANGELOG.md",
    "COPYING",
    "FILES.json",
    "MANIFEST.json",
    "README.md",
    # Who installs a collection is told what it guards; the tests that it names are in the repository.
    "SECURITY.md",
    "changelogs",
    "docs",
    "meta",
    "playbooks",
    "plugins",
    "roles",
}
REQUIRED = {"COPYING", "FILES.json", "MANIFEST.json", "README.md", "meta/runtime.yml"}


def strays(members: Iterable[str]) -> list[str]:
    """The files that a user of the collection has no use for."""
    return [name for name in members if name.split("/")[0] not in SHIPPED or is_leftover(name)]


def is_leftover(name: str) -> bool:
    """Fragments become the changelog; hidden files and compiled Python are nobody's content."""
    return (
        name.startswith("changelogs/fragments")
        or name.endswith((".pyc", ".orig", ".rej"))
        or any(part.startswith(".") or part == "__pycache__" for part in name.split("/"))
    )


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("dist")
    # Not the program ansible-galaxy: under ansible-test there is none beside the interpreter.
    galaxy = [sys.executable, "-c", "from ansible.cli.galaxy import main; main()"]
    command = [*galaxy, "collection", "build", "--output-path", str(folder), str(REPOSITORY)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    (tarball,) = folder.glob("winfleet-activation-*.tar.gz")
    with tarfile.open(tarball) as archive:
        return archive.getnames()


def test_tarball_holds_nothing_of_the_workshop(members: list[str]) -> None:
    assert strays(members) == []


def test_tarball_is_complete(members: list[str]) -> None:
    plugins = {
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / "plugins").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert plugins
    assert (REQUIRED | plugins) - set(members) == set()


@pytest.mark.parametrize(
    "name",
    [
        ".ci/run",
        ".gitignore",
        "CONTRIBUTING.md",
        "Makefile",
        "ansible.cfg",
        "benchmarks/fleet.py",
        "changelogs/fragments/1.yml",
        "plugins/action/__pycache__/license.pyc",
        "plugins/modules/.hidden",
        "pyproject.toml",
        "requirements/dev.txt",
        "scripts/demo.sh",
        "tests/lab/winlab/machine.py",
        "tests/unit/conftest.py",
    ],
)
def test_a_stray_is_noticed(name: str) -> None:
    assert strays(["README.md", "plugins/action/license.py", name]) == [name]
