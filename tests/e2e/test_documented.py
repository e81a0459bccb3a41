# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command of README and the guides, typed as it stands there, on a fleet with the names that stand there.

What cannot be run on the simulated fleet is listed with the test that runs it elsewhere. tests/unit/test_documented.py
does the same for what YAML the pages have.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.guide import Block, blocks

from .conftest import BIN, Lab, StartLab

# Part of a command, and where it is run instead, or why it is not.
ELSEWHERE = {
    "ansible-galaxy collection install winfleet.activation": "scripts/walk.sh, from the tarball",
    "pip install pywinrm dnspython": "scripts/walk.sh",
    "git clone https": "scripts/walk.sh, from this repository",
    "cd winfleet.activation": "scripts/walk.sh",
    "make demo": "scripts/walk.sh",
    "make test": "continuous integration",
    "winfleet.activation.adba_info": "tests/servers/test_samba_adba.py",
    "-i windows.yml -e @policy.yml": "tests/e2e/test_adba.py, with the activation objects that Samba has there",
    "ansible-galaxy collection install -p project/collections": "tests/engines",
    "ansible-runner": "tests/engines",
    "ansible-builder": "tests/engines/test_builder.py",
    "activation_kms_unapproved": "tests/e2e/test_fleet_flow.py, on a fleet that has some",
    "CONTROLLER_HOST": "nowhere: it takes a controller",
    "activation/extensions/awx": "nowhere: it takes a controller",
    "ansible-playbook configure.yml": "tests/unit/test_extensions.py, as far as it goes without a controller",
    "make soak": "tests/soak, with fewer rounds and machines",
    "-m benchmarks.dead": "nowhere: it takes minutes",
    "corp.microsoft.ad.ldap.yml": "nowhere: microsoft.ad.ldap is another collection's plugin",
}
#: What a command ends with, where that is not 0, by a part of it and its page.
CODES = {("guide_ci", "winfleet.activation.audit"): 2, ("guide_fleet", "winfleet.activation.audit"): 2}
#: Files that a page says to have, by a part of the example.
FILES = {
    ("guide_ci", "# audit.yml"): "audit.yml",
    ("guide_fleet", "license_audit_deadline"): "audit.yml",
    ("guide_fleet", "keyed_groups"): "zz_activation.yml",
    ("guide_dns", "# corp.kms_srv.yml"): "corp.kms_srv.yml",
    ("guide_kms_host", "# policy.yml"): "policy.yml",
}
_CLIENT = "winfleet.activation.kms_client"
POLICY = "approved_kms_hosts: [kms01.corp.example]\n"
ALIASES = {"srv2008r2-01": "srv2008r2-01", "pc07": "win10-01", "web1": "srv2016-01"}
#: As a report writes it: the machines that were found, and the approved host.
MACHINES = ",".join(f"{name}.corp.example" for name in ("kms01", "srv2008-01", "srv2008r2-01", "srv2019-01"))
COMMANDS = [(block, command) for block in blocks() if block.language == "console" for command in block.commands]


def _here() -> list[tuple[Block, str]]:
    """Each command once, or once for a page that has files of its own for it."""
    with_files = {page for page, _part in FILES}
    found: dict[tuple[str, str], tuple[Block, str]] = {}
    for block, command in COMMANDS:
        if not any(part in command for part in ELSEWHERE):
            found.setdefault((command, block.page if block.page in with_files else ""), (block, command))
    return list(found.values())


HERE = _here()


@dataclass
class Desk:
    """Where commands are typed: a folder with an inventory and a policy."""

    lab: Lab
    folder: Path
    server: str

    def type(self, block: Block, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of a page in the folder, with the files that the page has told to make."""
        self._prepare(block.page)
        environment = {**self.lab.environment, "ANSIBLE_INVENTORY": "inventory.yml"}
        if block.page == "guide_fleet":
            environment |= {
                "ANSIBLE_CACHE_PLUGIN": "jsonfile",
                "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(self.folder / "facts"),
            }
        environment["PATH"] = f"{BIN}:{os.environ['PATH']}"
        typed = self._here(command)
        return subprocess.run(
            ["bash", "-c", typed],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def _prepare(self, page: str) -> None:
        (self.folder / "policy.yml").write_text(POLICY)
        for block in blocks():
            name = next(
                (file for (of, part), file in FILES.items() if of == page == block.page and part in block.text), ""
            )
            if name:
                (self.folder / name).write_text(self._here(block.text))

    def _here(self, text: str) -> str:
        """With the places of this machine: its folders, and its name server, which resolv.conf does not name."""
        text = text.replace("/var/lib/winfleet", str(self.folder)).replace(", emea.corp.example", "")
        text = text.replace(', "emea.corp.example"', "")
        names = f'"nameservers": ["{self.server}"], "servers": ["{self.server}"], '
        text = text.replace('-a \'{"domains"', f'-a \'{{{names}"domains"')
        if "plugin: winfleet.activation.kms_srv" in text:
            text += f'nameservers: ["{self.server}"]\nservers: ["{self.server}"]\n'
        if "vault_kms_host_key" in text:
            text = text.replace('  kms_host_key: "{{ vault_kms_host_key }}"\n', "").replace(
                'kms_host_key: "{{ vault_kms_host_key }}"\n', ""
            )
        return text.replace("MACHINES", MACHINES)


def _inventory(lab: Lab, given: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The lab's machines by their full names, and by those that pages use; and the lab's name server."""
    hosts = {name: one for name, one in given["all"]["children"]["windows"]["hosts"].items() if name != "srv2012-off"}
    dns = given["all"]["vars"]["winlab_dns"]
    server = f"{dns['server']}:{dns['port']}"
    connection = {
        name: value
        for name, value in given["all"]["children"]["windows"]["vars"].items()
        if name.startswith("ansible_")
    }
    full = {f"{name}.corp.example": one for name, one in hosts.items()}
    children = {
        "windows": {"hosts": full, "vars": connection},
        "named": {"hosts": {name: hosts[of] for name, of in ALIASES.items()}, "vars": connection},
        "kms_hosts": {"hosts": {"kms01.corp.example": {}}},
        "controller": {
            "hosts": {"localhost": {"ansible_connection": "local", "ansible_python_interpreter": str(BIN / "python")}}
        },
    }
    variables = {
        "kms_dns_nameservers": [server],
        "kms_dns_server": dns["server"],
        "kms_dns_server_port": dns["port"],
        "kms_dns_timeout": 10,
        "kms_domains": ["corp.example"],
    }
    return {"all": {"children": children, "vars": variables}}, server


@pytest.fixture(scope="module")
def desk_of(start_lab: StartLab) -> Callable[[str], Desk]:
    """A desk, and a fleet that nobody has repaired yet, for each page."""

    @cache
    def opened(_page: str) -> Desk:
        lab = start_lab("demo")
        inventory, server = _inventory(lab, yaml.safe_load(lab.inventory.read_text()))
        folder = lab.work / "desk"
        folder.mkdir()
        for name in ("inventory.yml", "windows.yml"):
            (folder / name).write_text(yaml.safe_dump(inventory))
        play = {"hosts": "all", "gather_facts": False, "vars": yaml.safe_load(POLICY), "roles": [_CLIENT]}
        (folder / "repair.yml").write_text(yaml.safe_dump([play]))
        return Desk(lab, folder, server)

    return opened


@pytest.mark.parametrize(("block", "command"), HERE, ids=[f"{block.page}: {command}" for block, command in HERE])
def test_a_command_does_what_the_page_says(desk_of: Callable[[str], Desk], block: Block, command: str) -> None:
    run = desk_of(block.page).type(block, command)
    expected = next((code for (page, part), code in CODES.items() if page == block.page and part in command), 0)
    assert run.returncode == expected, f"{run.stdout}{run.stderr}"
    assert "[ERROR]" not in run.stderr or expected
    assert "DEPRECATION" not in run.stdout + run.stderr
    assert re.search(r"ok=[1-9]|SUCCESS|CHANGED|@all:|@kms_|activation_", run.stdout), "it did nothing"


def test_what_is_run_elsewhere_is_still_on_a_page() -> None:
    typed = [command for _block, command in COMMANDS]
    assert {part for part in ELSEWHERE if not any(part in command for command in typed)} == set()
