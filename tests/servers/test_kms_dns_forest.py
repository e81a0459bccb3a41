# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbook and role kms_dns in all domains of a forest, which a Samba domain controller names.

The tests of this file build on each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .running import Ansible, Run
from .samba import ADMINISTRATOR, PASSWORD, SERVICE, Samba, samba

ADDRESS, DOMAIN = "127.60.7.1", "corp.example"
# Zones beside the domain's: LABS has records, and so has a domain inside it. Nobody is published in EMPTY.
LABS, BRANCH, EMPTY = "labs.example", "berlin.labs.example", "empty.example"
PUBLISHED = (DOMAIN, LABS, BRANCH)
APPROVED = [f"kms01.{DOMAIN}", f"kms02.{DOMAIN}"]
# The second approved host is not published everywhere, and nobody is to change that.
KEPT = {DOMAIN: set(APPROVED), LABS: {APPROVED[0]}, BRANCH: {APPROVED[1]}, EMPTY: set()}
ROGUES = {DOMAIN: {f"pc0815.{DOMAIN}", f"pc0816.{DOMAIN}"}, LABS: {f"pc1.{LABS}"}, BRANCH: {f"pc2.{BRANCH}"}}
CROWDED = {domain: KEPT[domain] | ROGUES.get(domain, set()) for domain in KEPT}
GROUP = "KMS Hosts"
MEMBER, STRANGER = "kms01$", "pc0815$"
PLAYBOOK = "winfleet.activation.kms_dns"


@pytest.fixture(scope="module")
def dc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    with samba(tmp_path_factory.mktemp("forest") / "dc", ADDRESS, DOMAIN) as controller:
        computers = dict.fromkeys(("kms01", "kms02", "pc0815"), "C0mputer-Passw0rd")
        spns = {"DC1$": [f"ldap/{controller.host}"]}
        controller.side("populate", computers=computers, groups=[GROUP], spns=spns)
        for zone in (LABS, EMPTY):
            controller.tool("dns", "zonecreate", ADDRESS, zone)
        for domain in PUBLISHED:
            lines = [f"add {SERVICE}.{domain} 3600 SRV 0 0 1688 {host}." for host in sorted(CROWDED[domain])]
            # Whoever publishes first owns the record, and may do with it what he likes.
            assert controller.nsupdate(controller.ticket(STRANGER), lines, zone_of(domain)) == ""
        yield controller


def zone_of(domain: str) -> str:
    return LABS if domain == BRANCH else domain


def hosts(dc: Samba) -> dict[str, set[str]]:
    return {domain: {value.split()[3] for value in dc.values(domain)} for domain in KEPT}


def locks(dc: Samba) -> list[str]:
    branch = f"DC={SERVICE}.berlin,{dc.zone(LABS)}"
    return [dc.sddl(name) for name in (dc.node(), dc.node(LABS), branch)]


def play(ansible: Ansible, dc: Samba, *options: str, playbook: str = PLAYBOOK, **more: Any) -> Run:
    """Without kms_dns_server: every zone is read from its own servers and updated on its primary."""
    variables = {
        "approved_kms_hosts": APPROVED,
        "kms_dns_domain_controller": ADDRESS,
        "kms_dns_nameservers": [ADDRESS],
        "kms_dns_timeout": 10,
        "kms_dns_probe": False,
        "kms_dns_kerberos_principal": f"{ADMINISTRATOR}@{dc.realm}",
        "kms_dns_kerberos_password": PASSWORD,
        "kms_dns_kerberos_hostname": dc.host,
        "kms_dns_group": GROUP,
        **more,
    }
    run = ansible.playbook(playbook, "localhost,", variables, "-c", "local", *options, **dc.environment)
    assert variables["kms_dns_kerberos_password"] not in run.output
    return run


def test_domain_controller_that_says_no(dc: Samba, ansible: Ansible) -> None:
    before = locks(dc)
    run = play(ansible, dc, "-vvv", kms_dns_kerberos_password="wrong-Passw0rd")
    assert run.code != 0
    assert "Check kerberos_principal and kerberos_password" in run.text
    assert "Show what is published" not in run.output, "the role goes no further"
    assert hosts(dc) == CROWDED
    assert locks(dc) == before


def test_check_mode_shows_the_plan_and_changes_nothing(dc: Samba, ansible: Ansible) -> None:
    before = locks(dc)
    run = play(ansible, dc, "--check", "--diff")
    assert run.code == 0, run.output
    removed = {line.split()[-1] for line in run.output.splitlines() if line.startswith("-_vlmcs")}
    assert removed == {f"{host}." for domain in ROGUES for host in ROGUES[domain]}
    assert hosts(dc) == CROWDED
    assert locks(dc) == before


def test_records_that_would_be_added_are_none_to_lock_yet(dc: Samba, ansible: Ansible) -> None:
    run = play(ansible, dc, "--check", "--diff", kms_dns_add_missing=True)
    assert run.code == 0, run.output
    assert f"+_vlmcs._tcp.{EMPTY}. 3600 IN SRV 0 0 1688 {APPROVED[0]}." in run.output
    assert hosts(dc) == CROWDED


def test_only_records_of_other_hosts_go(dc: Samba, ansible: Ansible) -> None:
    run = play(ansible, dc)
    assert run.code == 0, run.output
    assert hosts(dc) == KEPT


def test_every_record_is_locked(dc: Samba) -> None:
    for domain in PUBLISHED:
        refused = dc.nsupdate(
            dc.ticket(STRANGER), [f"add {SERVICE}.{domain} 3600 SRV 0 0 1688 pc0815.{DOMAIN}."], zone_of(domain)
        )
        assert "REFUSED" in refused, domain
        refresh = [f"add {SERVICE}.{domain} 3600 SRV 0 0 1688 {host}." for host in sorted(KEPT[domain])]
        assert dc.nsupdate(dc.ticket(MEMBER), refresh, zone_of(domain)) == ""
    assert hosts(dc) == KEPT


def test_again_changes_nothing_and_shows_no_secret(dc: Samba, ansible: Ansible) -> None:
    before = locks(dc)
    run = play(ansible, dc, "-vvv", "--diff")
    assert run.code == 0, run.output
    assert "changed=0" in run.output
    assert "changed=1" not in run.output
    assert hosts(dc) == KEPT
    assert locks(dc) == before


def test_verification_finds_a_record_in_any_domain(dc: Samba, ansible: Ansible) -> None:
    playbook = ansible.work / "verify.yml"
    playbook.write_text(
        "- hosts: localhost\n"
        "  gather_facts: false\n"
        "  tasks:\n"
        "    - ansible.builtin.import_role: {name: winfleet.activation.kms_dns, tasks_from: verify}\n"
        "      vars: {kms_dns_approved_hosts: '{{ approved_kms_hosts }}'}\n"
    )
    run = play(ansible, dc, playbook=str(playbook))
    assert run.code == 0, run.output
    line = f"{SERVICE}.{BRANCH} 3600 SRV 0 0 1688 pc2.{BRANCH}."
    assert dc.nsupdate(dc.ticket(ADMINISTRATOR), [f"add {line}"], LABS) == ""
    run = play(ansible, dc, playbook=str(playbook))
    assert run.code != 0
    assert f"pc2.{BRANCH} is published in {BRANCH}." in run.text
