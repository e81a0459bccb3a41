# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kms_srv on Samba's DNS server with GSS-TSIG, as on a domain controller."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import SRV_ADDRESS as ADDRESS
from .conftest import SRV_DOMAIN as DOMAIN
from .running import Ansible
from .samba import ADMINISTRATOR, PASSWORD, SERVICE, Samba

APPROVED = [f"kms0{number}.{DOMAIN}" for number in (1, 2, 3)]
ROGUES = [f"pc{number:04}.{DOMAIN}" for number in range(197)]


@pytest.fixture
def crowded(srv_dc: Samba) -> Samba:
    """Two hundred records, of which three are approved."""
    lines = [f"add {SERVICE}.{DOMAIN} 3600 SRV 0 0 1688 {host}." for host in [*APPROVED, *ROGUES]]
    assert srv_dc.nsupdate(srv_dc.ticket(ADMINISTRATOR), lines) == ""
    assert len(srv_dc.values()) == 200
    return srv_dc


def lines(*hosts: str) -> set[str]:
    return {f"0 0 1688 {host}" for host in hosts}


def options(dc: Samba, **more: Any) -> dict[str, Any]:
    return {
        "domains": [DOMAIN],
        "hosts": APPROVED,
        "exclusive": True,
        "server": ADDRESS,
        "kerberos_principal": f"{ADMINISTRATOR}@{dc.realm}",
        "kerberos_password": PASSWORD,
        **more,
    }


def test_two_hundred_records_become_the_three_approved_ones(crowded: Samba, ansible: Ansible) -> None:
    dry = ansible.module("kms_srv", options(crowded), "--check", environment=crowded.environment).ok()
    assert len(dry["results"][0]["removed"]) == 197
    assert len(crowded.values()) == 200
    done = ansible.module("kms_srv", options(crowded), environment=crowded.environment).ok()
    assert done["results"][0]["result"] == "verified"
    assert crowded.values() == lines(*APPROVED)
    assert not ansible.module("kms_srv", options(crowded), environment=crowded.environment).ok()["changed"]
    assert PASSWORD not in "".join(ansible.log)


def test_who_may_not_changes_nothing(crowded: Samba, ansible: Ansible) -> None:
    as_machine = {"kerberos_principal": f"pc0001$@{crowded.realm}", "kerberos_password": "C0mputer-Passw0rd"}
    failed = ansible.module("kms_srv", options(crowded, **as_machine), environment=crowded.environment).failed()
    assert failed["rcode"] == "REFUSED"
    assert len(crowded.values()) == 200


def test_role_cleans_and_locks_in_one_run(crowded: Samba, ansible: Ansible) -> None:
    crowded.side("populate", computers={"kms01": "C0mputer-Passw0rd"})
    crowded.tool("group", "add", "KMS Hosts")
    playbook = ansible.work / "role.yml"
    playbook.write_text(
        "- hosts: localhost\n"
        "  gather_facts: false\n"
        "  roles:\n"
        "    - role: winfleet.activation.kms_dns\n"
        "  post_tasks:\n"
        "    - ansible.builtin.import_role: {name: winfleet.activation.kms_dns, tasks_from: verify}\n"
    )
    variables = {
        "kms_dns_domains": [DOMAIN],
        "kms_dns_approved_hosts": [APPROVED[0]],
        # There is a record of it, and no machine.
        "kms_dns_probe": False,
        "kms_dns_server": ADDRESS,
        "kms_dns_nameservers": [ADDRESS],
        "kms_dns_kerberos_principal": f"{ADMINISTRATOR}@{crowded.realm}",
        "kms_dns_kerberos_password": PASSWORD,
        "kms_dns_kerberos_hostname": crowded.host,
        "kms_dns_group": "KMS Hosts",
    }
    run = ansible.playbook(str(playbook), "localhost,", variables, "-c", "local", **crowded.environment)
    assert run.code == 0, run.output
    assert crowded.values() == lines(APPROVED[0])
    again = ansible.playbook(str(playbook), "localhost,", variables, "-c", "local", "-vvv", **crowded.environment)
    assert again.code == 0, again.output
    assert "changed=0" in again.output
    assert PASSWORD not in run.output + again.output
    # What the lock means: a stranger's machine is refused, the approved one's is not.
    refresh = [f"add {SERVICE}.{DOMAIN} 3600 SRV 0 0 1688 {APPROVED[0]}."]
    assert crowded.nsupdate(crowded.ticket("kms01$"), refresh) == ""
    refused = crowded.nsupdate(crowded.ticket("pc0001$"), [f"add {SERVICE}.{DOMAIN} 3600 SRV 0 0 1688 {ROGUES[1]}."])
    assert "REFUSED" in refused
    assert crowded.values() == lines(APPROVED[0])
