# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A repair in several processes. Each carries out the plans of its machines; what concerns all is decided in one place.

The process that began the crew has the journal, the guard, the results and the limits. A member waits for it before a
machine is changed (the journal), and wherever all machines must have come to the same point: when all were read, when
all plans are made, when the first ones were repaired, and when all were.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..._crew.crew import Crew, Home
from ..._operations.crew_guard import LeadGuard, MemberGuard, Outcome, Turn
from ..._operations.fleet_repair import Order, Release, Rollout
from ..._policy.fleet import Coverage
from ..._policy.rollout import Failures, choose_canaries
from ..._policy.verdict import Verdict
from ..._winrm.endpoint import Endpoint
from ..._winrm.stream.shared import Traffic
from .hosts import FleetHosts, Noted
from .line_file import LineFileError
from .same_texts import SameTexts

Result = dict[str, Any]


@dataclass
class Sights:
    """What was seen of the whole fleet, or of a part of it, by which it is decided whether anything may be changed."""

    coverage: Coverage
    serving: set[str]
    served: bool

    def add(self, other: Sights) -> None:
        """What another process has seen of its part."""
        self.coverage.add(other.coverage)
        self.serving |= other.serving
        self.served = self.served or other.served


# --- what members say and ask


@dataclass(frozen=True)
class Done:
    """A machine has a result."""

    name: str
    result: Result


@dataclass(frozen=True)
class _Ended:
    """For the journal."""

    name: str
    done: Sequence[str]
    verdict: Verdict


@dataclass(frozen=True)
class _Saw:
    name: str
    failed: bool


@dataclass(frozen=True)
class Finished:
    """A member has nothing more to do."""

    rollout: Rollout
    noted: Noted


@dataclass(frozen=True)
class _Noted:
    """For the journal, before the next action."""

    name: str
    done: tuple[str, ...]
    next: str


@dataclass(frozen=True)
class _WereRead:
    """All machines of a member were read."""

    sights: Sights


@dataclass(frozen=True)
class _Due:
    """All plans of a member are made. ``releases``: the machines to be changed, and the build of each."""

    sights: Sights
    releases: list[tuple[str, Any]]


@dataclass(frozen=True)
class _Passed:
    """All machines of a pass were brought to their end."""


@dataclass(frozen=True)
class _Stop:
    """News: no further machine is begun. ``gone``: nobody waits for the result, so that nothing more is done at all."""

    reason: str
    gone: bool = False


class MemberJournal:
    """The journal as a member has it: each line is on the disk when ``note`` returns, written by the other process."""

    def __init__(self, home: Home, begun: Iterable[str]) -> None:
        self._home = home
        self.begun = set(begun)

    async def note(self, host: str, done: tuple[str, ...], following: str) -> None:
        """See ``Journal.note``."""
        self.begun.add(host)
        trouble: str | None = await self._home.ask(_Noted(host, done, following))
        if trouble is not None:
            raise LineFileError(trouble)

    def end(self, host: str, done: Sequence[str], verdict: str) -> None:
        """See ``Journal.end``."""
        self.begun.discard(host)
        self._home.tell(_Ended(host, done, Verdict(verdict)))


class MemberCommand:
    """What a member is told. ``sights`` are those of its own machines."""

    def __init__(self, home: Home, sights: Callable[[], Sights], replan: Callable[[bool], Iterable[Endpoint]]) -> None:
        self._home = home
        self._sights = sights
        self._replan = replan
        self.reason: str | None = None
        self.gone = False

    def hear(self, stop: _Stop) -> None:
        """All are told to stop."""
        self.reason = stop.reason
        self.gone = self.gone or stop.gone

    async def replan(self) -> Iterable[Endpoint]:
        return self._replan(await self._home.ask(_WereRead(self._sights())))

    async def allow(self, due: Sequence[Release]) -> Sequence[str]:
        releases = [(endpoint.inventory_name, build) for endpoint, build in due]
        canaries: Sequence[str] = await self._home.ask(_Due(self._sights(), releases))
        return canaries

    def saw(self, name: str, failed: bool) -> None:
        self._home.tell(_Saw(name, failed))
        if failed:
            # The others are to stop in time.
            self._home.flush()

    async def passed(self) -> None:
        await self._home.ask(_Passed())


def hear_all(home: Home, guard: MemberGuard, command: MemberCommand) -> None:
    """Pass on to each of a member what is for it."""

    def hear(news: Any) -> None:
        if isinstance(news, _Stop):
            command.hear(news)
        else:
            guard.hear(news)

    home.on_news(hear)


class Whole(Protocol):
    """The repair as a whole, as the crew's lead knows it."""

    sights: Sights

    def keep(self, name: str, result: Result) -> None:
        """A machine has a result."""

    def allow_changes(self, due: Sequence[str]) -> None:
        """Nothing was changed yet. Raise, and nothing will be."""

    async def journal_note(self, host: str, done: tuple[str, ...], following: str) -> None:
        """A machine is about to be changed. Raises LineFileError."""

    def journal_end(self, host: str, done: Sequence[str], verdict: Verdict) -> None:
        """A machine was brought to its end."""

    def abandoned(self) -> bool:
        """Whether nobody waits for the result any more."""


class Lead:
    """Decides what concerns all members."""

    def __init__(self, crew: Crew, members: int, order: Order, whole: Whole, hosts: FleetHosts) -> None:
        self._crew = crew
        self._order = order
        self._whole = whole
        self._hosts = hosts
        self._guard = LeadGuard(order.bounds.refusals, crew.tell_all)
        self._failures = Failures(order.max_failures, 0)
        self._texts = SameTexts()
        self._living = set(range(members))
        self._were_read = _Point(self._living, _nothing)
        self._planned = _Point(self._living, self._decide)
        self._passes = (_Point(self._living, self._after_the_first), _Point(self._living, _nothing))
        self._passed = Counter[int]()
        self._due: list[tuple[str, Any]] = []
        self._rollouts: dict[int, Rollout] = {}
        self._canaries: list[str] = []
        self._stopped = self._gone = False
        #: Machines that were to be changed and have not come to their end.
        self.open: set[str] = set()

    @property
    def rollout(self) -> Rollout:
        """How the run went as a whole."""
        traffic, parts = Traffic(), list(self._rollouts.values())
        for part in parts:
            traffic.add(part.traffic)
        stopped = next((part.stopped for part in parts if part.stopped), None)
        return Rollout(traffic, sum(part.due for part in parts), tuple(self._canaries), stopped)

    @property
    def finished(self) -> set[int]:
        """The members that came to their end."""
        return set(self._rollouts)

    def hear(self, member: int, message: Any) -> None:
        if isinstance(message, Done):
            self.open.discard(message.name)
            self._texts.in_place(message.result)
            self._whole.keep(message.name, message.result)
            if self._whole.abandoned():
                self._stop("the playbook has ended", gone=True)
        elif isinstance(message, Outcome):
            self._guard.hear(message)
        elif isinstance(message, _Ended):
            self._whole.journal_end(message.name, message.done, message.verdict)
        elif isinstance(message, _Saw):
            self._failures.saw(message.name, message.failed)
            self._heed_failures()
        elif isinstance(message, Finished):
            self._rollouts[member] = message.rollout
            self._hosts.take_noted(message.noted)

    async def answer(self, member: int, question: Any) -> Any:
        if isinstance(question, Turn):
            return await self._guard.answer(member, question)
        if isinstance(question, _Noted):
            try:
                await self._whole.journal_note(question.name, question.done, question.next)
            except LineFileError as error:
                return str(error)
            return None
        if isinstance(question, _WereRead):
            self._whole.sights.add(question.sights)
            await self._were_read.reach(member)
            return self._whole.sights.served
        if isinstance(question, _Due):
            self._whole.sights.add(question.sights)
            self._due += question.releases
            await self._planned.reach(member)
            return self._canaries
        self._passed[member] += 1
        await self._passes[self._passed[member] - 1].reach(member)
        return None

    def ended(self, member: int) -> None:
        self._guard.ended(member)
        self._living.discard(member)
        for point in (self._were_read, self._planned, *self._passes):
            point.look()

    async def _decide(self) -> None:
        names = [name for name, _build in self._due]
        if names:
            await asyncio.to_thread(self._whole.allow_changes, names)
        self._failures.due = len(names)
        self._canaries = choose_canaries(self._due, self._order.canaries)
        if not self._order.check:
            self.open = set(names)

    async def _after_the_first(self) -> None:
        self._failures.first_are_over()
        self._heed_failures()

    def _heed_failures(self) -> None:
        if self._failures.reason is not None:
            self._stop(self._failures.reason)

    def _stop(self, reason: str, gone: bool = False) -> None:
        if not self._stopped or (gone and not self._gone):
            self._stopped, self._gone = True, gone
            self._crew.tell_all(_Stop(reason, gone))


async def _nothing() -> None:
    return


class _Point:
    """Where members wait for each other. The last to come decides, before anybody goes on."""

    def __init__(self, living: set[int], decide: Callable[[], Awaitable[None]]) -> None:
        self._living = living
        self._decide = decide
        self._arrived: set[int] = set()
        self._deciding = self._over = False
        self._waiting: list[asyncio.Future[None]] = []

    async def reach(self, member: int) -> None:
        """Wait for all that live. Raises what the decision raises."""
        self._arrived.add(member)
        self.look()
        while not self._over:
            if self._living <= self._arrived and not self._deciding:
                self._deciding = True
                await self._decide()
                self._over = True
                self.look()
            else:
                waiting = asyncio.get_running_loop().create_future()
                self._waiting.append(waiting)
                await waiting

    def look(self) -> None:
        """Let those that wait look whether they still have to."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.done():
                one.set_result(None)
