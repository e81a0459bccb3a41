# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activation objects of a forest, as domain controllers of its second domain and read-only ones show them.

The objects lie in the configuration of the forest, which has the name of the first domain; accounts are of either.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .activation_objects import container, dn_of, make
from .conftest import CHILD_ADDRESS, READ_ONLY_ADDRESS, SRV_DOMAIN
from .running import Ansible
from .samba import Samba, read_only, samba
from .test_samba_adba import (
    CLERK,
    USER,
    USER_PASSWORD,
    by_dn,
    options,
    permitted,
    remove,
    removing,
    run,
    with_password,
)

READER = "branch-reader"
NAMES = {"ao1": "Corp AO 2022", "Büro": "Корпорация"}


@pytest.fixture(scope="module")
def child(srv_dc: Samba, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    domain = f"branch.{SRV_DOMAIN}"
    with samba(tmp_path_factory.mktemp("child") / "dc", CHILD_ADDRESS, domain, first=srv_dc) as controller:
        controller.side("populate", users={USER: USER_PASSWORD, CLERK: USER_PASSWORD})
        spns = {"DC1$": [f"ldap/{controller.host}"]}
        controller.side("populate", spns=spns)
        parent = container(controller).partition(",")[2]
        controller.side("add", dn=parent, text={"objectClass": "container"})
        controller.side("add", dn=container(controller), text={"objectClass": "msSPP-ActivationObjectsContainer"})
        for name, display in NAMES.items():
            make(controller, name, display)
        yield controller


def enterprise_admins(dc: Samba) -> str:
    """A group of the forest's first domain, whatever domain controller is asked (MS-ADTS 6.1.1.6)."""
    assert dc.first is not None
    return f"{dc.first.sid}-519"


@pytest.mark.parametrize("sign_in", [options, with_password], ids=["kerberos", "ldaps"])
def test_the_objects_of_the_forest(child: Samba, ansible: Ansible, sign_in: Any) -> None:
    found = run(ansible, child, sign_in(child)).ok()
    assert (found["forest"], found["present"]) == (SRV_DOMAIN, True)
    assert found["container"] == container(child)
    assert found["container"].endswith(",CN=Configuration,DC=srv,DC=example")
    assert {dn: one["name"] for dn, one in by_dn(found).items()} == {
        dn_of(child, name): display for name, display in NAMES.items()
    }


def test_administrators_of_both_domains_are_no_strangers(child: Samba, ansible: Ansible) -> None:
    assert child.first is not None
    clerk, stranger = child.side("sid", name=CLERK), f"{child.first.sid}-1999"
    trusted = f"(A;;WP;;;{enterprise_admins(child)})(A;;WP;;;{child.first.sid}-512)(A;;WP;;;{child.sid}-512)"
    with permitted(child, dn_of(child, "ao1"), f"{trusted}(A;;WP;;;{clerk})(A;;SD;;;{stranger})"):
        found = by_dn(run(ansible, child, options(child)).ok())
    # A name of another domain is not known on this domain controller.
    assert found[dn_of(child, "ao1")]["writable_by"] == [
        {"trustee": f"BRANCH\\{CLERK}", "sid": clerk, "rights": "write properties"},
        {"trustee": stranger, "sid": stranger, "rights": "delete"},
    ]


def test_an_account_of_the_second_domain_alone_may_not_remove_one(child: Samba, ansible: Ansible) -> None:
    """Its administrators are no Enterprise Admins."""
    dn = dn_of(child, "ao1")
    admins = enterprise_admins(child)
    own = f"O:{admins}G:{admins}D:PAI(A;;RPLCLORC;;;AU)(A;;GA;;;{admins})"
    before = child.sddl(dn)
    child.side("set_sddl", dn=dn, sddl=own)
    child_container = child.sddl(container(child))
    child.side("set_sddl", dn=container(child), sddl=own)
    try:
        failed = remove(ansible, child, removing(child, dn)).failed()
    finally:
        child.side("set_sddl", dn=container(child), sddl=child_container)
        child.side("set_sddl", dn=dn, sddl=before)
    assert "Enterprise Admins" in failed["msg"]
    assert failed["changed"] is False
    assert child.side("exists", dn=dn)


def test_remove_one_at_the_second_domain(child: Samba, ansible: Ansible) -> None:
    dn = make(child, "spare", "Corp AO 2016")
    done = remove(ansible, child, removing(child, dn)).ok()
    assert done["result"] == "verified"
    assert not child.side("exists", dn=dn)


def test_an_object_of_the_second_domain_there_is_none(child: Samba, ansible: Ansible) -> None:
    """Whoever takes the configuration to be below the domain's own name finds nothing."""
    wrong = dn_of(child, "ao1").replace(child.forest, child.base)
    failed = remove(ansible, child, removing(child, wrong)).failed()
    assert f"does not lie in {container(child)}" in failed["msg"]


# --- A read-only domain controller ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def branch_office(srv_dc: Samba, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    """With the objects that the forest had when it joined."""
    srv_dc.side("populate", users={READER: USER_PASSWORD})
    made = [make(srv_dc, f"ro-{name}", display) for name, display in NAMES.items()]
    with read_only(tmp_path_factory.mktemp("ro") / "dc", READ_ONLY_ADDRESS, srv_dc) as controller:
        yield controller
    for dn in made:
        srv_dc.side("delete", dn=dn)


def test_it_shows_its_copy(branch_office: Samba, ansible: Ansible) -> None:
    reader = branch_office.by_kerberos(READER, USER_PASSWORD)
    found = by_dn(run(ansible, branch_office, options(branch_office, **reader)).ok())
    assert {found[dn_of(branch_office, f"ro-{name}")]["name"] for name in NAMES} == set(NAMES.values())


def test_it_refers_whoever_wants_to_change_something(branch_office: Samba, ansible: Ansible) -> None:
    """To a domain controller that may, which is not asked: nobody said that the password may go there."""
    dn = dn_of(branch_office, "ro-ao1")
    failed = remove(ansible, branch_office, removing(branch_office, dn)).failed()
    assert failed["msg"] == (
        f"{branch_office.address}: deleting {dn}: this server does not hold it, or is read-only, and refers to "
        "another one. Name a domain controller that holds it and may be written to."
    )
    assert (failed["changed"], failed["state_known"]) == (False, True)
    assert branch_office.source is not None
    assert branch_office.source.side("exists", dn=dn)
