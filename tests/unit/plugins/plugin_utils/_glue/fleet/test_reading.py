# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts read by several processes: the same results as by one, and one guard against lockout."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._identity import MachineIdentity
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.hosts import FleetHosts
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.reading import AuditRequest, Reading
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations import crew_guard, processes
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.fleet import Bounds
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policies import Policies
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm import lockout
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from winlab.machine import Machine

from ...served_fleet import refusals_of, served

# The lab serves in a thread, and threads of earlier tests may still wait for somebody.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

SCENARIO = """
name: fleet
domain: corp.example
accounts:
  - {user: fleetadmin}
machines:
  - {name: good, release: win10, activated: true, count: 12}
  - {name: rogue, release: server2019, key: csvlk_2025, activated: true, count: 2}
  - {name: gone, release: win10, network: down}
"""
PASSWORD = "Lab-Passw0rd!"


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Machine]]:
    with served(SCENARIO, tmp_path_factory.mktemp("scenario"), 79) as machines:
        yield machines


@pytest.fixture
def refusals(machines: list[Machine], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Machines that were shown a wrong password, as they themselves have noted it."""
    return refusals_of(monkeypatch)


class Hosts(FleetHosts):
    """Hosts whose variables need no inventory. ``broken`` is the host that ends the process which comes to it."""

    password = PASSWORD
    broken: str | None = None
    addresses: dict[str, str]

    def endpoints(self, hosts: Iterable[str]) -> Iterator[Endpoint]:
        for name in hosts:
            if name == self.broken:
                os._exit(1)
            made = Endpoint(
                name, self.addresses[name], 5985, "http", username="CORP\\fleetadmin", password=Secret(self.password)
            )
            self._note(made, "is warned of")
            yield made


def read(machines: list[Machine], count: int, **attributes: Any) -> tuple[dict[str, Any], set[str], list[str], int]:
    """Results, which machines were seen, warnings, and requests."""
    seen: dict[str, MachineIdentity] = {}
    warned: list[str] = []
    kind = type("Hosts", (Hosts,), {**attributes, "addresses": {one.name: one.address for one in machines}})
    connections: Any = None
    hosts = kind(connections, lambda _name, _result: None, warned.append)
    names = tuple(one.name for one in machines)
    request = AuditRequest(names, Policies(Policy.parse(["kms01.corp.example"])), Bounds(in_flight=8, host_timeout=20))
    reading = Reading(request, hosts, lambda one: seen.update({one.inventory_name: one}))
    traffic = reading.read(names, count)
    hosts.tell_warnings()
    return hosts.results, set(seen), warned, traffic.requests


def _timeless(value: Any) -> Any:
    """Without what the clock changes between two readings."""
    if isinstance(value, list):
        return [_timeless(item) for item in value]
    if isinstance(value, dict):
        return {name: _timeless(item) for name, item in value.items() if name not in ("grace_minutes", "expires")}
    return value


@pytest.mark.parametrize("count", [2, 3])
def test_same_result_as_by_one_process(machines: list[Machine], count: int) -> None:
    alone, seen_alone, _warned, requests = read(machines, 1)
    together, seen, warned, requests_together = read(machines, count)
    assert _timeless(together) == _timeless(alone)
    assert seen == seen_alone == {one.name for one in machines}
    assert requests_together == requests
    (warning,) = warned
    assert warning.endswith(f" and {len(seen) - 1} other hosts: is warned of")


@pytest.mark.parametrize("count", [2, 4])
def test_password_that_was_refused_in_one_process_is_shown_in_no_other(
    machines: list[Machine], refusals: list[str], count: int
) -> None:
    results, _seen, _warned, _requests = read(machines, count, password="wrong")
    assert len(refusals) == 3, f"shown to {refusals}"
    withheld = [name for name, result in results.items() if "not signed in to" in result["msg"]]
    assert len(withheld) == len([one for one in machines if one.powered]) - 3
    # Each of them names the same three, whichever process they were in.
    assert all(name in results[withheld[0]]["msg"] for name in refusals)
    assert "wrong" not in str(results)


def test_hosts_of_a_process_that_died_have_that_for_a_result(machines: list[Machine]) -> None:
    results, _seen, _warned, _requests = read(machines, 2, broken="good-03")
    assert results.keys() == {one.name for one in machines}
    lost = {name for name, result in results.items() if "was ended before its end" in result["msg"]}
    assert "good-03" in lost
    assert all(results[name]["failed"] and not results[name]["changed"] for name in lost)
    assert "license" in results["good-02"], "the other process went on"


def test_no_password_goes_from_process_to_process() -> None:
    endpoint = Endpoint("a", "a", username="CORP\\x", password=Secret(PASSWORD))
    home: Any = None
    guard = crew_guard.MemberGuard(3, home, b"secret")
    digest = guard._digest(lockout.account_of(endpoint))
    assert PASSWORD.encode() not in digest
    assert digest != crew_guard.MemberGuard(3, home, b"other")._digest(lockout.account_of(endpoint))


@pytest.mark.parametrize(
    ("machines_", "wanted", "cores", "expected"),
    [
        (100, None, 2, 1),
        (999, None, 2, 1),
        (1000, None, 2, 2),
        (100000, None, 2, 2),
        (100000, None, 64, 8),
        (100, 2, 2, 2),
        (1, 4, 2, 1),
        (0, 4, 2, 1),
        (5000, 16, 2, 16),
        (5000, 1, 64, 1),
    ],
)
def test_how_many_processes_help(
    monkeypatch: pytest.MonkeyPatch, machines_: int, wanted: int | None, cores: int, expected: int
) -> None:
    monkeypatch.setattr(processes, "_processors", lambda: cores)
    monkeypatch.setattr(processes, "can_fork", lambda: True)
    assert processes.helpful(machines_, wanted) == expected
    monkeypatch.setattr(processes, "can_fork", lambda: False)
    assert processes.helpful(machines_, wanted) == 1


def test_every_machine_is_dealt_to_one_process() -> None:
    parts = processes.dealt(range(11), 3)
    assert sorted(number for part in parts for number in part) == list(range(11))
    assert [len(part) for part in parts] == [4, 4, 3]
    assert processes.bounds_for(Bounds(in_flight=256), 3).in_flight == 85
    assert processes.bounds_for(Bounds(in_flight=1), 3).in_flight == 1
