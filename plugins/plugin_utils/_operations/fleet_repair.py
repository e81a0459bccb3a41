# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repair thousands of machines at once: ``repair`` for a whole fleet, a few machines first, and no further than agreed.

All machines are read and their plans made before any is changed. Then the canaries go, to the end, and the others only
if each of them was proved. A machine that was begun is brought to its end, whatever stops the run.

A machine that could not be activated tries once more after all others: until then its question may have reached a KMS
host that is no longer one, or its own KMS host may have counted too few clients.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from .._policy.plan import ActionKind
from .._policy.rollout import Failures, Share, choose_canaries
from .._policy.verdict import Verdict
from .._spp.steps import Note, Work
from .._winrm.endpoint import Endpoint
from .._winrm.lockout import LockoutGuard
from .._winrm.stream.shared import Traffic
from .errors import HeldBack
from .fleet import Bounds, Fleet, Row
from .repair import Planned, RepairReport, RepairRequest, planning_steps, repair_steps

# Until then the running service works with the former key: no machine is left in between for want of time.
_NEVER_LATE = ActionKind.RESTART_SERVICE.value


@dataclass(frozen=True)
class Order:
    """How to go about it. ``activations`` is how many machines may ask the KMS host in a second, 0 for any number.

    ``bounds.host_timeout`` ends the reading of a machine; one that is being changed begins no further action after it.
    """

    bounds: Bounds
    canaries: int = 1
    max_failures: Share | None = None
    activations: float = 0.0
    check: bool = False


class Client(Protocol):
    """Whoever has a fleet repaired: says what is wanted, hears of every machine, and may object."""

    def request(self, endpoint: Endpoint) -> RepairRequest:
        """What is to be done about a machine."""

    def planned(self, row: Row[Planned]) -> None:
        """A machine was read and its plan made, or could not be read."""

    def replan(self) -> Iterable[Endpoint]:
        """Machines whose plan may be another one by what is known now that all were read."""

    def allow(self, due: Sequence[Endpoint]) -> None:
        """Nothing was changed yet. Raise, and nothing will be."""

    async def note(self, endpoint: Endpoint, note: Note) -> None:
        """A machine is about to be changed. Raise HeldBack to prevent it."""

    def repaired(self, row: Row[RepairReport]) -> None:
        """A machine was brought to its end, or it was not begun, which is the outcome HeldBack."""

    def abandoned(self) -> bool:
        """Whether nobody waits for the result any more."""


@dataclass(frozen=True)
class Rollout:
    """How a run went. ``stopped`` says why not all machines were begun, None where they were."""

    traffic: Traffic
    due: int
    canaries: tuple[str, ...] = ()
    stopped: str | None = None


class Command(Protocol):
    """Whoever decides what concerns all machines, of which this run may have a part only."""

    @property
    def reason(self) -> str | None:
        """Why no further machine must be begun; None where it may."""

    async def replan(self) -> Iterable[Endpoint]:
        """Wait until all machines were read. Those whose plan may be another one by what is known then."""

    async def allow(self, due: Sequence[Release]) -> Sequence[str]:
        """Wait until all plans were made. Those that go first. Raises where nothing must be changed."""

    def saw(self, name: str, failed: bool) -> None:
        """A machine was brought to its end."""

    async def passed(self) -> None:
        """Wait until all machines of this pass were brought to their end: the first, or all."""


#: A machine that is to be changed, and its build, by which releases are told apart.
Release = tuple[Endpoint, Hashable]


class OwnCommand:
    """Decides alone, since all machines are this run's."""

    def __init__(self, order: Order, client: Client) -> None:
        self._client = client
        self._order = order
        self._failures = Failures(order.max_failures, 0)
        self._first_are_over = False

    @property
    def reason(self) -> str | None:
        return self._failures.reason

    async def replan(self) -> Iterable[Endpoint]:
        return self._client.replan()

    async def allow(self, due: Sequence[Release]) -> Sequence[str]:
        if due:
            await asyncio.to_thread(self._client.allow, [endpoint for endpoint, _build in due])
        self._failures.due = len(due)
        return choose_canaries([(one.inventory_name, build) for one, build in due], self._order.canaries)

    def saw(self, name: str, failed: bool) -> None:
        self._failures.saw(name, failed)

    async def passed(self) -> None:
        if not self._first_are_over:
            self._failures.first_are_over()
        self._first_are_over = True


def repair_fleet(endpoints: Iterable[Endpoint], order: Order, client: Client) -> Rollout:
    """Read, plan and repair all machines. What ``client.allow`` raises is raised before anything was changed."""
    return asyncio.run(repairing(endpoints, order, client))


async def repairing(
    endpoints: Iterable[Endpoint],
    order: Order,
    client: Client,
    command: Command | None = None,
    lockout: LockoutGuard | None = None,
) -> Rollout:
    """``repair_fleet`` in an event loop that is there already, perhaps for a part of the machines."""
    return await _Run(order, client, command or OwnCommand(order, client), lockout).run(endpoints)


class _Run:
    def __init__(self, order: Order, client: Client, command: Command, lockout: LockoutGuard | None) -> None:
        self._order = order
        self._client = client
        self._command = command
        self._lockout = lockout
        self._plans: dict[str, tuple[Endpoint, Planned]] = {}
        self._began: dict[str, float] = {}
        self._not_activated: dict[str, RepairReport] = {}
        self._stopped: str | None = None
        self._waves = _Waves(order.activations)

    async def run(self, endpoints: Iterable[Endpoint]) -> Rollout:
        async with Fleet(self._order.bounds, self._lockout) as self._fleet:
            await self._fleet.each(endpoints, self._planning, self._planned)
            await self._fleet.each(await self._command.replan(), self._planning, self._planned)
            due = [
                (endpoint, planned.before.snapshot.os.build)
                for endpoint, planned in self._plans.values()
                if planned.plan.changes
            ]
            canaries = await self._command.allow(due)
            if not self._order.check:
                await self._roll_out([endpoint for endpoint, _build in due], canaries)
            return Rollout(self._fleet.traffic, len(due), tuple(canaries), self._stopped)

    def _planning(self, endpoint: Endpoint) -> Work[Planned]:
        return planning_steps(self._client.request(endpoint))

    def _planned(self, row: Row[Planned]) -> None:
        if isinstance(row.outcome, Planned):
            self._plans[row.name] = (row.endpoint, row.outcome)
        self._client.planned(row)

    async def _roll_out(self, due: Sequence[Endpoint], canaries: Container[str]) -> None:
        self._plans.clear()
        await self._pass([endpoint for endpoint in due if endpoint.inventory_name in canaries])
        await self._command.passed()
        await self._pass([endpoint for endpoint in due if endpoint.inventory_name not in canaries])
        await self._command.passed()
        await self._pass([endpoint for endpoint in due if endpoint.inventory_name in self._not_activated])

    async def _pass(self, endpoints: Sequence[Endpoint]) -> None:
        """Bring these to their end. Those that are not begun any more are told of, too."""
        going = self._while_going_on(endpoints)
        await self._fleet.each_to_the_end(going, self._repairing, self._repaired, self._note)
        for endpoint in endpoints:
            if endpoint.inventory_name not in self._began:
                self._stopped = self._reason_to_stop()
                self._client.repaired(Row(endpoint, self._held_back(), 0.0))

    def _while_going_on(self, endpoints: Iterable[Endpoint]) -> Iterator[Endpoint]:
        for endpoint in endpoints:
            if self._reason_to_stop() is not None:
                return
            yield endpoint

    def _repairing(self, endpoint: Endpoint) -> Work[RepairReport]:
        if self._reason_to_stop() is not None:
            raise self._held_back()
        self._began[endpoint.inventory_name] = asyncio.get_running_loop().time()
        request = self._client.request(endpoint)
        if endpoint.inventory_name in self._not_activated:
            verdicts = request.wishes.verdicts | {Verdict.NOT_ACTIVATED}
            request = replace(request, wishes=replace(request.wishes, verdicts=verdicts))
        return repair_steps(request)

    def _repaired(self, row: Row[RepairReport]) -> None:
        if row.name not in self._began:
            return  # told of at the end of the pass
        report = row.outcome
        earlier = self._not_activated.pop(row.name, None)
        if earlier is not None:
            # It is repaired; the second attempt at its activation makes it better or leaves it as it was.
            report = earlier.followed_by(report) if isinstance(report, RepairReport) else earlier
        else:
            self._command.saw(row.name, not (isinstance(report, RepairReport) and report.proved))
            if isinstance(report, RepairReport) and report.undone is not None:
                self._not_activated[row.name] = report
        self._client.repaired(replace(row, outcome=report))

    async def _note(self, endpoint: Endpoint, note: Note) -> None:
        if note.next != _NEVER_LATE:
            self._see_that_it_may_go_on(endpoint)
        if note.next == ActionKind.ACTIVATE.value:
            await self._waves.turn()
        await self._client.note(endpoint, note)

    def _see_that_it_may_go_on(self, endpoint: Endpoint) -> None:
        patience = self._order.bounds.host_timeout
        if asyncio.get_running_loop().time() - self._began[endpoint.inventory_name] > patience:
            raise HeldBack(
                f"{endpoint.label}: its {patience:g}-second limit passed.",
                "Run this task again, which continues where this one ended; raise host_timeout if the machine is slow.",
            )
        if self._client.abandoned():
            raise HeldBack(f"{endpoint.label}: the playbook has ended.", "Run it again.")

    def _reason_to_stop(self) -> str | None:
        if self._command.reason is not None:
            return self._command.reason
        if self._fleet.seconds_left == 0:
            return f"the run's deadline passed ({self._order.bounds.deadline:g} seconds)"
        return "the playbook has ended" if self._client.abandoned() else None

    def _held_back(self) -> HeldBack:
        return HeldBack(
            f"It was left as it was, because {self._reason_to_stop()}.",
            "Fix that, and run this task again.",
        )


class _Waves:
    """Lets so many pass in a second, evenly."""

    def __init__(self, a_second: float) -> None:
        self._gap = 1.0 / a_second if a_second else 0.0
        self._free = 0.0

    async def turn(self) -> None:
        """Wait for one's turn."""
        now = asyncio.get_running_loop().time()
        mine = max(now, self._free)
        self._free = mine + self._gap
        if mine > now:
            await asyncio.sleep(mine - now)
