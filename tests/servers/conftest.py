# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers for the DNS side, started by scripts/servers.sh's test run on loopback addresses.

Every server is a child of the test run, in a folder and on an address of its own, and is stopped by its process
identifier. Neither /etc/krb5.conf nor /etc/resolv.conf is touched or needed.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .running import REPOSITORY, Ansible, carry, drop
from .samba import Samba, samba

# The collection is imported by its full name here as well.
importlib.import_module("tests.unit.conftest")


@pytest.fixture(scope="session")
def addresses() -> Iterator[Callable[..., None]]:
    """``addresses("127.53.1.1", ...)`` makes the loopback interface carry them until the tests end."""
    added: list[str] = []

    def add(*wanted: str) -> None:
        added.extend(address for address in wanted if carry(address))

    yield add
    for address in added:
        drop(address)


# Each worker of pytest-xdist has its own.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
SRV_ADDRESS, SRV_DOMAIN = f"127.60.{20 + _WORKER}.1", "srv.example"
# Of a second domain in its forest, and of a read-only domain controller.
CHILD_ADDRESS, READ_ONLY_ADDRESS = f"127.60.{20 + _WORKER}.2", f"127.60.{20 + _WORKER}.3"


@pytest.fixture(scope="session")
def srv_dc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    """The domain controller of tests that need no directory of their own. Making one takes longer than most of them."""
    with samba(tmp_path_factory.mktemp("srv") / "dc", SRV_ADDRESS, SRV_DOMAIN) as controller:
        spns = {"DC1$": [f"ldap/{controller.host}"]}
        controller.side("populate", computers={"pc0001": "C0mputer-Passw0rd"}, spns=spns)
        yield controller


@pytest.fixture
def ansible(tmp_path: Path) -> Ansible:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KRB5"))}
    return Ansible(
        tmp_path,
        {
            **inherited,
            "ANSIBLE_CONFIG": str(REPOSITORY / "ansible.cfg"),
            "ANSIBLE_HOME": str(tmp_path / "ansible"),
            "ANSIBLE_LOCAL_TEMP": str(tmp_path / "tmp"),
            "ANSIBLE_NOCOLOR": "1",
            # ansible-core 2.21 and later shows a module's arguments only when asked; a secret must not be among them.
            "ANSIBLE_INJECT_INVOCATION": "1",
            "LC_ALL": "C.UTF-8",
        },
    )
