# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of what the collection needs, with licences, that goes with a release."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
import yaml

from tests.script import script

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    return script("sbom")


def test_all_that_users_install_is_in_it(sbom: ModuleType) -> None:
    names = {one["name"] for one in sbom.bill()["components"]}
    lines = (REPOSITORY / "meta" / "ee-requirements.txt").read_text()
    assert {name for name, _extras in sbom.wanted(lines)} <= names
    assert {"pywinrm", "pyspnego", "requests", "cryptography", "requests-credssp"} <= names


def test_what_is_installed_has_a_version_and_a_licence(sbom: ModuleType) -> None:
    known = [one for one in sbom.bill()["components"] if "version" in one]
    assert len(known) >= 10
    assert [one["name"] for one in known if one["licenses"][0]["license"]["name"] == "not said"] == []
    assert all(one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}" for one in known)


def test_it_is_of_this_version_and_the_same_each_time(sbom: ModuleType) -> None:
    about = yaml.safe_load((REPOSITORY / "galaxy.yml").read_text())
    assert sbom.bill()["metadata"]["component"]["version"] == about["version"]
    assert sbom.bill() == sbom.bill()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pywinrm[credssp]>=0.5.0", ("pywinrm", frozenset({"credssp"}))),
        ("Typing_Extensions ; python_version < '3.12'", ("typing-extensions", frozenset())),
    ],
)
def test_requirements_are_read(sbom: ModuleType, line: str, expected: tuple[str, frozenset[str]]) -> None:
    assert list(sbom.wanted(f"# a comment\n-r other.in\n{line}\n")) == [expected]
