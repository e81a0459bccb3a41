# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection needs on a controller, as CycloneDX 1.5 JSON: names, versions, licences. Needs no network.

Taken from the environment in .venv, which holds what requirements/runtime.in names, locked; what of
meta/ee-requirements.txt has to be compiled, and is not installed there, is in it without a version. scripts/release.sh
puts it beside the tarball: ``.venv/bin/python scripts/sbom.py FILE``.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
SOURCES = (ROOT / "requirements" / "runtime.in", ROOT / "meta" / "ee-requirements.txt")
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[(?P<extras>[^]]*)\])?(?P<rest>[^;]*)(?:;(?P<marker>.*))?")

Component = dict[str, Any]


def wanted(lines: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Names and extras of a file of requirements."""
    for line in lines.splitlines():
        text = line.partition("#")[0].strip()
        found = _REQUIREMENT.match(text)
        if found and not text.startswith("-"):
            yield normal(found["name"]), frozenset(re.split(r"\s*,\s*", found["extras"] or "")) - {""}


def normal(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def components(first: Iterator[tuple[str, frozenset[str]]]) -> list[Component]:
    """These and all that they need, each once, by name."""
    waiting, found = list(first), dict[str, Component]()
    seen = set[tuple[str, frozenset[str]]]()
    while waiting:
        name, extras = one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        found[name] = component(name)
        waiting += _needs(name, extras)
    return [found[name] for name in sorted(found)]


def component(name: str) -> Component:
    """One package; without version and licence where it is not installed."""
    entry: Component = {"type": "library", "name": name, "purl": f"pkg:pypi/{name}"}
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return entry
    entry |= {"version": about["Version"], "purl": f"pkg:pypi/{name}@{about['Version']}"}
    return {**entry, "licenses": [{"license": {"name": licence_of(about)}}]}


def licence_of(about: Any) -> str:
    """As the package says: an expression, a classifier, or the first line of a text."""
    classified = [
        line.rpartition(" :: ")[2] for line in about.get_all("Classifier") or () if line.startswith("License ::")
    ]
    text = str(about.get("License") or "").strip().partition("\n")[0]
    return str(about.get("License-Expression") or ", ".join(classified) or text or "not said")


def _needs(name: str, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    try:
        requirements = metadata.requires(name) or ()
    except metadata.PackageNotFoundError:
        return
    for line in requirements:
        found = _REQUIREMENT.match(line)
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", line)
        installed = found is not None and (extra is None or extra[1] in extras) and _is_installed(found["name"])
        if found and installed:
            yield from wanted(line.partition(";")[0])


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def bill() -> Component:
    """The whole document. It has no time and no serial number, so that the same input gives the same bytes."""
    about = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    own = {
        "type": "library",
        "name": f"{about['namespace']}.{about['name']}",
        "version": about["version"],
        "licenses": [{"license": {"id": one}} for one in about["license"]],
    }
    first = (one for path in SOURCES for one in wanted(path.read_text(encoding="utf-8")))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": own},
        "components": components(first),
    }


def main() -> None:
    """Write it to the file that is named, or print it."""
    text = json.dumps(bill(), indent=2) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
