# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-doc prints of a role is whole: no macro ends too early, and every variable is there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROLES = sorted(path.name for path in (Path(__file__).resolve().parents[2] / "roles").iterdir())
REPOSITORY = Path(__file__).resolve().parents[2]
# A macro ends at the first closing parenthesis that has no backslash before it.
_MACRO = re.compile(r"\b(?:[BCIMOPUV]|RV)\(((?:\\.|[^)\\])*)\)")
_PAIRS = {"(": ")", "[": "]", "{": "}"}


def specification(role: str) -> dict[str, Any]:
    spec = yaml.safe_load((REPOSITORY / "roles" / role / "meta" / "argument_specs.yml").read_text())
    return dict(spec["argument_specs"])


@cache
def printed(role: str) -> str:
    program = "from ansible.cli.doc import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "-t", "role", f"winfleet.activation.{role}"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)


def _texts(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for value in tree.values():
            yield from _texts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _texts(value)
    elif isinstance(tree, str):
        yield tree


def _torn(text: str) -> list[str]:
    """Macros whose content has an opening bracket or a quote without its other half."""
    found = []
    for content in _MACRO.findall(text):
        plain = content.replace("\\", "")
        pairs = all(plain.count(opening) == plain.count(closing) for opening, closing in _PAIRS.items())
        if not pairs or plain.count("'") % 2 or plain.count('"') % 2:
            found.append(content)
    return found


def test_a_torn_macro_is_found() -> None:
    assert _torn("such as C({{ groups | default([]) }}).") == ["{{ groups | default([]"]
    assert _torn(r"such as V({{ groups | default([]\) }}).") == []


@pytest.mark.parametrize("role", ROLES)
def test_no_macro_is_torn(role: str) -> None:
    assert [torn for text in _texts(specification(role)) for torn in _torn(text)] == []


@pytest.mark.parametrize("role", ROLES)
def test_ansible_doc_prints_every_variable_and_no_macro(role: str) -> None:
    page = printed(role)
    entries = specification(role).values()
    assert {option for entry in entries for option in entry["options"] if option not in page} == set()
    assert all(entry["short_description"].split()[0] in page for entry in entries)
    assert re.findall(r"\b(?:[BCIMOPUV]|RV)\(", page) == []
