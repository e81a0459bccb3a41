# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many machines repaired at once: a few first, within limits, each begun one to its end, and again after a crash."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._operations import fleet
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import HeldBack
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.fleet import Bounds, Row
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.fleet_repair import (
    Order,
    Rollout,
    repair_fleet,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.repair import (
    Planned,
    RepairReport,
    RepairRequest,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.repair import IN_BETWEEN, Wishes
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.rollout import Share
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.verdict import Verdict
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import Note
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from tests.lab_unit.wire.workshop import Workshop
from tests.surroundings import without_surroundings
from winlab.builder import build_fleet
from winlab.machine import Machine
from winlab.scenario import load_scenario

SCENARIO = """
name: fleet-repair
domain: corp.example
accounts: [{user: labadmin, local: true}]
machines:
  - {name: kms01, release: server2022, key: csvlk_2022, activated: true, kms_host: {counted_clients: 50}}
  - {name: good, release: win10, activated: true, count: 2}
  - {name: rogue19, release: server2019, key: csvlk_2022, activated: true, count: 3}
  - {name: rogue08, release: server2008r2, key: csvlk_kms_c, activated: true, count: 2}
  - {name: rogue16, release: server2016, key: csvlk_2022, activated: true}
  - {name: closed, release: win10, network: down}
"""
ROGUES = {"rogue19-01", "rogue19-02", "rogue19-03", "rogue08-01", "rogue08-02", "rogue16"}
REQUEST = RepairRequest(Policy.parse(["kms01.corp.example"]), "", None, Wishes(served=True))

Fleet = dict[str, Machine]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    without_surroundings(monkeypatch)


@pytest.fixture(autouse=True)
def pauses() -> None:
    """These machines are real servers, which need the time that they are given."""


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Fleet]:
    path = tmp_path / "fleet.yml"
    path.write_text(SCENARIO)
    built = build_fleet(load_scenario(str(path)), "1", network=f"127.79.{os.getpid() % 250}.0/24")
    with Workshop() as shop:
        shop.listen(*(machine for machine in built if machine.powered))
        yield {machine.name: machine for machine in built}


class Watcher:
    """Asks for the repair, writes down what it hears, and objects where a test wants it to."""

    def __init__(self, machines: Fleet, request: RepairRequest = REQUEST) -> None:
        self.machines = machines
        self.asked = request
        self.plans: dict[str, Planned | Exception] = {}
        self.reports: dict[str, RepairReport | Exception] = {}
        self.notes: list[tuple[str, str]] = []
        self.begun: set[str] = set()
        self.objection: Exception | None = None
        self.on_note: Callable[[str, Note], None] = lambda _name, _note: None
        self.gone = False

    def run(self, names: Iterable[str] | None = None, bounds: Bounds | None = None, **order: Any) -> Rollout:
        chosen = [_endpoint(machine) for name, machine in self.machines.items() if names is None or name in names]
        return repair_fleet(iter(chosen), Order(bounds or Bounds(host_timeout=20.0), **order), self)

    def request(self, endpoint: Endpoint) -> RepairRequest:
        wanted = replace(self.asked, name=endpoint.inventory_name, address=endpoint.host)
        if endpoint.inventory_name not in self.begun:
            return wanted
        return replace(wanted, begun=True, wishes=replace(wanted.wishes, verdicts=wanted.wishes.verdicts | IN_BETWEEN))

    def planned(self, row: Row[Planned]) -> None:
        self.plans[row.name] = row.outcome

    def replan(self) -> Iterable[Endpoint]:
        return ()

    def allow(self, due: Sequence[Endpoint]) -> None:
        if self.objection is not None:
            raise self.objection

    async def note(self, endpoint: Endpoint, note: Note) -> None:
        self.on_note(endpoint.inventory_name, note)
        self.notes.append((endpoint.inventory_name, note.next))

    def repaired(self, row: Row[RepairReport]) -> None:
        self.reports[row.name] = row.outcome

    def abandoned(self) -> bool:
        return self.gone

    @property
    def order(self) -> list[str]:
        """The machines in the order in which they were begun."""
        return list(dict.fromkeys(name for name, _next in self.notes))

    @property
    def verdicts(self) -> dict[str, Verdict]:
        return {
            name: report.judged_after.verdict
            for name, report in self.reports.items()
            if isinstance(report, RepairReport)
        }

    @property
    def held_back(self) -> set[str]:
        return {name for name, report in self.reports.items() if isinstance(report, HeldBack)}


def _endpoint(machine: Machine) -> Endpoint:
    return Endpoint(
        inventory_name=machine.name,
        host=machine.address,
        port=5985,
        scheme="http",
        username="labadmin",
        password=Secret("Lab-Passw0rd!"),
    )


def events_of(machine: Machine, kind: str) -> list[dict[str, Any]]:
    """What the machine has noted, in order."""
    return [event for event in machine.fleet.events if event["machine"] == machine.name and event["kind"] == kind]


def changes_of(machine: Machine) -> list[str]:
    """The methods that were called on a machine and change something, in order."""
    called = [str(event["method"]) for event in events_of(machine, "invoke")]
    return [method for method in called if not method.startswith("Get")]


def test_all_are_repaired_and_nobody_else_is_touched(machines: Fleet) -> None:
    watcher = Watcher(machines)
    rollout = watcher.run(canaries=2)
    assert set(watcher.reports) == ROGUES
    assert set(watcher.verdicts.values()) <= {Verdict.KMS_CLIENT_OK, Verdict.NOT_ACTIVATED}
    assert rollout.due == len(ROGUES)
    assert rollout.stopped is None
    assert not changes_of(machines["kms01"])
    assert not changes_of(machines["good-01"])
    assert not isinstance(watcher.plans["closed"], Planned)
    again = Watcher(machines)
    assert again.run().due == sum(verdict is Verdict.KMS_UNAPPROVED for verdict in watcher.verdicts.values()) == 0


def test_canaries_go_first_and_are_of_different_releases(machines: Fleet) -> None:
    watcher = Watcher(machines)
    done: list[str] = []
    repaired = watcher.repaired

    def recorded(row: Row[RepairReport]) -> None:
        done.append(row.name)
        repaired(row)

    watcher.repaired = recorded  # type: ignore[method-assign]
    rollout = watcher.run(canaries=3)
    assert {name[:7] for name in rollout.canaries} == {"rogue19", "rogue08", "rogue16"}
    assert set(done[:3]) == set(rollout.canaries)
    assert set(watcher.order[:3]) == set(rollout.canaries)


def test_check_mode_plans_and_changes_nothing(machines: Fleet) -> None:
    watcher = Watcher(machines)
    rollout = watcher.run(check=True)
    assert (rollout.due, len(rollout.canaries)) == (6, 1)
    assert {name for name, plan in watcher.plans.items() if isinstance(plan, Planned) and plan.plan.changes} == ROGUES
    assert not watcher.reports
    assert not any(changes_of(machine) for machine in machines.values())


def test_objection_comes_before_any_change(machines: Fleet) -> None:
    watcher = Watcher(machines)
    watcher.objection = ValueError("too many")
    with pytest.raises(ValueError, match="too many"):
        watcher.run()
    assert len(watcher.plans) == len(machines)
    assert not any(changes_of(machine) for machine in machines.values())


def _fails_at(names: set[str]) -> Callable[[str, Note], None]:
    def fail(name: str, note: Note) -> None:
        if name in names:
            raise HeldBack(f"{name} must not", "Let it be.")

    return fail


def test_canary_that_fails_saves_the_others(machines: Fleet) -> None:
    watcher = Watcher(machines)
    watcher.on_note = _fails_at({"rogue19-01"})
    rollout = watcher.run()
    assert rollout.canaries == ("rogue19-01",)
    assert rollout.stopped is not None
    assert "rogue19-01 went first" in rollout.stopped
    assert watcher.held_back == ROGUES
    assert all("left as it was" in str(watcher.reports[name]) for name in ROGUES - {"rogue19-01"})
    assert not any(changes_of(machine) for machine in machines.values())


def test_failures_in_a_row_stop_the_rest(machines: Fleet) -> None:
    watcher = Watcher(machines)
    watcher.on_note = _fails_at(ROGUES)
    rollout = watcher.run(canaries=0, max_failures=Share.parse("max_failures", "2"), bounds=Bounds(in_flight=1))
    assert rollout.stopped == "2 machines failed in a row (max_failures)"
    assert watcher.held_back == ROGUES
    assert sum("must not" in str(report) for report in watcher.reports.values()) == 2


def test_machine_under_way_is_brought_to_its_end(machines: Fleet) -> None:
    """Whatever stops the run, here the death of the playbook: no machine is left between its key and its restart."""
    watcher = Watcher(machines)

    def gone(name: str, note: Note) -> None:
        watcher.gone = watcher.gone or note.next == "restart_service"

    watcher.on_note = gone
    watcher.run(canaries=0, bounds=Bounds(in_flight=2))
    for name in ROGUES:
        changed = changes_of(machines[name])
        if "InstallProductKey" in changed:
            assert "StartService" in changed, f"{name} got its key and was not restarted"


def test_time_of_one_machine_ends_between_two_actions(machines: Fleet) -> None:
    """A restart that a new key needs is done all the same; what follows is not begun, and said."""
    watcher = Watcher(machines)
    watcher.run({"kms01", "rogue16"}, bounds=Bounds(host_timeout=0.000001))
    assert not isinstance(watcher.plans["rogue16"], Planned), "the reading was given up"
    watcher = Watcher(machines)
    patience = Bounds(host_timeout=20.0)
    watcher.on_note = lambda name, note: object.__setattr__(patience, "host_timeout", 0.0)
    watcher.run({"kms01", "rogue16"}, bounds=patience)
    failure = watcher.reports["rogue16"]
    assert "-second limit passed" in str(failure)
    assert "Done before: install_key, restart_service" in str(failure)
    assert "StartService" in changes_of(machines["rogue16"])


def test_deadline_begins_no_further_machine(machines: Fleet) -> None:
    watcher = Watcher(machines)
    bounds = Bounds(host_timeout=20.0, deadline=30.0, in_flight=1)
    seconds = iter([25.0, 20.0])

    class Clock:
        def __get__(self, instance: object, owner: type) -> float:
            return next(seconds, 0.0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fleet.Fleet, "seconds_left", Clock())
        rollout = watcher.run(bounds=bounds, canaries=0)
    assert rollout.stopped is not None
    assert "deadline" in rollout.stopped
    assert watcher.held_back == ROGUES
    assert not any(changes_of(machine) for machine in machines.values())


def test_machines_that_only_pywinrm_can_talk_to(machines: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """In threads, under the same contract: a note before each action, and an objection is heeded."""
    monkeypatch.setattr(fleet.Shared, "speaks_to", lambda self, endpoint: False)
    watcher = Watcher(machines)
    watcher.on_note = _fails_at({"rogue08-01"})
    watcher.run({"rogue08-01", "rogue16"}, canaries=0)
    assert watcher.verdicts.keys() == {"rogue16"}, watcher.reports
    assert not changes_of(machines["rogue08-01"])
    assert [step for name, step in watcher.notes if name == "rogue16"][:2] == ["install_key", "restart_service"]


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_point_and_started_again(machines: Fleet, seed: int) -> None:
    """The end is the same as without, and nobody is activated twice."""
    chance = random.Random(seed)

    class Killed(BaseException):
        pass

    begun: set[str] = set()
    for _attempt in range(4):
        watcher = Watcher(machines)
        watcher.begun = set(begun)
        left = chance.randrange(1, 12)

        def kill(name: str, note: Note) -> None:
            nonlocal left
            begun.add(name)
            left -= 1
            if left <= 0:
                raise Killed

        watcher.on_note = kill
        try:
            watcher.run(canaries=1)
        except Killed:
            continue
        break
    watcher = Watcher(machines)
    watcher.begun = set(begun)
    watcher.run()
    final = Watcher(machines)
    final.run(check=True)
    for name in ROGUES:
        plan = final.plans[name]
        assert isinstance(plan, Planned)
        assert plan.judged.verdict is Verdict.KMS_CLIENT_OK, f"{name} is {plan.judged.verdict} after seed {seed}"
        times = len(events_of(machines[name], "activated"))
        assert times <= 1, f"{name} was activated {times} times"
