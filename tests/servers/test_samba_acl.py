# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kms_srv_acl on a Samba domain controller. nsupdate -g with machine accounts says who may publish, before and after.

Each test has a zone of its own, so that none depends on another.
"""

from __future__ import annotations

import base64
import contextlib
import os
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ldap
import ldap.controls
import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._ad import accounts, connection, rights
from ansible_collections.winfleet.activation.plugins.module_utils._ad.plan import (
    AccessPolicy,
    make_plan,
    plan_new,
    trusted_in,
)
from ansible_collections.winfleet.activation.plugins.module_utils._ad.security_descriptor import SecurityDescriptor
from ansible_collections.winfleet.activation.plugins.module_utils._ad.settings import Password, Settings

from .running import Ansible, Run
from .samba import ADMINISTRATOR, PASSWORD, SERVICE, Samba, samba

ADDRESS = "127.60.1.1"
DOMAIN = "corp.example"
MEMBER, STRANGER, ROGUE, LATECOMER = "kms01$", "pc0001$", "pc0815$", "kms02$"
# What each machine publishes.
HOSTS = {name: f"{name.strip('$')}.{DOMAIN}" for name in (MEMBER, STRANGER, ROGUE, LATECOMER)}
GROUP = "KMS Hosts"
USER_PASSWORD = "Us3r-Passw0rd-of-the-lab"
ZONES = (
    "plain", "rogue", "dry", "empty", "tomb", "open", "inherit", "late", "full", "keep", "weak", "ldaps", "two", "wide",
    "denied", "group",
)  # fmt: skip


@pytest.fixture(scope="module")
def dc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    with samba(tmp_path_factory.mktemp("acl") / "dc", ADDRESS, DOMAIN) as controller:
        names = [name.strip("$") for name in HOSTS]
        controller.side(
            "populate",
            users={"helpdesk": USER_PASSWORD, "zoneadmin": USER_PASSWORD},
            computers=dict.fromkeys(names, "C0mputer-Passw0rd"),
            groups=[GROUP, "Late Hosts", "Exact Hosts", "Outer Hosts"],
            distribution_groups=["KMS Mail"],
            members={GROUP: [MEMBER], "Exact Hosts": [STRANGER, GROUP]},
            spns={"DC1$": [f"ldap/{controller.host}"]},
        )
        for zone in ZONES:
            controller.tool("dns", "zonecreate", ADDRESS, f"{zone}.{DOMAIN}")
        yield controller


def name(zone: str) -> str:
    return f"{zone}.{DOMAIN}"


def options(dc: Samba, label: str, **more: Any) -> dict[str, Any]:
    """The module's options; Kerberos with the password of the administrator, unless said otherwise."""
    common = {"domains": [name(label)], "group": GROUP, "server": ADDRESS}
    wanted = {**common, **dc.by_kerberos(ADMINISTRATOR, PASSWORD), **more}
    return {key: value for key, value in wanted.items() if value is not None}


def run(ansible: Ansible, dc: Samba, arguments: dict[str, Any], *flags: str, **environment: str) -> Run:
    return ansible.module("kms_srv_acl", arguments, *flags, environment={**dc.environment, **environment})


def by_administrator(dc: Samba, zone: str, host: str = "old.corp.example") -> None:
    """A static record, as the DNS console makes it."""
    dc.tool("dns", "add", ADDRESS, name(zone), SERVICE, "SRV", f"{host} 1688 0 0")


def codes(result: dict[str, Any]) -> set[str]:
    return {problem["code"] for problem in result["results"][0]["problems"]}


def publishes(dc: Samba, zone: str, account: str) -> bool:
    return dc.may_publish(dc.ticket(account), HOSTS[account], name(zone))


# --- Where the record is ------------------------------------------------------------------------------------------


def test_a_zone_of_its_own_for_the_record_is_the_one_that_is_locked(dc: Samba, ansible: Ansible) -> None:
    """``_tcp`` is delegated to a zone that takes updates, below a parent that has none of the record."""
    for zone in ("rog.example", "_tcp.rog.example"):
        dc.tool("dns", "zonecreate", ADDRESS, zone)
    line = f"add {SERVICE}.rog.example 3600 SRV 0 0 1688 {HOSTS[ROGUE]}."
    assert dc.nsupdate(dc.ticket(ROGUE), [line], "_tcp.rog.example") == ""
    found = run(ansible, dc, options(dc, "rog", domains=["rog.example"], create_node=True)).ok()["results"][0]
    assert found["dn"].startswith("DC=_vlmcs,DC=_tcp.rog.example,CN=MicrosoftDNS,")
    assert (found["zone"], found["effective"], found["records"]) == ("_tcp.rog.example", True, 1)
    assert found["dns_zone"] in ("_tcp.rog.example", None)
    assert "REFUSED" in dc.nsupdate(dc.ticket(ROGUE), [line.replace("3600", "60")], "_tcp.rog.example")
    add = f"add {SERVICE}.rog.example 3600 SRV 0 0 1688 {HOSTS[MEMBER]}."
    assert dc.nsupdate(dc.ticket(MEMBER), [add], "_tcp.rog.example") == ""
    named = options(dc, "rog", domains=["rog.example"], zone="_tcp.rog.example")
    assert run(ansible, dc, named).ok()["changed"] is False
    wrong = run(ansible, dc, {**named, "zone": "rog.example"})
    assert wrong.code != 0, "a new object in the parent zone is one that no server answers from"


def test_a_name_that_other_servers_have_is_not_locked_here(dc: Samba, ansible: Ansible) -> None:
    dc.tool("dns", "zonecreate", ADDRESS, "left.example")
    dc.tool("dns", "add", ADDRESS, "left.example", "_tcp", "NS", "ns1.elsewhere.example")
    failed = run(ansible, dc, options(dc, "left", domains=["left.example"], create_node=True)).failed()
    assert "delegat" in failed["msg"]
    assert not failed["changed"]


def test_the_first_domain_of_the_forest_is_known_by_the_reference_to_it(dc: Samba) -> None:
    """On a controller that does not hold that domain nothing else tells. Here both can be compared."""
    sign_in = Password(f"{ADMINISTRATOR}@{DOMAIN}", PASSWORD)
    with connection.connected(Settings(ADDRESS, None, 10.0, sign_in, ca_path=str(dc.ca))) as seen:
        partitions = f"CN=Partitions,CN=Configuration,{dc.base}"
        assert accounts._sid_of_root(seen, partitions, dc.base) == accounts._sid_of(seen, dc.base)


# --- Who may, and who may not -----------------------------------------------------------------------------------------


def test_a_member_may_and_others_may_not(dc: Samba, ansible: Ansible) -> None:
    by_administrator(dc, "plain")
    assert not publishes(dc, "plain", MEMBER)
    found = run(ansible, dc, options(dc, "plain"), "--diff")
    result = found.ok()["results"][0]
    assert result["result"] == "verified"
    assert result["actions"] == [f"grant CORP\\{GROUP}: read, write properties"]
    assert result["effective"] is True
    assert result["updates"] == "secure"
    assert f"+allow CORP\\{GROUP}: read, write properties" in found.output
    assert publishes(dc, "plain", MEMBER)
    assert not publishes(dc, "plain", STRANGER)
    assert dc.values(name("plain")) == {"0 0 1688 old.corp.example", f"0 0 1688 {HOSTS[MEMBER]}"}
    # Samba's own tool reads the same.
    entry = f"(A;;LCRPWPLORC;;;{dc.side('sid', name=GROUP)})"
    assert entry in dc.tool("dsacl", "get", "-H", f"ldap://{ADDRESS}", f"--objectdn={dc.node(name('plain'))}")
    assert not run(ansible, dc, options(dc, "plain")).ok()["changed"]


def test_a_rogue_owner_cannot_get_its_right_back(dc: Samba, ansible: Ansible) -> None:
    assert publishes(dc, "rogue", ROGUE), "whoever is first, owns it"
    rewrite_permissions(dc, "rogue", ROGUE)
    done = run(ansible, dc, options(dc, "rogue")).ok()
    result = done["results"][0]
    assert codes(done) == {"unapproved_owner"}
    assert result["before"]["owner"] == "CORP\\pc0815$"
    assert result["after"]["owner"] == "CORP\\Domain Admins"
    assert result["actions"][0] == "set the owner to CORP\\Domain Admins (was CORP\\pc0815$)"
    assert "revoke from CORP\\pc0815$: full control" in result["actions"]
    assert dc.sddl(dc.node(name("rogue"))).startswith("O:DA")
    with pytest.raises(ldap.INSUFFICIENT_ACCESS):
        rewrite_permissions(dc, "rogue", ROGUE)
    said = dc.nsupdate(dc.ticket(ROGUE), [f"delete {SERVICE}.{name('rogue')} SRV"], name("rogue"))
    assert "REFUSED" in said
    assert publishes(dc, "rogue", MEMBER)
    assert dc.values(name("rogue")) == {f"0 0 1688 {HOSTS[ROGUE]}", f"0 0 1688 {HOSTS[MEMBER]}"}
    before = dc.sddl(dc.node(name("rogue")))
    again = run(ansible, dc, options(dc, "rogue")).ok()
    assert not again["changed"]
    assert again["results"][0]["result"] == "unchanged"
    assert codes(again) == set()
    assert dc.sddl(dc.node(name("rogue"))) == before


def rewrite_permissions(dc: Samba, zone: str, account: str) -> None:
    """What an owner may do whatever the list says: read the list and write it back, over LDAP."""
    with ticket_of(dc, account), socket.create_connection((ADDRESS, 389), 20) as stream:
        stream.settimeout(None)
        # libldap closes the descriptor itself.
        connection = ldap.initialize(f"ldap://{dc.host}", fileno=stream.detach())
        connection.set_option(ldap.OPT_X_SASL_NOCANON, ldap.OPT_ON)
        connection.sasl_non_interactive_bind_s("GSSAPI")
        flags = [ldap.controls.RequestControl("1.2.840.113556.1.4.801", True, bytes([0x30, 3, 2, 1, 4]))]
        node = dc.node(name(zone))
        found = connection.search_ext_s(node, ldap.SCOPE_BASE, attrlist=["nTSecurityDescriptor"], serverctrls=flags)
        change = [(ldap.MOD_REPLACE, "nTSecurityDescriptor", found[0][1]["nTSecurityDescriptor"])]
        connection.modify_ext_s(node, change, serverctrls=flags)


@contextlib.contextmanager
def ticket_of(dc: Samba, account: str) -> Iterator[None]:
    wanted = {**dc.environment, "KRB5CCNAME": dc.ticket(account)}
    before = {key: os.environ.get(key) for key in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for key, value in before.items():
            os.environ.pop(key)
            if value is not None:
                os.environ[key] = value


def test_check_mode_changes_nothing(dc: Samba, ansible: Ansible) -> None:
    assert publishes(dc, "dry", ROGUE)
    before, members = dc.sddl(dc.node(name("dry"))), group_members(dc, "Late Hosts")
    arguments = options(dc, "dry", group="Late Hosts", approved_hosts=[HOSTS[LATECOMER]])
    found = run(ansible, dc, arguments, "--check", "--diff")
    dry = found.ok()
    assert dry["changed"]
    assert dry["results"][0]["result"] == "planned"
    assert dry["results"][0]["effective"] is False
    assert dry["group"]["added"] == ["CORP\\kms02$"]
    assert "-owner: CORP\\pc0815$" in found.output
    assert "+owner: CORP\\Domain Admins" in found.output
    assert "+member: CN=kms02," in found.output
    assert dc.sddl(dc.node(name("dry"))) == before
    assert group_members(dc, "Late Hosts") == members == set()
    assert publishes(dc, "dry", ROGUE)
    done = run(ansible, dc, options(dc, "dry")).ok()
    # The same, but for the group.
    assert [action.replace(GROUP, "Late Hosts") for action in done["results"][0]["actions"]] == dry["results"][0][
        "actions"
    ]


def group_members(dc: Samba, group: str) -> set[str]:
    return set(dc.tool("group", "listmembers", group, "-H", f"ldap://{ADDRESS}").split())


# --- A record that is not there ---------------------------------------------------------------------------------------


def test_a_missing_record_is_an_error_unless_it_may_be_made(dc: Samba, ansible: Ansible) -> None:
    failed = run(ansible, dc, options(dc, "empty")).failed()
    assert "has no object in the zone empty.corp.example" in failed["msg"]
    assert "create_node=true" in failed["msg"]
    arguments = options(dc, "empty", create_node=True)
    assert run(ansible, dc, arguments, "--check").ok()["results"][0]["before"] is None
    assert dc.side("attributes", dn=dc.node(name("empty"))) is None
    done = run(ansible, dc, arguments).ok()
    assert codes(done) == {"node_missing"}
    assert done["results"][0]["effective"] is True
    assert not publishes(dc, "empty", STRANGER)
    assert publishes(dc, "empty", MEMBER)
    again = run(ansible, dc, arguments).ok()
    assert not again["changed"]
    assert again["results"][0]["records"] == 1


def test_a_tombstone_is_named_and_still_protected(dc: Samba, ansible: Ansible) -> None:
    by_administrator(dc, "tomb", HOSTS[MEMBER])
    run(ansible, dc, options(dc, "tomb")).ok()
    assert not dc.nsupdate(dc.ticket(MEMBER), [f"delete {SERVICE}.{name('tomb')} SRV"], name("tomb"))
    found = run(ansible, dc, options(dc, "tomb"))
    assert not found.ok()["changed"]
    assert codes(found.result) == {"tombstoned"}
    assert found.result["results"][0]["tombstoned"] is True
    assert "tombstone" in found.output
    assert not publishes(dc, "tomb", STRANGER)
    assert publishes(dc, "tomb", MEMBER)
    assert codes(run(ansible, dc, options(dc, "tomb")).ok()) == set()


# --- What else gives a right ------------------------------------------------------------------------------------------


def test_a_zone_with_nonsecure_updates_is_named(dc: Samba, ansible: Ansible) -> None:
    by_administrator(dc, "open")
    values = dc.side("attributes", dn=dc.zone(name("open")))["dNSProperty"]
    changed = [_nonsecure(base64.b64decode(value)) for value in values]
    assert changed != [base64.b64decode(value) for value in values]
    dc.side(
        "replace", dn=dc.zone(name("open")), bytes={"dNSProperty": [base64.b64encode(one).decode() for one in changed]}
    )
    done = run(ansible, dc, options(dc, "open"))
    assert done.ok()["results"][0]["effective"] is False
    assert codes(done.result) == {"nonsecure_updates"}
    assert "worthless" in done.output


def _nonsecure(value: bytes) -> bytes:
    """MS-DNSP 2.3.2.1: property 2 is which updates are accepted; 1 are all, 2 the secure ones."""
    is_it = struct.unpack_from("<I", value, 16) == (2,)
    return value[:20] + b"\x01" + value[21:] if is_it else value


def test_a_right_that_the_zone_hands_down(dc: Samba, ansible: Ansible) -> None:
    by_administrator(dc, "inherit")
    zone = dc.zone(name("inherit"))
    before = dc.sddl(zone)
    # Everybody who has signed in may write every object of the zone.
    dc.side("set_sddl", dn=zone, sddl=before.replace("D:AI", "D:AI(A;CI;RPWP;;;AU)", 1))
    dc.side("set_sddl", dn=dc.node(name("inherit")), sddl=dc.sddl(dc.node(name("inherit"))))
    assert publishes(dc, "inherit", STRANGER), "the zone's entry has come down"
    done = run(ansible, dc, options(dc, "inherit")).ok()
    result = done["results"][0]
    assert any(action.startswith("stop inheriting from the zone") for action in result["actions"])
    assert result["after"]["inherits"] is False
    assert {"BUILTIN\\Administrators", "CORP\\DnsAdmins"} <= {entry["trustee"] for entry in result["after"]["entries"]}
    said = dc.nsupdate(dc.ticket(STRANGER), [f"delete {SERVICE}.{name('inherit')} SRV"], name("inherit"))
    assert "REFUSED" in said
    assert publishes(dc, "inherit", MEMBER)
    assert not run(ansible, dc, options(dc, "inherit")).ok()["changed"]


def test_rights_of_a_crowd_are_reduced_to_reading(dc: Samba, ansible: Ansible) -> None:
    by_administrator(dc, "wide")
    node = dc.node(name("wide"))
    dc.side("set_sddl", dn=node, sddl=dc.sddl(node).replace("D:AI", "D:AI(A;;GA;;;AU)", 1))
    assert publishes(dc, "wide", STRANGER)
    done = run(ansible, dc, options(dc, "wide")).ok()
    assert "reduce Authenticated Users to reading (had full control)" in done["results"][0]["actions"]
    assert "(A;;LCRPLORC;;;AU)" in dc.sddl(node)
    assert not dc.may_publish(dc.ticket(ROGUE), HOSTS[ROGUE], name("wide"))
    assert publishes(dc, "wide", MEMBER)


def test_a_denial_that_hits_the_group(dc: Samba, ansible: Ansible) -> None:
    by_administrator(dc, "denied")
    node = dc.node(name("denied"))
    dc.side("set_sddl", dn=node, sddl=dc.sddl(node).replace("D:AI", "D:AI(D;;WP;;;AU)", 1))
    done = run(ansible, dc, options(dc, "denied"))
    assert codes(done.ok()) == {"group_denied"}
    assert done.result["results"][0]["effective"] is False
    assert "denies Authenticated Users" in done.output
    assert not publishes(dc, "denied", MEMBER)
    # A denial of the group itself is ours to remove.
    own = dc.side("sid", name=GROUP)
    dc.side("set_sddl", dn=node, sddl=dc.sddl(node).replace("(D;;WP;;;AU)", f"(D;;WP;;;{own})", 1))
    assert run(ansible, dc, options(dc, "denied")).ok()["results"][0]["effective"] is True
    assert publishes(dc, "denied", MEMBER)


def test_full_control_is_stored_in_another_form_and_recognized(dc: Samba, ansible: Ansible) -> None:
    by_administrator(dc, "full")
    arguments = options(dc, "full", rights="full_control")
    assert run(ansible, dc, arguments).ok()["results"][0]["actions"] == [f"grant CORP\\{GROUP}: full control"]
    assert not run(ansible, dc, arguments).ok()["changed"]
    assert publishes(dc, "full", MEMBER)
    # And back: what is more than asked for goes.
    less = run(ansible, dc, options(dc, "full")).ok()["results"][0]
    assert less["actions"] == [
        f"revoke from CORP\\{GROUP}: full control",
        f"grant CORP\\{GROUP}: read, write properties",
    ]


def test_who_is_to_be_kept_is_kept(dc: Samba, ansible: Ansible) -> None:
    assert publishes(dc, "keep", ROGUE)
    done = run(ansible, dc, options(dc, "keep", keep=["CORP\\pc0815$"])).ok()
    assert done["results"][0]["after"]["owner"] == "CORP\\pc0815$"
    deletion = [f"delete {SERVICE}.{name('keep')} SRV 0 0 1688 {HOSTS[ROGUE]}."]
    assert not dc.nsupdate(dc.ticket(ROGUE), deletion, name("keep"))
    assert not publishes(dc, "keep", STRANGER)


# --- The members ------------------------------------------------------------------------------------------------------


def test_members_count_with_a_new_ticket(dc: Samba, ansible: Ansible) -> None:
    by_administrator(dc, "late")
    old = dc.ticket(LATECOMER, "-old")
    # The ticket for the DNS server, which says in which groups the machine is, is in the cache from now on.
    assert not dc.may_publish(old, HOSTS[LATECOMER], name("late"))
    arguments = options(dc, "late", group="Late Hosts", approved_hosts=[f"{HOSTS[LATECOMER]}:1688"])
    done = run(ansible, dc, arguments)
    assert done.ok()["group"]["added"] == ["CORP\\kms02$"]
    assert "new Kerberos ticket" in done.output
    assert group_members(dc, "Late Hosts") == {LATECOMER}
    assert not dc.may_publish(old, HOSTS[LATECOMER], name("late"))
    assert publishes(dc, "late", LATECOMER)
    assert not run(ansible, dc, arguments).ok()["changed"]


def test_exclusive_membership(dc: Samba, ansible: Ansible) -> None:
    by_administrator(dc, "group")
    arguments = options(dc, "group", group="Exact Hosts", approved_hosts=["kms01"])
    # kms01 is in by way of another group, and pc0001 is not approved.
    found = run(ansible, dc, arguments)
    assert found.ok()["group"]["added"] == []
    assert found.result["group"]["other_members"] == ["CORP\\pc0001$"]
    assert "not approved" in found.output
    done = run(ansible, dc, {**arguments, "exclusive": True}).ok()
    assert done["group"]["added"] == ["CORP\\kms01$"]
    assert len(done["group"]["removed"]) == 2
    assert group_members(dc, "Exact Hosts") == {MEMBER}
    assert not run(ansible, dc, {**arguments, "exclusive": True}).ok()["changed"]


# --- Signing in -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start_tls", [False, True], ids=["ldaps", "starttls"])
def test_password_by_tls(dc: Samba, ansible: Ansible, start_tls: bool) -> None:
    if not start_tls:
        by_administrator(dc, "ldaps")
    run(ansible, dc, with_password(dc, "ldaps", start_tls=start_tls), "-vvvv").ok()
    assert publishes(dc, "ldaps", MEMBER)
    assert PASSWORD not in "".join(ansible.log)


def with_password(dc: Samba, label: str, **more: Any) -> dict[str, Any]:
    return options(dc, label, **{**dc.by_password(ADMINISTRATOR, PASSWORD), **more})


def test_ticket_cache_and_keytab(dc: Samba, ansible: Ansible) -> None:
    without = {"kerberos_password": None, "kerberos_principal": None}
    cache = dc.ticket(ADMINISTRATOR)
    by_administrator(dc, "two")
    run(ansible, dc, options(dc, "two", **without, kerberos_ccache=cache)).ok()
    assert not run(ansible, dc, options(dc, "two", **without), KRB5CCNAME=cache).ok()["changed"]
    keytab = str(dc.keytab(ADMINISTRATOR))
    assert not run(ansible, dc, options(dc, "two", kerberos_password=None, kerberos_keytab=keytab)).ok()["changed"]


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "wrong password, Kerberos": ({"kerberos_password": "wrong"}, "kerberos_password"),
    "unknown principal": ({"kerberos_principal": "nobody@CORP.EXAMPLE"}, "kerberos_principal"),
    "no ticket": ({"kerberos_principal": None, "kerberos_password": None}, "Run kinit"),
    "wrong name of the server": ({"kerberos_hostname": "dc9.corp.example"}, "no principal ldap/dc9.corp.example"),
    "no name of the server": ({"kerberos_hostname": None}, "full name of the domain controller"),
    "nothing listens": ({"server": "127.60.1.9"}, "nothing listens on TCP port 389"),
    "no such zone": ({"domains": ["nowhere.test"]}, "no AD-integrated zone of this server holds nowhere.test"),
    "no such zone by name": ({"zone": "nowhere.test"}, "no AD-integrated zone"),
    "no group": ({"group": "No Such Group"}, "no account or group 'No Such Group'"),
    "a distribution group": ({"group": "KMS Mail"}, "distribution group"),
    "everybody": ({"group": "Domain Computers"}, "contains more than the approved KMS hosts"),
    "no group but a computer": ({"group": "kms01$"}, "is not a group"),
    "administrators": ({"group": "Domain Admins"}, "may change the record in any case"),
    "no computer account": ({"approved_hosts": ["kms77.corp.example"]}, "no computer account of kms77.corp.example"),
    "exclusive without hosts": ({"exclusive": True}, "exclusive requires approved_hosts"),
    "a domain that is none": ({"domains": ["corp.example,DC=x"]}, "is not a domain name"),
    "both ways": ({"bind_user": "x", "bind_password": "some-Passw0rd"}, "one way or the other"),
}

FAULTS_WITH_PASSWORD: dict[str, tuple[dict[str, Any], str]] = {
    "wrong password": ({"bind_password": "wrong-Passw0rd"}, "the user name or the password is wrong"),
    "not trusted": ({"ca_path": None}, "certificate is not trusted"),
    "not trusted, StartTLS": ({"ca_path": None, "start_tls": True}, "StartTLS"),
    "no TLS on this port": ({"port": 389}, "does not speak TLS"),
    "no such file": ({"ca_path": "/nonexistent.pem"}, "cannot be read as certificates"),
    "may not": ({"bind_user": f"helpdesk@{DOMAIN}", "bind_password": USER_PASSWORD}, "may not change the permissions"),
}


@pytest.fixture(scope="module")
def weak(dc: Samba) -> Samba:
    by_administrator(dc, "weak")
    return dc


@pytest.mark.parametrize(("change", "words"), FAULTS.values(), ids=FAULTS)
def test_faults(weak: Samba, ansible: Ansible, change: dict[str, Any], words: str) -> None:
    _fails(weak, ansible, options(weak, "weak", **change), words)


@pytest.mark.parametrize(("change", "words"), FAULTS_WITH_PASSWORD.values(), ids=FAULTS_WITH_PASSWORD)
def test_faults_with_a_password(weak: Samba, ansible: Ansible, change: dict[str, Any], words: str) -> None:
    _fails(weak, ansible, with_password(weak, "weak", **change), words)


def _fails(dc: Samba, ansible: Ansible, arguments: dict[str, Any], words: str) -> None:
    node = dc.node(name("weak"))
    before = dc.sddl(node)
    failed = run(ansible, dc, arguments).failed()
    assert words in failed["msg"]
    assert not failed.get("changed")
    assert dc.sddl(node) == before


def test_one_domain_that_cannot_be_done_stops_all(weak: Samba, ansible: Ansible) -> None:
    before, members = weak.sddl(weak.node(name("weak"))), group_members(weak, "Outer Hosts")
    arguments = options(weak, "weak", group="Outer Hosts", approved_hosts=[HOSTS[MEMBER]])
    failed = run(ansible, weak, {**arguments, "domains": [name("weak"), "nowhere.test"]}).failed()
    assert [one["result"] for one in failed["results"]] == ["not_attempted", "failed"]
    assert not failed["changed"]
    assert weak.sddl(weak.node(name("weak"))) == before
    assert group_members(weak, "Outer Hosts") == members == set()


def test_rights_on_the_members_are_needed_before_anything_is_written(weak: Samba, ansible: Ansible) -> None:
    """zoneadmin may change the record, and not the group."""
    node = weak.node(name("weak"))
    own = weak.side("sid", name="zoneadmin")
    weak.side("set_sddl", dn=node, sddl=weak.sddl(node).replace("D:AI", f"D:AI(A;;GA;;;{own})", 1))
    before = weak.sddl(node)
    as_user = {"bind_user": f"zoneadmin@{DOMAIN}", "bind_password": USER_PASSWORD, "keep": ["zoneadmin"]}
    arguments = with_password(weak, "weak", **as_user, group="Outer Hosts")
    failed = run(ansible, weak, {**arguments, "approved_hosts": [HOSTS[MEMBER]]}).failed()
    assert "may not change the members" in failed["msg"]
    assert weak.sddl(node) == before
    assert run(ansible, weak, arguments).ok()["results"][0]["effective"] is True


@pytest.mark.parametrize("way", ["kerberos", "ldaps", "starttls"])
def test_a_server_that_keeps_silent(weak: Samba, ansible: Ansible, way: str) -> None:
    with socket.create_server(("127.60.1.2", 0)) as listener:
        held: list[socket.socket] = []
        accepting = threading.Thread(target=_accept, args=(listener, held), daemon=True)
        accepting.start()
        port = listener.getsockname()[1]
        silent = {"server": "127.60.1.2", "port": port, "timeout": 1}
        arguments = options(weak, "weak", **silent)
        if way != "kerberos":
            arguments = with_password(weak, "weak", **silent, start_tls=way == "starttls")
        failed = run(ansible, weak, arguments).failed()
        assert any(words in failed["msg"] for words in ("within 1 seconds", "no answer in time", "StartTLS"))
        for one in held:
            one.close()


def _accept(listener: socket.socket, held: list[socket.socket]) -> None:
    with contextlib.suppress(OSError):
        while True:
            held.append(listener.accept()[0])


# --- Our reading of descriptors ---------------------------------------------------------------------------------------


def test_every_descriptor_of_the_directory_survives_unchanged(dc: Samba) -> None:
    found = [base64.b64decode(value) for value in dc.side("descriptors")]
    assert len(found) > 40
    assert [SecurityDescriptor.parse(value).to_bytes() for value in found] == found


def test_samba_reads_what_we_read(dc: Samba) -> None:
    encoded = dc.side("descriptors")
    for value, theirs in zip(encoded, dc.side("parts", descriptors=encoded), strict=True):
        ours = SecurityDescriptor.parse(base64.b64decode(value))
        entries = [[ace.kind, ace.flags, ace.mask, ace.trustee, ace.object_type] for ace in ours.aces]
        assert entries == theirs["entries"]
        assert (ours.owner, ours.group, ours.control) == (theirs["owner"], theirs["group"], theirs["control"])


def test_samba_reads_what_we_write(dc: Samba) -> None:
    """A plan for a descriptor of the directory, in Samba's words."""
    group, domain = f"{dc.sid}-5000", dc.sid
    policy = AccessPolicy(group, rights.UPDATE, f"{domain}-512", trusted_in([domain]))
    before = SecurityDescriptor.parse(base64.b64decode(dc.side("attributes", dn=dc.zone())["nTSecurityDescriptor"][0]))
    plan = make_plan(before, policy)
    (sddl,) = dc.side("read", descriptors=[base64.b64encode(plan.after.to_bytes()).decode()])
    assert f"(A;;LCRPWPLORC;;;{group})" in sddl
    made = base64.b64encode(plan_new(policy).after.to_bytes()).decode()
    full = "CCDCLCSWRPWPDTLOCRSDRCWDWO"
    assert dc.side("read", descriptors=[made]) == [
        f"O:DAG:DAD:(A;;{full};;;DA)(A;;{full};;;ED)(A;;{full};;;SY)(A;;LCRPWPLORC;;;{group})(A;;LCRPLORC;;;WD)"
    ]


def test_nothing_of_the_machine_was_used(dc: Samba) -> None:
    assert not Path(dc.folder / "no-ticket").exists()
    done = subprocess.run(["klist", "-s"], env={**os.environ, **dc.environment}, check=False)
    assert done.returncode != 0
