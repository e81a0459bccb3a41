# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall rule for KMS clients as MSFT_NetFirewallRule."""

from __future__ import annotations

from typing import Any

import pytest

from winlab.cim import CimError
from winlab.machine import Machine

from .bench import MakeBench, failure, invoke, query

_NAMESPACE = "root/StandardCimv2"
_CLASS = "MSFT_NetFirewallRule"


def rule(machine: Machine) -> dict[str, Any]:
    (found,) = [one for one in query(machine, _CLASS, _NAMESPACE) if one.values["InstanceID"] == "SPPSVC-In-TCP"]
    return found.values


def keys(machine: Machine) -> dict[str, str]:
    names = ("CreationClassName", "PolicyRuleName", "SystemCreationClassName", "SystemName")
    return {name: rule(machine)[name] for name in names}


def test_the_rule_is_there_and_closed_until_somebody_opens_it(bench: MakeBench) -> None:
    machine = bench({"release": "server2012", "name": "m"})["m"]
    assert (rule(machine)["Enabled"], rule(machine)["Direction"], rule(machine)["Action"]) == (2, 1, 2)
    assert invoke(machine, _CLASS, "Enable", keys(machine), _NAMESPACE) == {}
    assert rule(machine)["Enabled"] == 1
    assert invoke(machine, _CLASS, "Disable", keys(machine), _NAMESPACE) == {}
    assert rule(machine)["Enabled"] == 2


def test_enabled_can_be_written(bench: MakeBench) -> None:
    machine = bench({"release": "win10", "name": "m"})["m"]
    for value in (1, 1, 2):
        after = machine.cim.put(_NAMESPACE, _CLASS, keys(machine), {"Enabled": value})
        assert after.values["Enabled"] == rule(machine)["Enabled"] == value


@pytest.mark.parametrize(
    ("values", "code"), [({"Enabled": 3}, "80041008"), ({"Enabled": 1, "Direction": 2}, "80041023")]
)
def test_what_cannot_be_written(bench: MakeBench, values: dict[str, Any], code: str) -> None:
    machine = bench({"release": "win10", "name": "m"})["m"]
    with pytest.raises(CimError) as caught:
        machine.cim.put(_NAMESPACE, _CLASS, keys(machine), values)
    assert failure(caught.value) == code
    assert rule(machine)["Enabled"] == 2


def test_a_rule_that_is_not_there(bench: MakeBench) -> None:
    machine = bench({"release": "win10", "name": "m"})["m"]
    wrong = {**keys(machine), "CreationClassName": "MSFT|FW|FirewallRule|Other"}
    with pytest.raises(CimError) as caught:
        invoke(machine, _CLASS, "Enable", wrong, _NAMESPACE)
    assert failure(caught.value) == "80041002"


@pytest.mark.parametrize("release", ["server2008", "win7", "server2008r2"])
def test_older_releases_do_not_know_the_class(bench: MakeBench, release: str) -> None:
    machine = bench({"release": release, "name": "m"})["m"]
    with pytest.raises(CimError) as caught:
        query(machine, _CLASS, _NAMESPACE)
    assert failure(caught.value) == "80041010"


def test_a_machine_that_is_a_host_from_the_start_is_open(bench: MakeBench) -> None:
    machine = bench({"release": "server2022", "name": "m", "key": "csvlk_2022", "activated": True})["m"]
    assert rule(machine)["Enabled"] == 1
