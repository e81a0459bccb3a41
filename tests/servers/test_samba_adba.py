# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""adba_info on a Samba domain controller, whose schema has activation objects and both containers."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import ldap
import pytest
import yaml

from tests.guide import example

from .activation_objects import BLOB, KMS_IDS, PID, UNKNOWN_SKU, container, dn_of, make
from .conftest import SRV_ADDRESS as ADDRESS
from .conftest import SRV_DOMAIN as DOMAIN
from .running import Ansible, Run
from .samba import ADMINISTRATOR, PASSWORD, Samba

USER, USER_PASSWORD = "adba-reader", "Us3r-Passw0rd-of-the-lab"
CLERK = "adba-clerk"
OFFICE_2021 = "47f3b983-7c53-4d45-abc6-bcd91e2dd90a"
DOTLESS = "\N{LATIN SMALL LETTER DOTLESS I}"
# Names of other scripts and beyond the first plane, letters whose case is not that of English, characters that mean
# something in a distinguished name, and one that steers.
NAMES = {
    "ao1": "Corp AO 2022",
    "Größe, +=Ñ": "Активация Windows 日本",
    f"İSTANBUL {DOTLESS}i": "تنشيط 🏢",
    "ao3": None,
    "ao4": "evil\x1b[31m\u202ename",
}


def fill(dc: Samba) -> None:
    for name, display in NAMES.items():
        make(dc, name, display, OFFICE_2021 if name == "ao3" else UNKNOWN_SKU)


@pytest.fixture(scope="module")
def dc(srv_dc: Samba) -> Iterator[Samba]:
    srv_dc.side("populate", users={USER: USER_PASSWORD, CLERK: USER_PASSWORD})
    fill(srv_dc)
    yield srv_dc
    for name in NAMES:
        srv_dc.side("delete", dn=dn_of(srv_dc, name))


def options(dc: Samba, **more: Any) -> dict[str, Any]:
    """By Kerberos, signed and sealed, as a user without any right of an administrator."""
    wanted = {"domain_controller": dc.address, **dc.by_kerberos(USER, USER_PASSWORD), **more}
    return {key: value for key, value in wanted.items() if value is not None}


def with_password(dc: Samba, **more: Any) -> dict[str, Any]:
    return options(dc, **{**dc.by_password(USER, USER_PASSWORD), **more})


def run(ansible: Ansible, dc: Samba, arguments: dict[str, Any], *flags: str) -> Run:
    return ansible.module("adba_info", arguments, *flags, environment=dc.environment)


def by_dn(found: dict[str, Any]) -> dict[str, Any]:
    return {one["dn"]: one for one in found["objects"]}


def test_an_ordinary_user_reads_them_all(dc: Samba, ansible: Ansible) -> None:
    found = run(ansible, dc, options(dc), "-vvvv").ok()
    assert found["changed"] is False
    assert (found["forest"], found["present"], found["missing"], found["reason"]) == (DOMAIN, True, None, None)
    assert found["container"] == container(dc)
    assert found["schema_version"] >= 56
    assert found["container_writable_by"] == []
    objects = by_dn(found)
    assert set(objects) == {dn_of(dc, name) for name in NAMES}
    first = objects[dn_of(dc, "ao1")]
    made = first.pop("created"), first.pop("changed")
    assert all(text.startswith("20") and text.endswith("Z") and "T" in text for text in made)
    assert first == {
        "dn": dn_of(dc, "ao1"),
        "name": "Corp AO 2022",
        "partial_product_key": "MFDHG",
        "csvlk_pid": PID,
        "sku_id": UNKNOWN_SKU,
        "product": None,
        "kms_ids": KMS_IDS,
        "writable_by": [],
    }
    assert objects[dn_of(dc, "Größe, +=Ñ")]["name"] == "Активация Windows 日本"
    assert objects[dn_of(dc, f"İSTANBUL {DOTLESS}i")]["name"] == "تنشيط 🏢"
    # Without a display name, its common name; and the product of a host key that Microsoft names.
    unnamed = objects[dn_of(dc, "ao3")]
    assert (unnamed["name"], unnamed["product"]) == ("ao3", "Office LTSC 2021")
    # What may steer a terminal, or hide, is replaced.
    assert objects[dn_of(dc, "ao4")]["name"] == "evil\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}name"
    assert USER_PASSWORD not in "".join(ansible.log)


@pytest.mark.parametrize("start_tls", [False, True], ids=["ldaps", "start_tls"])
def test_by_password_through_tls_in_check_mode(dc: Samba, ansible: Ansible, start_tls: bool) -> None:
    found = run(ansible, dc, with_password(dc, start_tls=start_tls), "--check", "--diff", "-vvvv").ok()
    assert set(by_dn(found)) == {dn_of(dc, name) for name in NAMES}
    assert USER_PASSWORD not in "".join(ansible.log)


def test_licenses_are_never_asked_for(dc: Samba, ansible: Ansible) -> None:
    """The object has them, as a look past the module shows; whoever asks for all attributes gets them."""
    with signed_in(dc) as connection:
        found = connection.search_s(dn_of(dc, "ao1"), ldap.SCOPE_BASE, attrlist=["*"])
    assert found[0][1]["msSPP-OnlineLicense"] == [BLOB]
    run(ansible, dc, options(dc), "-vvvv").ok()
    log = "".join(ansible.log)
    assert "license-of-megabytes" not in log
    assert base64.b64encode(BLOB).decode()[:40] not in log


@contextlib.contextmanager
def signed_in(dc: Samba, user: str | None = f"{USER}@{DOMAIN}", password: str = USER_PASSWORD) -> Iterator[Any]:
    """A connection of the test's own; anonymous without a user."""
    connection = ldap.initialize(f"ldaps://{dc.address}")
    connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(dc.ca))
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    connection.simple_bind_s(user or "", password if user else "")
    try:
        yield connection
    finally:
        connection.unbind_s()


def test_nobody_reads_them_without_signing_in(dc: Samba, ansible: Ansible) -> None:
    with signed_in(dc, None) as connection, pytest.raises(ldap.LDAPError):
        connection.search_s(container(dc), ldap.SCOPE_ONELEVEL)
    nobody = dict.fromkeys(("kerberos_principal", "kerberos_password"))
    refused = run(ansible, dc, options(dc, **nobody)).failed()
    assert "Run kinit before" in refused["msg"]
    empty = run(ansible, dc, with_password(dc, bind_password="")).failed()
    assert empty["msg"] == "bind_password is empty."


def test_a_wrong_password(dc: Samba, ansible: Ansible) -> None:
    failed = run(ansible, dc, with_password(dc, bind_password="wrong-Passw0rd"), "-vvvv").failed()
    assert "the user name or the password is wrong" in failed["msg"]
    assert "wrong-Passw0rd" not in "".join(ansible.log)


# --- Who may write ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def permitted(dc: Samba, dn: str, entries: str, owner: str | None = None) -> Iterator[None]:
    """With entries before all others, and another owner."""
    before = dc.sddl(dn)
    changed = before.replace("(", f"{entries}(", 1)
    dc.side("set_sddl", dn=dn, sddl=re.sub("^O:.*?G:", f"O:{owner}G:", changed) if owner else changed)
    try:
        yield
    finally:
        dc.side("set_sddl", dn=dn, sddl=before)


def test_who_else_may_write(dc: Samba, ansible: Ansible) -> None:
    clerk = dc.side("sid", name=CLERK)
    more = f"(A;;WPSDCC;;;{clerk})(A;;WP;;;AU)(A;;RPLC;;;BU)(D;;WP;;;{clerk})"
    with (
        permitted(dc, dn_of(dc, "ao1"), more),
        permitted(dc, dn_of(dc, "ao3"), "", clerk),
        permitted(dc, container(dc), f"(A;;CC;;;{clerk})"),
    ):
        found = run(ansible, dc, options(dc)).ok()
    objects = by_dn(found)
    name = f"{dc.netbios}\\{CLERK}"
    assert objects[dn_of(dc, "ao1")]["writable_by"] == [
        {"trustee": name, "sid": clerk, "rights": "write properties, delete"},
        {"trustee": "Authenticated Users", "sid": "S-1-5-11", "rights": "write properties"},
    ]
    assert objects[dn_of(dc, "ao3")]["writable_by"] == [{"trustee": name, "sid": clerk, "rights": "owner"}]
    assert found["container_writable_by"] == [{"trustee": name, "sid": clerk, "rights": "create child objects"}]


# Schema identifiers of attributes (Microsoft Learn, Active Directory schema), for rights to one of them.
ATTRIBUTES = {
    "csvlk_pid": "b47f510d-6b50-47e1-b556-772c79e4ffc4",
    "partial_product_key": "a601b091-8652-453a-b386-87ad239b7c08",
    "sku_id": "9684f739-7b78-476d-8d74-31ad7692eef4",
    "kms_ids": "9b663eda-3542-46d6-9df0-314025af2bac",
}


@pytest.mark.parametrize("hidden", ATTRIBUTES)
def test_an_attribute_that_may_not_be_seen_is_null(dc: Samba, ansible: Ansible, hidden: str) -> None:
    reader = dc.side("sid", name=USER)
    before = by_dn(run(ansible, dc, options(dc)).ok())[dn_of(dc, "ao1")]
    with permitted(dc, dn_of(dc, "ao1"), f"(OD;;RP;{ATTRIBUTES[hidden]};;{reader})"):
        found = by_dn(run(ansible, dc, options(dc)).ok())[dn_of(dc, "ao1")]
    assert before[hidden] is not None
    # Changing the descriptor changes the object.
    assert {**found, "changed": None} == {**before, hidden: None, "changed": None}


def test_a_descriptor_that_may_not_be_seen_is_null(dc: Samba, ansible: Ansible) -> None:
    reader = dc.side("sid", name=USER)
    with permitted(dc, dn_of(dc, "ao1"), f"(D;;RC;;;{reader})"):
        found = by_dn(run(ansible, dc, options(dc)).ok())
    assert (found[dn_of(dc, "ao1")]["writable_by"], found[dn_of(dc, "ao1")]["csvlk_pid"]) == (None, PID)
    assert found[dn_of(dc, "ao3")]["writable_by"] == []


def test_an_object_that_may_not_be_read_at_all_is_not_there(dc: Samba, ansible: Ansible) -> None:
    """A filter finds only what may be read (MS-ADTS 3.1.1.3.1.3.1), so that it cannot even be counted."""
    reader = dc.side("sid", name=USER)
    with permitted(dc, dn_of(dc, "ao1"), f"(D;;RP;;;{reader})"):
        found = run(ansible, dc, options(dc)).ok()
    assert (found["present"], set(by_dn(found))) == (True, {dn_of(dc, name) for name in NAMES if name != "ao1"})


# --- What is not there ------------------------------------------------------------------------------------------------


@pytest.fixture
def no_container(dc: Samba) -> Iterator[None]:
    for name in NAMES:
        dc.side("delete", dn=dn_of(dc, name))
    dc.side("delete", dn=container(dc))
    yield
    dc.side("add", dn=container(dc), text={"objectClass": "msSPP-ActivationObjectsContainer"})
    fill(dc)


@pytest.mark.usefixtures("no_container")
def test_without_the_container(dc: Samba, ansible: Ansible) -> None:
    found = run(ansible, dc, options(dc)).ok()
    assert (found["present"], found["missing"], found["objects"]) == (False, "container", [])
    assert found["container_writable_by"] is None
    assert "0x80072030" in found["reason"]
    assert found["container"] == container(dc)


def test_a_container_that_may_not_be_seen(dc: Samba, ansible: Ansible) -> None:
    """Active Directory hides what may not be listed, so that it cannot be told from what is not there."""
    reader = dc.side("sid", name=USER)
    with permitted(dc, container(dc), f"(D;;RPRCLCLO;;;{reader})"):
        found = run(ansible, dc, options(dc)).ok()
    assert (found["container_writable_by"], found["objects"]) == (None, [])


# --- Removing one -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Größe 2016", f"Iğd{DOTLESS}r İ", "Объект", "日本, 🏢"])
def test_remove_one_with_a_foreign_name(dc: Samba, ansible: Ansible, name: str) -> None:
    """By its name in other letters, where there are any, and by no other object's."""
    dn = make(dc, name, "Corp AO 2016")
    try:
        audited = {"hosts": activated_by(dn)}
        refused = remove(ansible, dc, removing(dc, dn, **audited), "--check").failed()
        assert "1 machines are activated by Corp AO 2016: pc2." in refused["msg"]
        done = remove(ansible, dc, removing(dc, dn)).ok()
        assert (done["result"], done["object"]["dn"], len(done["left"])) == ("verified", dn, len(NAMES))
        assert not dc.side("exists", dn=dn)
    finally:
        if dc.side("exists", dn=dn):
            dc.side("delete", dn=dn)


def test_of_two_that_may_be_meant_the_one_that_is_named_is_removed(dc: Samba, ansible: Ansible) -> None:
    """Samba tells sharp s from two; whoever does not know that must not remove the other one."""
    sharp, plain = make(dc, "Straße", "sharp"), make(dc, "Strasse", "plain")
    try:
        done = remove(ansible, dc, removing(dc, plain)).ok()
        assert (done["object"]["name"], dc.side("exists", dn=sharp), dc.side("exists", dn=plain)) == (
            "plain",
            True,
            False,
        )
    finally:
        for dn in (sharp, plain):
            if dc.side("exists", dn=dn):
                dc.side("delete", dn=dn)


@pytest.fixture
def spare(dc: Samba) -> Iterator[str]:
    """An object more, which a test may remove."""
    dn = make(dc, "spare, 2016", "Corp AO 2016")
    yield dn
    if dc.side("exists", dn=dn):
        dc.side("delete", dn=dn)


def removing(dc: Samba, dn: str, **more: Any) -> dict[str, Any]:
    """As the administrator, who is one of Enterprise Admins."""
    kerberos = {"kerberos_principal": f"{ADMINISTRATOR}@{dc.realm}", "kerberos_password": PASSWORD}
    return options(dc, **{"dn": dn, "hosts": {"pc1": {"products": []}}, **kerberos, **more})


def remove(ansible: Ansible, dc: Samba, arguments: dict[str, Any], *flags: str) -> Run:
    return ansible.module("adba_object", arguments, *flags, environment=dc.environment)


def activated_by(dn: str) -> dict[str, Any]:
    used = {"activation_method": "ad", "activation_object": {"object_dn": dn}}
    return {"pc1": {"products": []}, "pc2": {"products": [used]}}


def test_remove_one_by_its_name(dc: Samba, spare: str, ansible: Ansible) -> None:
    otherwise = spare.lower().replace("\\,", "\\2C").replace(",cn=", ", CN=")
    assert otherwise != spare
    planned = remove(ansible, dc, removing(dc, otherwise), "--check", "--diff").ok()
    assert (planned["changed"], planned["result"]) == (True, "planned")
    assert planned["object"]["dn"] == spare
    assert dc.side("exists", dn=spare)
    done = remove(ansible, dc, removing(dc, otherwise), "-vvvv").ok()
    assert (done["changed"], done["result"], done["msg"]) == (True, "verified", "Corp AO 2016 was removed.")
    assert done["left"] == planned["left"]
    assert len(done["left"]) == len(NAMES)
    assert not dc.side("exists", dn=spare)
    again = remove(ansible, dc, removing(dc, otherwise)).ok()
    assert (again["changed"], again["result"], again["object"]) == (False, "unchanged", None)
    assert PASSWORD not in "".join(ansible.log)


def test_a_machine_is_activated_by_it(dc: Samba, spare: str, ansible: Ansible) -> None:
    flags: tuple[str, ...]
    for flags in ((), ("--check",)):
        failed = remove(ansible, dc, removing(dc, spare, hosts=activated_by(spare)), *flags).failed()
        assert "1 machines are activated by Corp AO 2016: pc2." in failed["msg"]
        assert failed["changed"] is False
    assert dc.side("exists", dn=spare)
    other = activated_by(dn_of(dc, "ao1"))
    assert remove(ansible, dc, removing(dc, spare, hosts=other)).ok()["result"] == "verified"


def test_nothing_else_is_removed(dc: Samba, ansible: Ansible) -> None:
    user = f"CN={USER},CN=Users,{dc.base}"
    deeper = f"CN=x,{dn_of(dc, 'ao1')}"
    for dn in (user, container(dc), deeper, f"CN=ao1\\,{container(dc)}"):
        failed = remove(ansible, dc, removing(dc, dn)).failed()
        assert "not an activation object of this forest" in failed["msg"], dn
    assert dc.side("exists", dn=user)
    assert dc.side("exists", dn=container(dc))
    named = remove(ansible, dc, removing(dc, "Corp AO 2022")).failed()
    assert "not a distinguished name" in named["msg"]


def test_an_audit_or_a_word_that_there_is_none(dc: Samba, spare: str, ansible: Ansible) -> None:
    failed = remove(ansible, dc, removing(dc, spare, hosts=None)).failed()
    assert "set without_audit=true" in failed["msg"]
    unread = {"pc1": {"products": []}, "pc9": {"unreachable": True, "msg": "no answer"}}
    run = remove(ansible, dc, removing(dc, spare, hosts=unread), "--check")
    assert run.ok()["unread"] == ["pc9"]
    assert "1 machines of the audit were not read" in run.text
    assert remove(ansible, dc, removing(dc, spare, hosts=None, without_audit=True)).ok()["result"] == "verified"


def test_an_account_without_the_right(dc: Samba, spare: str, ansible: Ansible) -> None:
    ordinary = {"kerberos_principal": f"{USER}@{dc.realm}", "kerberos_password": USER_PASSWORD}
    failed = remove(ansible, dc, removing(dc, spare, **ordinary)).failed()
    assert "is not allowed to the account that signed in" in failed["msg"]
    assert "Enterprise Admins" in failed["msg"]
    assert (failed["changed"], failed["state_known"]) == (False, True)
    assert dc.side("exists", dn=spare)


@pytest.mark.usefixtures("no_container")
def test_remove_where_there_is_no_container(dc: Samba, ansible: Ansible) -> None:
    done = remove(ansible, dc, removing(dc, dn_of(dc, "ao1"))).ok()
    assert (done["changed"], done["result"], done["left"]) == (False, "unchanged", [])


# --- The guide --------------------------------------------------------------------------------------------------------


def test_the_command_of_the_guide(dc: Samba, ansible: Ansible) -> None:
    """By the ticket of whoever runs it."""
    words = shlex.split(example("guide_adba", "console", "adba_info").removeprefix("$ "))
    assert words[:5] == ["ansible", "localhost", "-m", "winfleet.activation.adba_info", "-a"]
    arguments = {**json.loads(words[5]), "domain_controller": ADDRESS, "kerberos_hostname": dc.host}
    environment = {**dc.environment, "KRB5CCNAME": dc.ticket(USER)}
    found = ansible.module("adba_info", arguments, environment=environment).ok()
    assert set(by_dn(found)) == {dn_of(dc, name) for name in NAMES}


def test_the_removal_of_the_guide(dc: Samba, spare: str, ansible: Ansible) -> None:
    [play] = yaml.safe_load(example("guide_adba", "yaml", "adba_object"))
    given = play["tasks"][1]["winfleet.activation.adba_object"]
    assert given["dn"].partition(",")[2] == container(dc).replace("DC=srv", "DC=corp")
    assert set(given) == {"dn", "hosts", "domain_controller"}
    planned = remove(ansible, dc, removing(dc, spare), "--check").ok()
    assert planned["result"] == "planned"
