# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way from three KMS hosts that nobody wants to Active Directory: machines of the lab, objects, records and
permissions of a real directory. The tests of this file build on each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .activation_objects import dn_of, make
from .lab import Lab, lab
from .running import Ansible, Run
from .samba import ADMINISTRATOR, PASSWORD, SERVICE, Samba, samba

ADDRESS, DOMAIN = "127.60.8.1", "corp.example"
ROGUES = ("rogue1", "rogue2", "rogue3")
CLIENTS = ("pc1", "pc2")
OBJECT, GROUP = "Corp AO", "Nobody publishes"
# No machine is limited to a way that cannot work, and every one that is not activated is to be.
REPAIR = {"repair": ["kms_unapproved", "not_activated"]}


@pytest.fixture(scope="module")
def dc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    """Each of the three has published itself, with its own account."""
    with samba(tmp_path_factory.mktemp("adba") / "dc", ADDRESS, DOMAIN) as controller:
        computers = dict.fromkeys(ROGUES, "C0mputer-Passw0rd")
        spns = {"DC1$": [f"ldap/{controller.host}"]}
        controller.side("populate", computers=computers, groups=[GROUP], spns=spns)
        # The first owns the record, which the others may not update then. So the first has done it for them.
        ticket = controller.ticket(f"{ROGUES[0]}$")
        assert controller.nsupdate(ticket, [publishing(name) for name in ROGUES]) == ""
        yield controller


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, dc: Samba) -> Iterator[Lab]:
    scenario = Path(__file__).with_name("adba_fleet.yml")
    with lab(tmp_path_factory.mktemp("lab") / "lab", str(scenario)) as running:
        # The object was made with the key that the three carry.
        make(dc, OBJECT, OBJECT, key=running.state(ROGUES[0])["license"]["partial_product_key"])
        yield running


def publishing(name: str) -> str:
    return f"add {SERVICE}.{DOMAIN} 3600 SRV 0 0 1688 {name}.{DOMAIN}."


def play(ansible: Ansible, dc: Samba, fleet: Lab, playbook: str, *options: str, **more: Any) -> Run:
    """With the policy of the guide, and the sign-in of an administrator of the forest."""
    sign_in = {
        "kerberos_principal": f"{ADMINISTRATOR}@{dc.realm}",
        "kerberos_password": PASSWORD,
        "kerberos_hostname": dc.host,
    }
    variables = {
        "activation": "adba",
        "adba_domain_controller": dc.address,
        "adba_sign_in": sign_in,
        "kms_dns_domain_controller": dc.address,
        "kms_dns_nameservers": [dc.address],
        "kms_dns_timeout": 10,
        "kms_dns_group": GROUP,
        **{f"kms_dns_{name}": value for name, value in sign_in.items()},
        **REPAIR,
        **more,
    }
    run = ansible.playbook(f"winfleet.activation.{playbook}", fleet.inventory, variables, *options, **dc.environment)
    assert PASSWORD not in run.output
    return run


def roles(fleet: Lab) -> dict[str, tuple[str, str, str | None]]:
    """Of each machine its kind of key, whether it is activated, and by which object."""
    found = {name: fleet.state(name)["license"] for name in (*ROGUES, *CLIENTS)}
    return {name: (one["key_type"], one["license_status"], one["activation_object"]) for name, one in found.items()}


def published(dc: Samba) -> set[str]:
    return {value.split()[3].partition(".")[0] for value in dc.values()}


def test_it_begins_with_three(dc: Samba, fleet: Lab) -> None:
    assert published(dc) == set(ROGUES)
    assert {name: role[:2] for name, role in roles(fleet).items() if name in ROGUES} == dict.fromkeys(
        ROGUES, ("csvlk", "licensed")
    )


def test_the_audit_joins_fleet_directory_and_records(dc: Samba, fleet: Lab, ansible: Ansible) -> None:
    run = play(ansible, dc, fleet, "audit")
    assert run.code == 0, run.output
    for name in ROGUES:
        assert f"{name}" in run.output
    assert "kms_unapproved" in run.output
    assert OBJECT in run.output


def test_check_mode_changes_nothing(dc: Samba, fleet: Lab, ansible: Ansible) -> None:
    before, records = roles(fleet), dc.sddl(dc.node())
    for playbook in ("enforce", "kms_dns"):
        run = play(ansible, dc, fleet, playbook, "--check", "--diff")
        assert run.code == 0, run.output
    assert (roles(fleet), published(dc), dc.sddl(dc.node())) == (before, set(ROGUES), records)


def test_active_directory_activates_all_of_them(dc: Samba, fleet: Lab, ansible: Ansible) -> None:
    run = play(ansible, dc, fleet, "enforce")
    assert run.code == 0, run.output
    assert roles(fleet) == dict.fromkeys((*ROGUES, *CLIENTS), ("gvlk", "licensed", OBJECT))


def test_no_record_is_left_and_none_comes_back(dc: Samba, fleet: Lab, ansible: Ansible) -> None:
    run = play(ansible, dc, fleet, "kms_dns")
    assert run.code == 0, run.output
    assert published(dc) == set()
    for name in ROGUES:
        assert "REFUSED" in dc.nsupdate(dc.ticket(f"{name}$"), [publishing(name)]), name
    assert published(dc) == set()


def test_again_changes_nothing(dc: Samba, fleet: Lab, ansible: Ansible) -> None:
    before = dc.sddl(dc.node())
    for playbook in ("enforce", "kms_dns"):
        run = play(ansible, dc, fleet, playbook)
        assert run.code == 0, run.output
        assert "changed=1" not in run.output, run.output
    assert (published(dc), dc.sddl(dc.node())) == (set(), before)
    assert roles(fleet) == dict.fromkeys((*ROGUES, *CLIENTS), ("gvlk", "licensed", OBJECT))


def test_the_object_that_activates_them_is_not_removed(dc: Samba, fleet: Lab, ansible: Ansible) -> None:
    """With the audit as the guide hands it on."""
    playbook = ansible.work / "remove.yml"
    playbook.write_text(
        "- hosts: windows\n"
        "  gather_facts: false\n"
        "  tasks:\n"
        "    - winfleet.activation.fleet_info:\n"
        "      register: fleet\n"
        "      run_once: true\n"
        "    - winfleet.activation.adba_object: \"{{ place | combine({'hosts': fleet.hosts}) }}\"\n"
        "      delegate_to: localhost\n"
        "      run_once: true\n"
    )
    place = {
        "dn": dn_of(dc, OBJECT),
        "domain_controller": dc.address,
        **dc.by_kerberos(ADMINISTRATOR, PASSWORD),
    }
    run = ansible.playbook(str(playbook), fleet.inventory, {"place": place}, **dc.environment)
    assert run.code != 0
    assert "5 machines are activated by Corp AO" in run.text
    assert dc.side("exists", dn=dn_of(dc, OBJECT))
