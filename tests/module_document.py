# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-doc says of a module, and whether a result keeps to it."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

_REPOSITORY = Path(__file__).resolve().parents[1]
_ANSIBLE_DOC = Path(sys.executable).parent / "ansible-doc"

# What Ansible adds to the result of any module.
_ANSIBLES_OWN = frozenset({"changed", "diff", "invocation", "warnings"})

Document = dict[str, Any]


@cache
def document(module: str) -> Document:
    """The whole documentation of a module, its examples and return values included."""
    full_name = f"winfleet.activation.{module}"
    command = [str(_ANSIBLE_DOC), "--json", "--type", "module", full_name]
    done = subprocess.run(command, cwd=_REPOSITORY, capture_output=True, text=True, check=True)
    found: Document = json.loads(done.stdout)[full_name]
    return found


def assert_documented(result: dict[str, Any], documented: Document, where: str) -> None:
    """Every key of a result must be described by RETURN, and so must those of the mappings and lists in it."""
    _compare({key: value for key, value in result.items() if key not in _ANSIBLES_OWN}, documented, where)


def _compare(result: dict[str, Any], documented: Document, where: str) -> None:
    for key, value in result.items():
        assert key in documented, f"{where}.{key} is not documented"
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                _compare_inner(one, documented[key], f"{where}.{key}")


def _compare_inner(value: dict[str, Any], documented: Document, where: str) -> None:
    inner, sample = documented.get("contains"), documented.get("sample")
    if inner:
        _compare(value, inner, where)
    elif sample:
        shown = {key for one in (sample if isinstance(sample, list) else [sample]) for key in one}
        assert set(value) <= shown, f"{where} has keys that its sample has not"
