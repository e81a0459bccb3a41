# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three lists for pip make the one for execution environments, and name what the plugins import."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

META = Path(__file__).resolve().parents[2] / "meta"
PARTS = ("requirements.txt", "requirements-kerberos.txt", "requirements-ldap.txt")
COMPILED = {"gssapi", "python-ldap", "krb5"}


def _named(name: str) -> set[str]:
    """The requirements of a list itself, without those of lists that it names."""
    lines = (line.partition("#")[0].strip() for line in (META / name).read_text(encoding="utf-8").splitlines())
    return {line for line in lines if line and not line.startswith("-r ")}


def _packages(name: str) -> set[str]:
    return {re.split(r"[^a-z-]", line)[0] for line in _named(name)}


def test_the_parts_make_the_whole() -> None:
    assert set().union(*map(_named, PARTS)) == _named("ee-requirements.txt")


@pytest.mark.parametrize("name", PARTS[1:])
def test_every_part_begins_with_what_all_need(name: str) -> None:
    assert "-r requirements.txt\n" in (META / name).read_text(encoding="utf-8")


def test_what_all_need_is_not_compiled() -> None:
    assert not _packages("requirements.txt") & COMPILED
    assert not any("kerberos" in line for line in _named("requirements.txt"))


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("pywinrm", "requirements.txt"),
        ("pyspnego", "requirements.txt"),
        ("dnspython", "requirements.txt"),
        ("gssapi", "requirements-kerberos.txt"),
        ("python-ldap", "requirements-ldap.txt"),
    ],
)
def test_a_list_has_what_the_plugins_import(package: str, name: str) -> None:
    assert package in _packages(name)
    assert package in _packages("ee-requirements.txt")
