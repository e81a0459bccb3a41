# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole story on BIND: machines of the lab publish themselves, are repaired, and their records go and stay away.

The tests of this file build on each other.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from .bind import SERVICE, Bind, Key, Zone, bind
from .lab import Lab, lab
from .running import Ansible

ADDRESS = "127.53.9.1"
DOMAIN = "corp.example"
ADMIN, MACHINES = Key("kms-admin", "hmac-sha512"), Key("machines")
APPROVED = [f"kms01.{DOMAIN}"]
ROGUES = ("srv2008-01", "srv2008r2-01", "srv2019-01")
# Of machines that are long gone.
GHOSTS = ("pc0815", "pc0816")
# A label may hold any byte (RFC 2181, section 11).
HOSTILE = r"\{\{\032lookup\('pipe'\,\032'id'\)\032\}\}"

POLICY = {
    "approved_kms_hosts": APPROVED,
    "kms_domains": [DOMAIN],
    "kms_dns_nameservers": [ADDRESS],
    "kms_dns_timeout": 10,
    "kms_dns_key_name": ADMIN.name,
    "kms_dns_key_secret": ADMIN.secret,
    "kms_dns_key_algorithm": ADMIN.algorithm,
}


@pytest.fixture(scope="module")
def named(addresses: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    addresses(ADDRESS)
    ghosts = "".join(f"{SERVICE} 3600 SRV 0 0 1688 {name}\n" for name in (*GHOSTS, HOSTILE))
    # As in Active Directory: any machine may add its own address and its own record.
    grants = f"grant {ADMIN.name} name {SERVICE}.{DOMAIN}. SRV; grant {MACHINES.name} zonesub A SRV;"
    rules = f"check-names ignore; update-policy {{ {grants} }};"
    with bind(
        tmp_path_factory.mktemp("bind") / "bind", ADDRESS, [Zone(DOMAIN, ghosts, rules)], (ADMIN, MACHINES)
    ) as running:
        yield running


@pytest.fixture(scope="module")
def fleet(named: Bind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab(tmp_path_factory.mktemp("lab") / "lab", "demo", f"{named.address}:53", MACHINES) as running:
        yield running


def targets(named: Bind) -> set[str]:
    return {value.split()[3].removesuffix(f".{DOMAIN}") for value in named.values(DOMAIN)}


def test_machines_have_published_themselves(named: Bind, fleet: Lab) -> None:
    assert targets(named) >= {"kms01", *ROGUES, *GHOSTS}
    assert len(named.values(DOMAIN)) == 7


def test_commands_for_others_do_what_the_role_would_do(
    named: Bind, fleet: Lab, ansible: Ansible, tmp_path: Any
) -> None:
    """nsupdate takes its lines, and after that only the hostile name is left to do by hand."""
    plan = {"domains": [DOMAIN], "hosts": APPROVED, "exclusive": True, "add_missing": False, "server": ADDRESS}
    before = named.values(DOMAIN)
    output = tmp_path / "commands"
    playbook = tmp_path / "commands.yml"
    playbook.write_text(
        "- hosts: localhost\n"
        "  gather_facts: false\n"
        "  tasks:\n"
        "    - winfleet.activation.kms_srv: '{{ plan }}'\n"
        "      check_mode: true\n"
        "      register: planned\n"
        "    - ansible.builtin.copy:\n"
        "        content: \"{{ planned.results | winfleet.activation.kms_srv_commands | join('\\n') }}\\n\"\n"
        f"        dest: {output}\n"
    )
    run = ansible.playbook(str(playbook), "localhost,", {"plan": {**plan, **ADMIN.options()}}, "-c", "local")
    assert run.code == 0, run.output
    assert named.values(DOMAIN) == before
    lines = output.read_text().splitlines()
    assert sum(line.startswith("update delete") for line in lines) == 5
    assert sum("by hand" in line for line in lines) == 1
    done = subprocess.run(
        ["nsupdate", "-y", f"{ADMIN.algorithm}:{ADMIN.name}:{ADMIN.secret}"],
        input="\n".join([f"server {ADDRESS}", *lines, ""]),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(named.values(DOMAIN)) == 2
    assert "kms01" in targets(named)
    # And as it was.
    value = "\n".join(
        f"update add {SERVICE}.{DOMAIN}. 3600 SRV 0 0 1688 {name}.{DOMAIN}." for name in (*ROGUES, *GHOSTS)
    )
    assert named.nsupdate(DOMAIN, value.splitlines(), ADMIN) == ""
    assert named.values(DOMAIN) == before


def test_wrong_key_is_told_and_changes_nothing(named: Bind, fleet: Lab, ansible: Ansible) -> None:
    stranger = Key(ADMIN.name, ADMIN.algorithm)
    before = named.values(DOMAIN)
    run = ansible.playbook(
        "winfleet.activation.kms_dns", fleet.inventory, {**POLICY, "kms_dns_key_secret": stranger.secret}
    )
    assert run.code != 0
    assert "BADSIG" in run.output
    assert stranger.secret not in run.output
    assert named.values(DOMAIN) == before


def test_rogues_that_were_not_repaired_are_told(named: Bind, fleet: Lab, ansible: Ansible) -> None:
    """Their records go, those of the ghosts too; but the playbook does not call it done."""
    run = ansible.playbook("winfleet.activation.kms_dns", fleet.inventory, POLICY)
    assert run.code != 0
    assert named.values(DOMAIN) == {f"0 0 1688 {APPROVED[0]}"}
    for rogue in ROGUES:
        assert f"{rogue} would publish itself again." in run.text
    assert "pc0815.corp.example is published in corp.example. Its name has no address" in run.text
    assert "uid=" not in run.output, "a name from DNS was run as a template"
    fleet.winlab("advance", "1d")
    assert targets(named) == {"kms01", *ROGUES}


def test_after_the_repair_the_records_stay_away(named: Bind, fleet: Lab, ansible: Ansible) -> None:
    run = ansible.playbook("winfleet.activation.enforce", fleet.inventory, POLICY)
    assert run.code == 0, run.output
    run = ansible.playbook("winfleet.activation.kms_dns", fleet.inventory, POLICY)
    assert run.code == 0, run.output
    assert named.values(DOMAIN) == {f"0 0 1688 {APPROVED[0]}"}
    fleet.winlab("advance", "2d")
    assert named.values(DOMAIN) == {f"0 0 1688 {APPROVED[0]}"}


def test_again_changes_nothing_and_shows_no_secret(named: Bind, fleet: Lab, ansible: Ansible) -> None:
    sent = named.log().count("update '")
    run = ansible.playbook("winfleet.activation.kms_dns", fleet.inventory, POLICY, "-vvv", "--diff")
    assert run.code == 0, run.output
    assert "changed=0" in run.output
    assert "changed=1" not in run.output
    assert named.log().count("update '") == sent
    assert ADMIN.secret not in run.output
