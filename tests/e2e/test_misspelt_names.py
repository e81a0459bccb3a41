# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A variable whose name is misspelt is refused before any machine is asked, on the command line and in group_vars.

Kind: a typo that passes. Every variable of every playbook and role loses a letter; no lab is needed, since nothing is
sent. Runs on the oldest and the newest ansible-core, which list variables in ways of their own.
"""

from __future__ import annotations

import json

import pytest

from tests.unit.test_variable_table import PLAYBOOKS, ROLES, table

from .conftest import REPOSITORY, Lab, Run, environment

INVENTORY = """
all:
  children:
    windows:
      hosts: {pc1: {}, pc2: {}}
      vars: {ansible_connection: winrm, ansible_host: 127.0.0.1, ansible_port: 1, ansible_user: u, ansible_password: p}
    kms_clients: {hosts: {pc1: {}}}
    kms_hosts: {hosts: {pc2: {}}}
    branch: {hosts: {pc2: {}}}
"""
POLICY = {"approved_kms_hosts": ["kms01.corp.example"], "kms_domains": ["corp.example"]}
REQUIRED = {"kms_dns_approved_hosts": ["kms01"], "kms_dns_domains": ["corp.example"]}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """An inventory without machines behind it."""
    work = tmp_path_factory.mktemp("site")
    (work / "inventory.yml").write_text(INVENTORY)
    return Lab(work / "inventory.yml", environment(work), work)


def said(run: Run) -> str:
    return " ".join(run.output.split())


def misspelt(reader: str) -> dict[str, str]:
    """Each variable without its fourth letter, and the variable."""
    names = [name for name, _role, readers in table() if reader in readers.split(",")]
    return {name[:3] + name[4:]: name for name in names}


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_every_variable_of_a_playbook(site: Lab, playbook: str) -> None:
    wrong = misspelt(playbook)
    run = site.playbook(f"winfleet.activation.{playbook}", POLICY | dict.fromkeys(wrong, "x"))
    assert run.code == 2, run.output
    for name, meant in wrong.items():
        assert f"The variable {name} is set" in said(run), run.output
        assert f"Did you mean {meant}?" in said(run)
    assert "Nothing was changed." in said(run)
    assert "unreachable=0" in run.output


@pytest.mark.parametrize("role", ROLES)
def test_every_variable_of_a_role(site: Lab, role: str) -> None:
    path = site.work / f"{role}.yml"
    path.write_text(json.dumps([{"hosts": "pc1", "gather_facts": False, "roles": [f"winfleet.activation.{role}"]}]))
    wrong = misspelt(role)
    run = site.playbook(str(path), POLICY | REQUIRED | dict.fromkeys(wrong, "x"))
    assert run.code == 2, run.output
    for name in wrong:
        assert f"The variable {name} is set" in said(run), run.output


@pytest.mark.parametrize("playbook", ["audit", "enforce"])
def test_a_group_of_the_inventory(site: Lab, playbook: str) -> None:
    """The group's hosts are not those that stand for the play."""
    path = site.work / "branch.yml"
    path.write_text("all: {children: {branch: {hosts: {pc2: {}}, vars: {aproved_kms_hosts: [kms02]}}}}")
    run = site.playbook(f"winfleet.activation.{playbook}", POLICY, "-i", str(path))
    assert run.code == 2, run.output
    assert "The variable aproved_kms_hosts is set" in said(run)


@pytest.mark.parametrize(("playbook", "limited"), [("audit", ()), ("enforce", ("--limit", "pc1"))])
def test_a_group_that_is_none(site: Lab, playbook: str, limited: tuple[str, ...]) -> None:
    """Kind: no machine at all is taken for machines that are all well."""
    variable = f"{playbook}_hosts"
    run = site.playbook(f"winfleet.activation.{playbook}", POLICY | {variable: "wndows"}, *limited)
    assert run.code != 0, run.output
    assert variable in said(run)
    assert "Nothing was changed." in said(run)


@pytest.mark.parametrize(
    ("variables", "words"),
    [({}, "None of the machines could be read"), ({"enforce_mark_hosts": "fifty"}, "must be a number, not fifty")],
)
def test_a_repair_of_nothing_is_no_success(site: Lab, variables: dict[str, str], words: str) -> None:
    run = site.playbook("winfleet.activation.enforce", POLICY | variables | {"kms_domains": []})
    assert run.code == 2, run.output
    assert words in said(run)


def test_what_is_the_organizations_own(site: Lab) -> None:
    """It goes on to read the machines, where nobody answers."""
    own = {
        "kms_client_rack": "r7",
        "winfleet_own_variables": "kms_client_rack,approved_kms_host",
        "approved_kms_host": "x",
    }
    run = site.playbook("winfleet.activation.audit", POLICY | own)
    assert run.code == 0, run.output
    assert "2 unreachable" in said(run)


def test_a_policy_for_all_playbooks_is_taken(site: Lab) -> None:
    others = {"kms_dns_update": False, "repair": ["kms_unapproved"], "kms_host_verify_network": False}
    run = site.playbook("winfleet.activation.audit", POLICY | others)
    assert run.code == 0, run.output


def test_every_variable_of_a_playbook_is_in_the_guide() -> None:
    guide = (REPOSITORY / "docs" / "docsite" / "rst" / "guide_playbooks.rst").read_text()
    names = [name for name, role, readers in table() if role == "-" and readers != "-"]
    assert [name for name in names if f"``{name}``" not in guide] == []
