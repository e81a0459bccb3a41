# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom we compare with: the collection ansible.windows, in an environment of the benchmark's own."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from .places import REPOSITORY, WORK

LOCK = REPOSITORY / "requirements" / "bench.txt"
#: What goes on ANSIBLE_COLLECTIONS_PATH.
FOLDER = WORK / "peer"

_MODULE = FOLDER / "ansible_collections" / "ansible" / "windows" / "plugins" / "modules" / "win_product_facts.ps1"


def is_installed() -> bool:
    """Whether the locked version is there."""
    stamp = FOLDER / ".lock"
    return _MODULE.is_file() and stamp.is_file() and stamp.read_text() == _wanted()


def install() -> None:
    """Install what the lock file names, hashes checked: a quarter of a gigabyte, most of it other collections."""
    if is_installed():
        return
    print("installing the collection ansible.windows into .work/benchmarks/peer ...", file=sys.stderr)
    uv = Path(sys.executable).parent / "uv"
    command = [str(uv), "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--python", sys.executable]
    done = subprocess.run([*command, "--target", str(FOLDER), "--requirement", str(LOCK)], check=False)
    if done.returncode or not _MODULE.is_file():
        raise SystemExit(f"benchmarks: {LOCK.name} could not be installed. --peer-hosts 0 does without the comparison")
    (FOLDER / ".lock").write_text(_wanted())


def version() -> str:
    """``ansible.windows 3.8.0``."""
    manifest = json.loads((_MODULE.parents[2] / "MANIFEST.json").read_text())["collection_info"]
    return f"{manifest['namespace']}.{manifest['name']} {manifest['version']}"


def _wanted() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest() + sys.version.split()[0]
