# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host settings: when the service is restarted, what is known when something breaks, what lies in the registry."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_settings import (
    HostRequest,
    PublishedDomain,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import KmsHostState
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import ChangeFailed, Result
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.kms_host import (
    Restart,
    _clients,
    set_host_settings,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.kms_host_info import host_info
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import Unreachable
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import WsmanFault

from ..kms_machine import DNS_SUFFIX, PUBLISH_LIST, KmsMachine

PORT = HostRequest(listening_port=1700)
INTERVAL = HostRequest(activation_interval=60)


@pytest.mark.parametrize(
    ("counted", "request_", "restart", "restarted", "required"),
    [
        # A host with clients is left alone, unless somebody says so.
        (30, PORT, None, False, True),
        (30, PORT, Restart.NEVER, False, True),
        (30, PORT, Restart.IF_NEEDED, True, False),
        (30, PORT, Restart.ALWAYS, True, False),
        (30, INTERVAL, None, False, False),
        (30, INTERVAL, Restart.IF_NEEDED, False, False),
        (30, INTERVAL, Restart.ALWAYS, True, False),
        # Where no client was counted, or where no host is, a restart costs nothing.
        (0, PORT, None, True, False),
        (0, PORT, Restart.NEVER, False, True),
        (None, PORT, None, True, False),
        (None, INTERVAL, None, False, False),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_restart(
    counted: int | None, request_: HostRequest, restart: Restart | None, restarted: bool, required: bool, check: bool
) -> None:
    machine: Any = KmsMachine(counted)
    report = set_host_settings(machine, request_, restart, check)
    assert (report.restarted, report.restart_required) == (restarted, required)
    assert report.clients_counted == (counted or 0)
    assert report.result is (Result.PLANNED if check else Result.VERIFIED)
    assert machine.changes.count("StopService") == (restarted and not check)


@pytest.mark.parametrize(("counts", "clients"), [([None], None), ([0], 0), ([30, None], 30), ([3, 30], 30), ([], 0)])
def test_a_count_that_is_not_known_is_not_nobody(counts: list[int | None], clients: int | None) -> None:
    """Kind: what is not known is taken for nothing, and what costs something for free."""
    serving = tuple(KmsHostState(enabled=True, current_count=count) for count in counts)
    state: Any = SimpleNamespace(snapshot=SimpleNamespace(serving=serving))
    assert _clients(state) == clients


def test_second_run_changes_nothing_and_restarts_nothing() -> None:
    machine: Any = KmsMachine(30)
    set_host_settings(machine, PORT)
    sent = len(machine.changes)
    report = set_host_settings(machine, PORT, Restart.IF_NEEDED)
    assert (report.changed, report.restarted, report.restart_required) == (False, False, False)
    assert len(machine.changes) == sent


@pytest.mark.parametrize(
    ("suffix", "computer", "first"),
    [
        ("dns.example", {"Domain": "corp.example", "PartOfDomain": True}, "dns.example, 0, 0"),
        (None, {"Domain": "CORP.example", "PartOfDomain": True}, "corp.example, 0, 0"),
        (None, {"Domain": "WORKGROUP", "PartOfDomain": False}, "branch.example, 10, 5"),
    ],
)
def test_publish_list_begins_with_the_own_domain(suffix: str | None, computer: dict[str, Any], first: str) -> None:
    machine: Any = KmsMachine(30)
    machine.rows["Win32_ComputerSystem"] = [computer]
    if suffix:
        machine.registry[DNS_SUFFIX] = suffix
    request = HostRequest(publish_list=(PublishedDomain("branch.example", 10, 5),))
    report = set_host_settings(machine, request)
    assert report.result is Result.VERIFIED
    assert machine.registry[PUBLISH_LIST][0] == first
    assert machine.registry[PUBLISH_LIST][-1] == "branch.example, 10, 5"
    assert not set_host_settings(machine, request).changed
    assert set_host_settings(machine, HostRequest(publish_list=())).changed
    assert PUBLISH_LIST not in machine.registry


def test_odd_lines_in_the_registry_are_shown_and_do_no_harm() -> None:
    machine: Any = KmsMachine(30)
    machine.registry[PUBLISH_LIST] = ("corp.example 0 0", ", 1")
    shown = host_info(machine, days=0).settings.publish_list
    assert [entry.domain for entry in shown] == ["corp.example 0 0", ""]
    assert not set_host_settings(machine, HostRequest(dns_publishing=True)).changed


def test_registry_that_cannot_be_read_after_a_change() -> None:
    machine: Any = KmsMachine(30)

    def vanish() -> None:
        machine.refusals["GetMultiStringValue"] = Unreachable("srv", "no route")

    machine.on_change = vanish
    with pytest.raises(ChangeFailed, match="could not be read afterwards") as failure:
        set_host_settings(machine, PORT)
    assert failure.value.changed is True


@pytest.mark.parametrize(
    "error", [Unreachable("srv", "no route"), WsmanFault(code=5, hresult=5, subcode="AccessDenied")]
)
def test_restart_that_fails_does_not_hide_what_was_stored(error: Exception) -> None:
    machine: Any = KmsMachine(30)
    machine.refusals["StopService"] = error
    with pytest.raises(ChangeFailed, match=r"stored \(listening_port\)") as failure:
        set_host_settings(machine, PORT, Restart.IF_NEEDED)
    assert failure.value.changed is True


FIREWALL = {
    "CreationClassName": "MSFT|FW|FirewallRule|SPPSVC-In-TCP",
    "PolicyRuleName": "",
    "SystemCreationClassName": "",
    "SystemName": "",
    "InstanceID": "SPPSVC-In-TCP",
    "Enabled": 2,
}


def server_2012(**rows: list[dict[str, Any]]) -> Any:
    """As far as settings go; it reads its columns by ``*``, for the machine behind it is a 2008 R2."""
    machine = KmsMachine(30)
    machine.rows["Win32_OperatingSystem"][0] |= {"BuildNumber": "9200", "Version": "6.2.9200"}
    machine.rows.update(rows)
    return machine


def test_firewall_rule_is_enabled_once() -> None:
    machine = server_2012(MSFT_NetFirewallRule=[dict(FIREWALL)])
    rule = machine.rows["MSFT_NetFirewallRule"][0]
    machine.methods["Enable"] = lambda *_unused: rule.update(Enabled=1) or 0
    report = set_host_settings(machine, HostRequest(firewall=True))
    assert (report.result, report.before.firewall, report.after.firewall) == (Result.VERIFIED, False, True)
    assert (report.restarted, report.restart_required) == (False, False)
    assert not set_host_settings(machine, HostRequest(firewall=True)).changed
    assert machine.changes == ["Enable"]


def test_firewall_method_that_fails_is_explained() -> None:
    machine = server_2012(MSFT_NetFirewallRule=[dict(FIREWALL)])
    machine.methods["Enable"] = lambda *_unused: 0x80070005
    with pytest.raises(ChangeFailed, match="firewall could not be set") as failure:
        set_host_settings(machine, HostRequest(firewall=True))
    assert (failure.value.changed, failure.value.hresult) == (False, 0x80070005)


@pytest.mark.parametrize("rules", [None, []])
def test_firewall_that_cannot_be_read_does_not_keep_the_host_from_being_read(
    rules: list[dict[str, Any]] | None,
) -> None:
    machine = server_2012() if rules is None else server_2012(MSFT_NetFirewallRule=rules)
    assert host_info(machine, days=0).settings.firewall is None
    with pytest.raises(Exception, match="MpsSvc"):
        set_host_settings(machine, HostRequest(firewall=True))
    assert machine.changes == []


def test_registry_refusal_names_the_value() -> None:
    machine: Any = KmsMachine(30)
    machine.rows["Win32_ComputerSystem"] = [{"Domain": "corp.example", "PartOfDomain": True}]
    machine.refusals["SetMultiStringValue"] = 5
    with pytest.raises(ChangeFailed, match=r"publish_list could not be set: .*access is denied") as failure:
        set_host_settings(machine, HostRequest(publish_list=(PublishedDomain("branch.example"),)))
    assert failure.value.changed is False
