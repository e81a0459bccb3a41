# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory that dies in the middle of a change: what is said of it is true, and the next run finishes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import SRV_ADDRESS, SRV_DOMAIN
from .relay import Relay, relay
from .running import Ansible
from .samba import ADMINISTRATOR, PASSWORD, SERVICE, Samba

ADDRESS = SRV_ADDRESS.rpartition(".")[0] + ".9"
ZONE = "dies.example"
GROUP = "KMS Hosts that die"
HOST = "pc0001"

#: The permissions of the record, and who is in the group.
State = tuple[str, str]


@pytest.fixture(scope="module")
def dying(srv_dc: Samba) -> Iterator[Relay]:
    srv_dc.tool("group", "add", GROUP)
    srv_dc.tool("dns", "zonecreate", SRV_ADDRESS, ZONE)
    srv_dc.tool("dns", "add", SRV_ADDRESS, ZONE, SERVICE, "SRV", f"{HOST}.{SRV_DOMAIN} 1688 0 0")
    with relay(ADDRESS, (SRV_ADDRESS, 389)) as between:
        yield between


def protect(ansible: Ansible, dc: Samba) -> Any:
    arguments = {
        "domains": [ZONE],
        "group": GROUP,
        "approved_hosts": [f"{HOST}.{SRV_DOMAIN}"],
        "server": ADDRESS,
        "timeout": 3,
        **dc.by_kerberos(ADMINISTRATOR, PASSWORD),
    }
    return ansible.module("kms_srv_acl", arguments, environment=dc.environment)


def state(dc: Samba) -> State:
    return dc.sddl(dc.node(ZONE)), dc.tool("group", "listmembers", GROUP)


@pytest.fixture(scope="module")
def as_it_was(srv_dc: Samba, dying: Relay) -> State:
    return state(srv_dc)


def undo(dc: Samba, first: State) -> None:
    dc.side("set_sddl", dn=dc.node(ZONE), sddl=first[0])
    if state(dc)[1] != first[1]:
        dc.tool("group", "removemembers", GROUP, f"{HOST}$")


@pytest.mark.parametrize("heard", [False, True], ids=["before the last message", "after it"])
def test_it_dies_at_any_moment(dying: Relay, srv_dc: Samba, ansible: Ansible, as_it_was: State, heard: bool) -> None:
    first = as_it_was
    undo(srv_dc, first)
    dying.begin(None)
    assert protect(ansible, srv_dc).ok()["results"][0]["effective"] is True
    wanted, messages = state(srv_dc), dying.seen
    assert wanted != first
    told = []
    # While it signs in and looks, and at each message around the two writes. What is only read cannot be done by half.
    early = () if heard else (1, messages // 3)
    for last in (*early, *range(messages - 4, messages)):
        undo(srv_dc, first)
        dying.begin(last, heard)
        failed = protect(ansible, srv_dc).failed()
        now = state(srv_dc)
        told.append((failed["changed"], now != first))
        assert ADDRESS in failed["msg"]
        assert "the connection broke. Run again: a second run changes nothing twice." in failed["msg"]
        # Said to be as it was, it is; and what was done is never denied.
        assert failed["changed"] or now == first, (last, failed)
        dying.begin(None)
        assert protect(ansible, srv_dc).ok()["results"][0]["effective"] is True
        assert state(srv_dc) == wanted
    assert (False, False) in told
    assert (True, True) in told
