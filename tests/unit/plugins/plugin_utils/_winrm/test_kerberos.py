# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tickets from a password: the command line, the narrow environment, and the private cache."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm import kerberos
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Kinit, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import (
    Misconfigured,
    TransportUnusable,
)

from .conftest import endpoint

PASSWORD = "Kerberos-Secret-1"


def kerberized(kinit: Kinit, **changes: Any) -> Endpoint:
    fields = {
        "transports": ("kerberos",),
        "username": "admin@CORP.EXAMPLE",
        "password": Secret(PASSWORD),
        "kinit": kinit,
    }
    return endpoint("srv01", **{**fields, **changes})


@pytest.fixture
def fake_kinit(tmp_path: Path) -> tuple[Path, Path]:
    """A program that writes down how it was called, and what it read."""
    said, program = tmp_path / "said", tmp_path / "kinit"
    program.write_text(
        "#!/bin/sh\n"
        f'{{ printf "%s\\n" "$@"; echo "---"; /usr/bin/env | /usr/bin/sort; echo "---"; /bin/cat; }} > {said}\n'
        'cache="${KRB5CCNAME#FILE:}"; echo ticket > "$cache"\n'
        f"if [ -e {tmp_path}/refuse ]; then /bin/cat {tmp_path}/refuse >&2; exit 1; fi\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program, said


def _parts(said: Path) -> tuple[list[str], dict[str, str], str]:
    arguments, environment, typed = said.read_text().split("---\n")
    variables = dict(line.split("=", 1) for line in environment.splitlines() if "=" in line)
    return arguments.splitlines(), variables, typed


def test_ticket_lands_in_a_cache_of_its_own(fake_kinit: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    program, said = fake_kinit
    monkeypatch.setenv("KRB5_CONFIG", "/somewhere/krb5.conf")
    monkeypatch.setenv("SECRET_OF_THE_SHELL", "x")
    ticket = kerberos.obtain_ticket(kerberized(Kinit("managed", str(program), None, ("KRB5_CONFIG",))))
    arguments, variables, typed = _parts(said)
    assert arguments == ["admin@CORP.EXAMPLE"]
    assert typed == f"{PASSWORD}\n"
    assert variables["KRB5_CONFIG"] == "/somewhere/krb5.conf"
    assert "SECRET_OF_THE_SHELL" not in variables
    cache = Path(ticket.cache.removeprefix("FILE:"))
    assert variables["KRB5CCNAME"] == ticket.cache
    assert cache.read_text() == "ticket\n"
    ticket.close()
    assert not cache.parent.exists()


@pytest.mark.parametrize(
    ("kinit_args", "delegation", "expected"),
    [
        (None, True, ["-f", "admin@CORP.EXAMPLE"]),
        (("-A", "-l", "1h"), True, ["-A", "-l", "1h", "admin@CORP.EXAMPLE"]),
        (None, False, ["admin@CORP.EXAMPLE"]),
    ],
)
def test_command_line(kinit_args: tuple[str, ...] | None, delegation: bool, expected: list[str]) -> None:
    kinit = Kinit("managed", "kinit", kinit_args, ())
    one = kerberized(kinit, kerberos_delegation=delegation)
    assert kerberos.command_line(one, kinit) == ["kinit", *expected]


def test_cache_is_in_the_environment_only_meanwhile(
    fake_kinit: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRB5CCNAME", "FILE:/the/users/own")
    ticket = kerberos.obtain_ticket(kerberized(Kinit("managed", str(fake_kinit[0]))))
    with ticket.in_environment():
        assert os.environ["KRB5CCNAME"] == ticket.cache
    assert os.environ["KRB5CCNAME"] == "FILE:/the/users/own"
    ticket.close()


def test_refused_password_is_not_repeated_in_the_message(fake_kinit: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "refuse").write_text(f"kinit: Password incorrect while getting credentials ({PASSWORD})\n")
    with pytest.raises(Misconfigured, match="Password incorrect") as error:
        kerberos.obtain_ticket(kerberized(Kinit("managed", str(fake_kinit[0]))))
    assert not isinstance(error.value, TransportUnusable)
    assert PASSWORD not in str(error.value)


def test_no_domain_controller_lets_the_next_transport_try(fake_kinit: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "refuse").write_text("kinit: Cannot contact any KDC for realm 'CORP.EXAMPLE'\n")
    with pytest.raises(TransportUnusable, match="Cannot contact any KDC"):
        kerberos.obtain_ticket(kerberized(Kinit("managed", str(fake_kinit[0]))))


def test_missing_kinit_names_the_package() -> None:
    with pytest.raises(TransportUnusable, match="krb5-user"):
        kerberos.obtain_ticket(kerberized(Kinit("managed", "/no/such/kinit")))
