# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request for host settings changes, what calls for a restart, and lines of the publish list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_settings import (
    HostRequest,
    HostSettings,
    PublishedDomain,
    needs_restart,
    plan_host,
    warnings_about,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.settings import Change, SettingRefused
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import Provider

CURRENT = HostSettings(activation_interval=120, renewal_interval=10080, firewall=False)
NEWEST, SEVEN, VISTA = Provider.SPPWMI, Provider.SPPWMI_7, Provider.SLWMI
OWN = "corp.example"
HOME, BRANCH = PublishedDomain(OWN), PublishedDomain("branch.example", 10, 5)


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("branch.example", ("branch.example", 0, 0)),
        ("Branch.Example., 10, 5", ("branch.example", 10, 5)),
        ("branch.example,10", ("branch.example", 10, 0)),
        ("branch.example, ten, 70000", ("branch.example", 0, 0)),
        ("branch.example, \u00b2, -1", ("branch.example", 0, 0)),
        # Whatever somebody typed there, it must not keep the host from being read.
        ("branch.example 10 5", ("branch.example 10 5", 0, 0)),
        (", 1, 2", ("", 1, 2)),
        ("", ("", 0, 0)),
    ],
)
def test_lines_of_the_registry(line: str, entry: tuple[str, int, int]) -> None:
    assert PublishedDomain.parse(line) == PublishedDomain(*entry)


def test_lines_survive_the_way_there_and_back() -> None:
    assert PublishedDomain.parse(BRANCH.line()) == BRANCH
    assert BRANCH.line(with_numbers=False) == "branch.example"


@pytest.mark.parametrize(
    ("wanted", "changes", "restart"),
    [
        ({}, [], False),
        ({"listening_port": 1688, "dns_publishing": True, "low_priority": False, "publish_list": ()}, [], False),
        ({"listening_port": 1700}, [("listening_port", 1688, 1700)], True),
        ({"dns_publishing": False}, [("dns_publishing", True, False)], True),
        ({"low_priority": True}, [("low_priority", False, True)], True),
        ({"publish_list": (HOME, BRANCH)}, [("publish_list", (), (HOME, BRANCH))], True),
        ({"publish_list": (BRANCH,)}, [("publish_list", (), (HOME, BRANCH))], True),
        ({"activation_interval": 60}, [("activation_interval", 120, 60)], False),
        ({"renewal_interval": 10080}, [], False),
        ({"firewall": True}, [("firewall", False, True)], False),
    ],
)
def test_plan_and_restart(wanted: dict[str, Any], changes: list[tuple[Any, ...]], restart: bool) -> None:
    plan = plan_host(CURRENT, HostRequest(**wanted), OWN, NEWEST)
    assert plan == tuple(Change(*change) for change in changes)
    assert needs_restart(plan) is restart


def test_own_domain_is_listed_once_and_not_where_there_is_none() -> None:
    request = HostRequest(publish_list=(BRANCH, PublishedDomain("CORP.example", 3, 1)))
    assert plan_host(CURRENT, request, OWN, NEWEST)[0].after == request.publish_list
    (change,) = plan_host(CURRENT, HostRequest(publish_list=(BRANCH,)), None, NEWEST)
    assert change.after == (BRANCH,)
    listed = replace(CURRENT, publish_list=(HOME, BRANCH))
    assert plan_host(listed, HostRequest(publish_list=(BRANCH,)), OWN, NEWEST) == ()
    assert plan_host(listed, HostRequest(publish_list=()), OWN, NEWEST)[0].after == ()


@pytest.mark.parametrize(
    ("wanted", "current", "provider", "words"),
    [
        ({"publish_list": (BRANCH,)}, CURRENT, VISTA, "priority and weight"),
        ({"firewall": True}, replace(CURRENT, firewall=None), SEVEN, "netsh advfirewall"),
        ({"firewall": False}, replace(CURRENT, firewall=None), NEWEST, "MpsSvc"),
    ],
)
def test_what_a_machine_lacks_is_refused(
    wanted: dict[str, Any], current: HostSettings, provider: Provider, words: str
) -> None:
    with pytest.raises(SettingRefused, match=words):
        plan_host(current, HostRequest(**wanted), OWN, provider)


def test_old_machines_take_domains_alone() -> None:
    plan = plan_host(CURRENT, HostRequest(publish_list=(PublishedDomain("branch.example"),)), OWN, VISTA)
    assert [entry.domain for entry in plan[0].after] == [OWN, "branch.example"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"listening_port": 0}, "between 1 and 65535"),
        ({"activation_interval": 14}, "between 15 and 43200"),
        ({"renewal_interval": 43201}, "between 15 and 43200"),
        ({"publish_list": (PublishedDomain("a b"),)}, "not a DNS domain"),
        ({"publish_list": (PublishedDomain(""),)}, "not a DNS domain"),
        ({"publish_list": (PublishedDomain("a.example, 1, 1"),)}, "not a DNS domain"),
        ({"publish_list": (PublishedDomain("a.example", 70000),)}, "priority of a.example"),
        ({"publish_list": (PublishedDomain("a.example", 0, -1),)}, "weight of a.example"),
        ({"publish_list": (PublishedDomain("a.example"), PublishedDomain("A.example."))}, "more than once"),
    ],
)
def test_requests_that_cannot_be(wanted: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingRefused, match=words):
        HostRequest(**wanted)


@pytest.mark.parametrize("minutes", [15, 43200])
def test_intervals_at_their_ends(minutes: int) -> None:
    assert HostRequest(activation_interval=minutes).activation_interval == minutes


def test_the_built_in_rule_is_for_one_port() -> None:
    assert warnings_about(HostSettings(firewall=True)) == ()
    assert warnings_about(HostSettings(listening_port=1700, firewall=False)) == ()
    (warning,) = warnings_about(HostSettings(listening_port=1700, firewall=True))
    assert "port 1700" in warning
