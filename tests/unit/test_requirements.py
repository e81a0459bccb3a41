# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An execution environment gets all that the control node of this repository's tests has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
RUNTIME = REPOSITORY / "requirements" / "runtime.in"


def _named(path: Path) -> set[str]:
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return {line for line in lines if line}


@pytest.mark.skipif(not RUNTIME.exists(), reason="requirements/ is not part of the collection")
def test_environment_has_what_the_tests_have() -> None:
    assert _named(RUNTIME)
    assert _named(RUNTIME) - _named(REPOSITORY / "meta" / "ee-requirements.txt") == set()


@pytest.mark.parametrize("package", ["python-ldap", "dnspython", "gssapi", "pywinrm", "pyspnego"])
def test_environment_has_what_plugins_import(package: str) -> None:
    names = {re.split(r"[^a-z-]", line)[0] for line in _named(REPOSITORY / "meta" / "ee-requirements.txt")}
    assert package in names
