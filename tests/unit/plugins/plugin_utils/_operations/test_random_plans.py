# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans by chance, each carried out twice: by the blocking and by the asynchronous pump.

The machines are those of the lab, spoken to by envelopes but without sockets, on a clock that stands still but for the
pauses. Two fleets of one seed are the same, so what the pumps leave behind can be compared, machine by machine.
WINFLEET_PLANS is how many plans there are.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.client_settings import ClientRequest
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import ChangeFailed, OperationError
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.repair import (
    RepairReport,
    RepairRequest,
    repair_steps,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.repair import Wishes
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.verdict import Verdict
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.errors import SppError
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import Work, take, take_async
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.async_session import AsyncSession
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import WinrmError
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session, context_for
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import WsmanError
from tests.fleets.chance import fleet_of
from winlab.builder import build_fleet
from winlab.fleet import Fleet
from winlab.host import Account
from winlab.machine import Machine
from winlab.scenario import parse_scenario
from winlab.soap import read_request
from winlab.state import machine_state
from winlab.wsman import Service

PLANS = int(os.environ.get("WINFLEET_PLANS", "50"))
BATCH = 50
_REPAIRED = [verdict for verdict in Verdict if verdict.compliant is False]
_EXPECTED = (OperationError, WinrmError, WsmanError, SppError)


@dataclass(frozen=True)
class Plan:
    """One machine of one fleet, and what is wished of it."""

    fleet: int
    machine: str
    request: RepairRequest


def _plans() -> list[Plan]:
    chance = random.Random("plans")
    found: list[Plan] = []
    seed = 0
    while len(found) < PLANS:
        seed += 1
        fleet = fleet_of(seed)
        policy = Policy.parse(fleet.variables["approved_kms_hosts"])
        for machine in _built(seed):
            if machine.powered and machine.name not in fleet.approved:
                found.append(Plan(seed, machine.name, _request(chance, policy, machine)))
    return found[:PLANS]


def _request(chance: random.Random, policy: Policy, machine: Machine) -> RepairRequest:
    verdicts = _REPAIRED if chance.random() < 0.7 else chance.sample(_REPAIRED, chance.randint(1, len(_REPAIRED)))
    settings = ClientRequest(host="kms01.corp.example", port=chance.choice((1688, 1689)))
    wishes = Wishes(
        frozenset(verdicts),
        activate=chance.random() < 0.8,
        served=chance.random() < 0.8,
        settings=settings if chance.random() < 0.3 else None,
    )
    return RepairRequest(policy, machine.name, machine.address, wishes, require_activation=chance.random() < 0.3)


def _built(seed: int) -> Fleet:
    scenario = {**fleet_of(seed).scenario, "clock": "2026-11-24T08:00:00Z"}
    # What waits in the lab itself would wait in truth.
    delays = {"activation": 0, "timeout": 0, "service_start": 1, "service_stop": 1}
    scenario["defaults"] = {**scenario.get("defaults", {}), "delays": delays, "automatic": False}
    return build_fleet(parse_scenario(scenario), "1", source=lambda: 0.0)


class Pipe:
    """Hands envelopes to the service of a machine, whichever session asks."""

    def __init__(self, machine: Machine) -> None:
        self._service = Service(machine, lambda: 0.0)

    async def answer(self, request: str) -> bytes:
        account = Account("fleetadmin", "x", "CORP")
        reply = await self._service.answer(read_request(request), account)
        return reply.text.encode()

    def close(self) -> None:
        pass


class Blocking(Pipe):
    loop: asyncio.AbstractEventLoop

    def exchange(self, request: str, *, timeout: float | None = None) -> bytes:
        return self.loop.run_until_complete(self.answer(request))


class Asynchronous(Pipe):
    async def exchange(self, request: str, *, timeout: float | None = None) -> bytes:
        return await self.answer(request)


def _endpoint(machine: Machine) -> Endpoint:
    return Endpoint(machine.name, machine.address, 5985, "http", username="CORP\\fleetadmin", password=Secret("x"))


def _by_the_blocking_pump(fleet: Fleet, machine: Machine, work: Work[RepairReport]) -> RepairReport:
    session = Session(Blocking(machine), context_for(_endpoint(machine)), machine.name)
    return take(session, work, lambda seconds: fleet.advance(timedelta(seconds=seconds)))


def _by_the_asynchronous_pump(fleet: Fleet, machine: Machine, work: Work[RepairReport]) -> RepairReport:
    async def pause(seconds: float) -> None:
        fleet.advance(timedelta(seconds=seconds))

    session = AsyncSession(Asynchronous(machine), context_for(_endpoint(machine)), machine.name)
    return asyncio.run(take_async(session, work, pause))


Pump = Callable[[Fleet, Machine, Work[RepairReport]], RepairReport]


def _said(pump: Pump, fleet: Fleet, plan: Plan) -> tuple[str, Any]:
    """What is reported: the actions that were done, or the error."""
    try:
        report = pump(fleet, fleet.machines[plan.machine], repair_steps(plan.request))
    except ChangeFailed as failed:
        return str(failed), failed.changed
    except _EXPECTED as error:
        return str(error), None
    return report.judged_after.verdict.value, report.done


@pytest.fixture(scope="module", autouse=True)
def _loop() -> Iterator[None]:
    """One for all envelopes, since making one takes longer than an answer."""
    Blocking.loop = asyncio.new_event_loop()
    yield
    Blocking.loop.close()


@pytest.fixture(scope="module")
def plans() -> list[Plan]:
    return _plans()


@pytest.mark.parametrize("first", range(0, PLANS, BATCH))
def test_both_pumps_leave_the_lab_in_the_same_state(plans: list[Plan], first: int) -> None:
    fleets: dict[int, tuple[Fleet, Fleet]] = {}
    done = 0
    for plan in plans[first : first + BATCH]:
        one, other = fleets.setdefault(plan.fleet, (_built(plan.fleet), _built(plan.fleet)))
        said = _said(_by_the_blocking_pump, one, plan)
        assert _said(_by_the_asynchronous_pump, other, plan) == said, plan
        done += isinstance(said[1], tuple) and bool(said[1])
    for seed, (one, other) in fleets.items():
        for machine in one:
            assert machine_state(machine) == machine_state(other.machines[machine.name]), (seed, machine.name)
        assert _asked(one) == _asked(other)
    # Enough of them were plans with something to do.
    assert done >= BATCH // 5


def _asked(fleet: Fleet) -> list[Any]:
    """What the machines were asked to do, in its order."""
    return [(event["machine"], event["method"]) for event in fleet.events if event["kind"] == "invoke"]
