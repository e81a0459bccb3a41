# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kms_srv_info and the inventory kms_srv with the domains that a Samba domain controller knows of."""

from __future__ import annotations

import base64
import json
import socket
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import SRV_ADDRESS as ADDRESS
from .conftest import SRV_DOMAIN as DOMAIN
from .running import Ansible, Run
from .samba import ADMINISTRATOR, SERVICE, Samba

SILENT = "127.60.2.9"
USER, USER_PASSWORD = "auditor", "Us3r-Passw0rd-of-the-lab"
LABS, BRANCH, FORMER, WIDE = "labs.example", "berlin.labs.example", "paris.labs.example", "wide.example"
ROGUES = {LABS: "pc1.labs.example", BRANCH: "pc2.berlin.labs.example", WIDE: "pc3.wide.example"}
APPROVED = f"kms01.{DOMAIN}"


@pytest.fixture(scope="module")
def dc(srv_dc: Samba) -> Samba:
    """Zones beside the domain's: one of the domain, one of the whole forest, and such as no client is in."""
    srv_dc.side("populate", users={USER: USER_PASSWORD})
    for zone in (LABS, "2.0.192.in-addr.arpa", "partner.example"):
        srv_dc.tool("dns", "zonecreate", ADDRESS, zone)
    srv_dc.tool("dns", "zonecreate", ADDRESS, WIDE, "--dns-directory-partition=forest")
    for zone, below, host in (
        (LABS, "", ROGUES[LABS]),
        (LABS, ".berlin", ROGUES[BRANCH]),
        (LABS, ".paris", "pc9.labs.example"),
        (LABS, ".{{ 7 * 7 }}", "pc9.labs.example"),
        (WIDE, "", ROGUES[WIDE]),
    ):
        srv_dc.tool("dns", "add", ADDRESS, zone, f"{SERVICE}{below}", "SRV", f"{host} 1688 0 0")
    gone = f"{SERVICE}.{FORMER}"
    assert srv_dc.nsupdate(srv_dc.ticket(ADMINISTRATOR), [f"delete {gone} SRV"], LABS) == ""
    make_forwarder(srv_dc, "partner.example")
    return srv_dc


def make_forwarder(dc: Samba, zone: str) -> None:
    """Samba has none. In the directory they differ from other zones by one number (MS-DNSP 2.3.2.1)."""
    values = [base64.b64decode(value) for value in dc.side("attributes", dn=dc.zone(zone))["dNSProperty"]]
    changed = [value[:20] + b"\4" + value[21:] if value[16:20] == b"\1\0\0\0" else value for value in values]
    assert changed != values
    encoded = [base64.b64encode(value).decode() for value in changed]
    dc.side("replace", dn=dc.zone(zone), bytes={"dNSProperty": encoded})


def options(dc: Samba, **more: Any) -> dict[str, Any]:
    """By Kerberos, with the password of a user without any right of an administrator."""
    place = {"domain_controller": ADDRESS, "nameservers": [ADDRESS]}
    wanted = {**place, **dc.by_kerberos(USER, USER_PASSWORD), **more}
    return {key: value for key, value in wanted.items() if value is not None}


def with_password(dc: Samba, **more: Any) -> dict[str, Any]:
    return options(dc, **{**dc.by_password(USER, USER_PASSWORD), **more})


def run(ansible: Ansible, dc: Samba, arguments: dict[str, Any], *flags: str) -> Run:
    return ansible.module("kms_srv_info", arguments, *flags, environment=dc.environment)


def test_domain_of_the_forest_and_further_zones(dc: Samba, ansible: Ansible) -> None:
    found = run(ansible, dc, options(dc, approved_hosts=[APPROVED]), "-vvvv").ok()
    assert found["forest"] == {
        "domain_controller": ADDRESS,
        "domains": [DOMAIN],
        "zones": [LABS, DOMAIN, WIDE],
        "published": found["forest"]["published"],
        "unread_partitions": [],
    }
    # Whether there is a record in the domain itself depends on other tests.
    assert [name for name in found["forest"]["published"] if name != DOMAIN] == [BRANCH, LABS, WIDE]
    assert [one["domain"] for one in found["domains"]] == [DOMAIN, LABS, WIDE, BRANCH]
    assert found["complete"]
    assert set(ROGUES.values()) <= set(found["unapproved_hosts"])
    assert "pc9.labs.example" not in found["unapproved_hosts"]
    assert USER_PASSWORD not in "".join(ansible.log)


def test_domains_that_are_named_come_first(dc: Samba, ansible: Ansible) -> None:
    arguments = with_password(dc, domains=[f"void.{DOMAIN}", f"{WIDE.title()}."], ask_servers=False)
    found = run(ansible, dc, arguments, "-vvvv").ok()
    assert [one["domain"] for one in found["domains"]] == [f"void.{DOMAIN}", WIDE, DOMAIN, LABS, BRANCH]
    assert USER_PASSWORD not in "".join(ansible.log)


def test_a_wrong_password(dc: Samba, ansible: Ansible) -> None:
    failed = run(ansible, dc, with_password(dc, bind_password="wrong-Passw0rd"), "-vvvv").failed()
    assert failed["msg"] == (
        f"{ADDRESS}: {USER}@{DOMAIN} cannot sign in: the user name or the password is wrong. "
        "Check bind_user and bind_password."
    )
    assert "wrong-Passw0rd" not in "".join(ansible.log)


def test_a_domain_controller_that_keeps_silent(dc: Samba, ansible: Ansible) -> None:
    # The system accepts the connection, and nobody takes it.
    with socket.create_server((SILENT, 636)):
        failed = run(ansible, dc, with_password(dc, domain_controller=SILENT, timeout=1)).failed()
    assert failed["msg"].startswith(f"{SILENT}: no answer to the beginning of TLS within 1 seconds.")


# --- The inventory ----------------------------------------------------------------------------------------------------


def inventory(folder: Path, arguments: dict[str, Any]) -> str:
    path = folder / "kms_srv.yml"
    path.write_text(yaml.safe_dump({"plugin": "winfleet.activation.kms_srv", **arguments}))
    return str(path)


def test_inventory(dc: Samba, ansible: Ansible, tmp_path: Path) -> None:
    kept = {"cache": True, "cache_plugin": "jsonfile", "cache_connection": str(tmp_path / "kept")}
    secret = "{{ lookup('ansible.builtin.env', 'AUDITOR_PASSWORD') }}"
    path = inventory(tmp_path, with_password(dc, bind_password=secret, approved_hosts=[APPROVED], **kept))
    known = {**dc.environment, "AUDITOR_PASSWORD": USER_PASSWORD}
    done = ansible.command("ansible-inventory", "-i", path, "--list", "-vvvvvv", environment=known)
    assert done.returncode == 0, done.stderr
    listed = json.loads(done.stdout[done.stdout.index("{\n") :])
    assert set(ROGUES.values()) <= set(listed["kms_unapproved"]["hosts"])
    assert USER_PASSWORD not in "".join(ansible.log)
    texts = [path.read_text() for path in (tmp_path / "kept").rglob("*") if path.is_file()]
    assert len(texts) == 1
    assert USER_PASSWORD not in texts[0]


def test_inventory_of_a_domain_controller_that_says_no(dc: Samba, ansible: Ansible, tmp_path: Path) -> None:
    path = inventory(tmp_path, options(dc, kerberos_password="wrong-Passw0rd"))
    environment = {**dc.environment, "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}
    done = ansible.command("ansible-inventory", "-i", path, "--list", "-vvvv", environment=environment)
    assert done.returncode != 0
    assert "Check kerberos_principal and kerberos_password" in " ".join(done.stderr.split())
    assert "wrong-Passw0rd" not in "".join(ansible.log)
