# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the collection as `ansible-galaxy collection build` does and reads what went into the tarball.

The list of what may go in is kept here, apart from `build_ignore` in galaxy.yml: a new folder at the top
fails this test until somebody has said whether users get it.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

SHIPPED = {
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "COPYING",
    "FILES.json",
    "MANIFEST.json",
    "README.md",
    # Who installs a collection is told what it guards; the tests that it names are in the repository.
    "SECURITY.md",
    "SUPPORT.md",
    "changelogs",
    "docs",
    "extensions",
    "meta",
    "playbooks",
    "plugins",
    "roles",
}
REPACK = REPOSITORY / "scripts" / "reproducible.py"
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


def build(source: Path, folder: Path) -> Path:
    """What ansible-galaxy makes of a folder."""
    # Not the program ansible-galaxy: under ansible-test there is none beside the interpreter.
    galaxy = [sys.executable, "-c", "from ansible.cli.galaxy import main; main()"]
    command = [*galaxy, "collection", "build", "--output-path", str(folder), str(source)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    (tarball,) = folder.glob("*.tar.gz")
    return tarball


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    with tarfile.open(build(REPOSITORY, tmp_path_factory.mktemp("dist"))) as archive:
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


@pytest.mark.skipif(not REPACK.exists(), reason="scripts/ is not part of the collection")
def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    """Copied in another order, at another time, by somebody with other habits about who may read."""
    tarballs = []
    for number, order in enumerate((sorted, lambda names: sorted(names, reverse=True))):
        source, dist = tmp_path / f"source{number}", tmp_path / f"dist{number}"
        for name in order(["galaxy.yml", "README.md", "meta/runtime.yml", *_some_plugins()]):
            copy = source / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((REPOSITORY / name).read_bytes())
            copy.chmod(0o600 if number else 0o644)
            os.utime(copy, (1_000_000_000 + number, 1_000_000_000 + number))
        dist.mkdir()
        tarballs.append(build(source, dist))
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    for tarball in tarballs:
        subprocess.run([sys.executable, str(REPACK), str(tarball)], check=True, env=environment)
    assert tarballs[0].read_bytes() == tarballs[1].read_bytes()
    assert checksums_hold(tarballs[0])


def _some_plugins() -> list[str]:
    return [
        path.relative_to(REPOSITORY).as_posix() for path in sorted((REPOSITORY / "plugins" / "filter").glob("*.py"))
    ]


def checksums_hold(tarball: Path) -> bool:
    """What ``ansible-galaxy collection verify`` and an installation look at."""
    with tarfile.open(tarball) as archive:
        content = {name: file.read() for name in archive.getnames() if (file := archive.extractfile(name)) is not None}
    manifest = json.loads(content["MANIFEST.json"])["file_manifest_file"]
    files = [manifest, *(one for one in json.loads(content["FILES.json"])["files"] if one["ftype"] == "file")]
    return all(hashlib.sha256(content[one["name"]]).hexdigest() == one["chksum_sha256"] for one in files)
