# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks ansible itself about everything that an installed copy of the collection offers.

Every plugin and role must have documentation that ansible-doc can render, every action plugin a module of
its name, and every playbook must pass a syntax check under its collection name.

Usage: check_installed.py FOLDER, where FOLDER holds ansible_collections/.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAME = "winfleet.activation"
# Folders of plugins/ whose content ansible-doc knows, with its word for them.
PLUGIN_TYPES = {
    name: "module" if name == "modules" else name
    for name in (
        "become",
        "cache",
        "callback",
        "connection",
        "filter",
        "inventory",
        "lookup",
        "modules",
        "test",
        "vars",
    )
}


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a program of this environment, whatever PATH says."""
    command = [str(Path(sys.executable).parent / program), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def names(folder: Path, *suffixes: str) -> set[str]:
    """The names that the files in a folder give to plugins or playbooks, without those that are private."""
    found = (path.stem for path in folder.glob("*") if path.suffix in suffixes)
    return {f"{NAME}.{name}" for name in found if not name.startswith("_")}


def documented(collection: Path) -> Iterator[str]:
    """Compares what ansible-doc can tell with what is there; yields a line for each thing it cannot."""
    answer = run("ansible-doc", "--metadata-dump", NAME)
    if answer.returncode != 0:
        yield f"ansible-doc --metadata-dump {NAME} failed: {answer.stderr.strip()}"
        return
    told: dict[str, dict[str, Any]] = json.loads(answer.stdout)["all"]
    for folder, kind in PLUGIN_TYPES.items():
        entries = told.get(kind, {})
        # One Python file may define several filters; what names them is the documentation file beside it.
        suffixes = (".yml",) if kind in {"filter", "test"} else (".py", ".yml")
        for name in sorted(names(collection / "plugins" / folder, *suffixes) - set(entries)):
            yield f"{kind} {name}: ansible-doc does not know it"
        for name in sorted(entries):
            yield from rendered(kind, name)
    for role in sorted(path.name for path in (collection / "roles").glob("*")):
        yield from rendered("role", f"{NAME}.{role}")


def rendered(kind: str, name: str) -> Iterator[str]:
    """What a person sees who asks for one page of documentation."""
    answer = run("ansible-doc", "-t", kind, name)
    if answer.returncode != 0 or name not in answer.stdout:
        yield f"{kind} {name}: no page of documentation. {answer.stderr.strip()}"
    else:
        print(f"  {kind:10} {name}")


def twins(collection: Path) -> Iterator[str]:
    """An action plugin without a module of its name cannot be documented, nor found by ansible-lint."""
    plugins = collection / "plugins"
    for name in sorted(names(plugins / "action", ".py") - names(plugins / "modules", ".py", ".yml")):
        yield f"action {name}: no module of the same name documents it"


def playable(collection: Path) -> Iterator[str]:
    """Every playbook can be started by its collection name."""
    for name in sorted(names(collection / "playbooks", ".yml", ".yaml")):
        answer = run("ansible-playbook", "--syntax-check", name)
        if answer.returncode != 0:
            yield f"playbook {name}: {answer.stderr.strip()}"
        else:
            print(f"  {'playbook':10} {name}")


def main() -> int:
    collection = Path(sys.argv[1]) / "ansible_collections" / Path(*NAME.split("."))
    if not (collection / "MANIFEST.json").is_file():
        print(f"no collection is installed in {collection}", file=sys.stderr)
        return 1
    problems = [*documented(collection), *twins(collection), *playable(collection)]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
