# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same work on thousands of machines at once: each machine a row, errors as values.

Machines are spoken to over asynchronous streams, those that only pywinrm can talk to in threads beside them. A machine
that is slow, dead or hostile costs its own place until its own deadline and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import math
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Generic, TypeVar

from ...module_utils._text import printable
from .._spp.steps import Note, Work, take, take_async
from .._winrm.async_session import AsyncSession
from .._winrm.daemon_threads import DaemonThreads
from .._winrm.endpoint import Endpoint
from .._winrm.errors import Proof, TicketRefused, TimedOut, Unexpected, WinrmError
from .._winrm.lockout import Attempt, LockoutGuard
from .._winrm.session import Session, context_for
from .._winrm.stream.pipe import StreamPipe
from .._winrm.stream.shared import Shared, Traffic
from .._wsman import WsmanError, WsmanFault
from . import descriptors
from .audit import Audit, NeedsName, audit_steps
from .errors import OutOfTime

T = TypeVar("T")

# pywinrm's machines at a time: more threads than this only take turns on the processor.
_BLOCKING = 32

# Seconds that computing connections may block everybody, and the time they get where it took longer.
_LONG, _BREATH = 0.1, 0.05

# Threads in all; some may still wait for a machine that was given up.
_THREADS = 4 * _BLOCKING


@dataclass(frozen=True)
class Bounds:
    """How much at once, and how long: for one machine and for all of them, in seconds.

    ``refusals`` is how many machines may refuse a domain account that none has taken, 0 for any number.
    """

    in_flight: int = 256
    host_timeout: float = 60.0
    deadline: float | None = None
    refusals: int = 3


@dataclass(frozen=True)
class Row(Generic[T]):
    """One machine: what came of the work, or why nothing did. ``seconds`` is how long it took."""

    endpoint: Endpoint
    outcome: T | Exception
    seconds: float

    @property
    def name(self) -> str:
        return self.endpoint.inventory_name


OnRow = Callable[[Row[T]], None]

#: Takes the notes of the work on one machine.
TakeNote = Callable[[Endpoint, Note], Awaitable[None]]

NameOf = Callable[[Endpoint], NeedsName | None]


def survey(
    endpoints: Iterable[Endpoint],
    bounds: Bounds,
    on_row: OnRow[Audit],
    office: bool = False,
    needs_name: NameOf = lambda _endpoint: None,
) -> Traffic:
    """Read all machines. Each one that was begun is handed to ``on_row``, in the order in which they are done.

    ``endpoints`` is consumed as places become free, so that it may be computed meanwhile. When the deadline has passed,
    machines under way are rows with OutOfTime, and those not begun have no row. Returns what went over the wire.
    """
    return asyncio.run(surveying(endpoints, bounds, on_row, office, needs_name))


async def surveying(
    endpoints: Iterable[Endpoint],
    bounds: Bounds,
    on_row: OnRow[Audit],
    office: bool = False,
    needs_name: NameOf = lambda _endpoint: None,
    lockout: LockoutGuard | None = None,
) -> Traffic:
    """``survey`` in an event loop that is there already, perhaps with a guard that others share."""
    async with Fleet(bounds, lockout) as fleet:
        await fleet.each(endpoints, lambda one: audit_steps(False, office, needs_name(one)), on_row)
        return fleet.traffic


class Fleet:
    """What several passes over the machines share: accounts, the guard of these, threads, and the time there is.

    Belongs to one event loop. Use it with ``async with``. ``lockout`` is for a guard that others share.
    """

    def __init__(self, bounds: Bounds, lockout: LockoutGuard | None = None) -> None:
        self._bounds = bounds
        self._lockout = LockoutGuard(bounds.refusals) if lockout is None else lockout
        self._in_flight = descriptors.affordable(bounds.in_flight)

    async def __aenter__(self) -> Fleet:
        self._shared = Shared(lockout=self._lockout)
        self._threads = DaemonThreads(_THREADS, "winfleet-pywinrm")
        deadline = self._bounds.deadline
        self._end = None if deadline is None else asyncio.get_running_loop().time() + deadline
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._shared.close()
        self._threads.close()

    @property
    def traffic(self) -> Traffic:
        """What went over the wire so far."""
        return self._shared.traffic

    @property
    def seconds_left(self) -> float | None:
        """Until the deadline; None where there is none."""
        return None if self._end is None else max(0.0, self._end - asyncio.get_running_loop().time())

    async def each(self, endpoints: Iterable[Endpoint], work: Callable[[Endpoint], Work[T]], on_row: OnRow[T]) -> None:
        """One pass that may be cut off at any time, such as reading: by ``host_timeout`` and by the deadline.

        Each machine that was begun is handed to ``on_row``. An error of ``on_row`` or ``endpoints`` ends the pass.
        """
        machines = _Pass(self._bounds, self._shared, self._threads, work, on_row)
        await machines.run(endpoints, self._in_flight, self.seconds_left)

    async def each_to_the_end(
        self,
        endpoints: Iterable[Endpoint],
        work: Callable[[Endpoint], Work[T]],
        on_row: OnRow[T],
        note: TakeNote,
    ) -> None:
        """One pass over machines that are being changed. One that was begun is not cut off: who waits for it is told
        by its notes, and may object there. Each of its requests and each patience has bounds of its own.
        """
        machines = _Pass(replace(self._bounds, host_timeout=math.inf), self._shared, self._threads, work, on_row, note)
        await machines.run(endpoints, self._in_flight, None)


class _Pass(Generic[T]):
    def __init__(
        self,
        bounds: Bounds,
        shared: Shared,
        threads: DaemonThreads,
        work: Callable[[Endpoint], Work[T]],
        on_row: OnRow[T],
        note: TakeNote | None = None,
    ) -> None:
        self._bounds = bounds
        self._shared = shared
        self._threads = threads
        self._work = work
        self._on_row = on_row
        self._note = note
        # Machines whose turn is next.
        self._ready: deque[Endpoint] = deque()
        self._exhausted = False
        self._for_threads: asyncio.Queue[Endpoint | None] = asyncio.Queue()
        self._turn = asyncio.Lock()

    async def run(self, endpoints: Iterable[Endpoint], in_flight: int, seconds: float | None) -> None:
        self._in_flight = in_flight
        source = iter(endpoints)
        streams = [asyncio.ensure_future(self._stream_place(source)) for _unused in range(in_flight)]
        threads = [asyncio.ensure_future(self._thread_place()) for _unused in range(_BLOCKING)]
        closing = asyncio.ensure_future(self._no_more_for_threads(streams))
        await self._within([closing, *streams, *threads], seconds)

    async def _within(self, places: Sequence[asyncio.Future[None]], seconds: float | None) -> None:
        try:
            done, _pending = await asyncio.wait(places, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for place in places:
                place.cancel()
            await asyncio.gather(*places, return_exceptions=True)
        for place in done:
            if not place.cancelled():
                # An error of the caller's own, such as in on_row or in computing the endpoints.
                place.result()

    async def _no_more_for_threads(self, streams: Sequence[asyncio.Future[None]]) -> None:
        await asyncio.wait(streams)
        for _unused in range(_BLOCKING):
            self._for_threads.put_nowait(None)

    async def _next(self, source: Iterator[Endpoint]) -> Endpoint | None:
        """The next machine."""
        while not self._ready and not self._exhausted:
            async with self._turn:
                if not self._ready and not self._exhausted:
                    await self._compute(source)
        return self._ready.popleft() if self._ready else None

    async def _compute(self, source: Iterator[Endpoint]) -> None:
        """Compute machines for all places at once, which takes half of the processor that one after the other does:
        the code stays in its caches, and machines that begin together go on together.

        A lookup in the variables of one may block. Then there are fewer, and the machines under way get their answers
        before the next; their time would be up otherwise.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        for endpoint in itertools.islice(source, self._in_flight):
            self._ready.append(endpoint)
            if loop.time() - began > _LONG:
                await asyncio.sleep(_BREATH)
                return
        self._exhausted = len(self._ready) < self._in_flight

    async def _stream_place(self, source: Iterator[Endpoint]) -> None:
        while (endpoint := await self._next(source)) is not None:
            if self._shared.speaks_to(endpoint):
                await self._fill(endpoint, self._streamed)
            else:
                self._for_threads.put_nowait(endpoint)

    async def _thread_place(self) -> None:
        while (endpoint := await self._for_threads.get()) is not None:
            await self._fill(endpoint, self._threaded)

    async def _fill(self, endpoint: Endpoint, carry_out: Callable[[Endpoint], Awaitable[T]]) -> None:
        """One machine in one place, from its beginning to its row."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        patience = self._bounds.host_timeout
        outcome: T | Exception
        try:
            outcome = await asyncio.wait_for(carry_out(endpoint), None if math.isinf(patience) else patience)
        except asyncio.CancelledError:
            self._on_row(Row(endpoint, _out_of_time(endpoint, self._bounds), loop.time() - started))
            raise
        except asyncio.TimeoutError:
            outcome = _host_timed_out(endpoint, self._bounds)
        except (WinrmError, WsmanError) as error:
            outcome = error
        except Exception as error:
            outcome = _told(endpoint, error)
        self._on_row(Row(endpoint, outcome, loop.time() - started))

    async def _streamed(self, endpoint: Endpoint) -> T:
        pipe = StreamPipe(endpoint, self._shared)
        with contextlib.closing(pipe):
            session = AsyncSession(pipe, context_for(endpoint), endpoint.label)
            note = self._note
            take_note = None if note is None else lambda text: note(endpoint, text)
            return await take_async(session, self._work(endpoint), asyncio.sleep, take_note)

    async def _threaded(self, endpoint: Endpoint) -> T:
        hurried = _hurried(endpoint, self._bounds.host_timeout)
        work = self._work(endpoint)
        loop = asyncio.get_running_loop()

        def take_note(text: Note) -> None:
            if self._note is not None:
                asyncio.run_coroutine_threadsafe(_awaited(self._note(endpoint, text)), loop).result()

        with await self._shared.lockout.attempt(endpoint) as attempt:
            try:
                found = await self._threads.run(lambda: _over_pywinrm(hurried, work, take_note))
            except Exception as error:
                _tell(attempt, error)
                raise
            attempt.accepted()
        return found


def _tell(attempt: Attempt, error: Exception) -> None:
    """What a machine in a thread has let be known of the account; nothing where the account was not shown to it."""
    proof = getattr(error, "proof", Proof.NOT_SHOWN)
    if isinstance(error, TicketRefused) or proof is Proof.REFUSED:
        attempt.refused()
    elif isinstance(error, WsmanFault) or proof is Proof.ACCEPTED:
        attempt.accepted()
    elif isinstance(error, WsmanError) or proof is Proof.UNJUDGED:
        attempt.in_doubt()


async def _awaited(note: Awaitable[None]) -> None:
    await note


def _over_pywinrm(endpoint: Endpoint, work: Work[T], note: Callable[[Note], None]) -> T:
    # Most fleets need nothing of it, and to import it takes as long as to read hundreds of machines.
    from .._winrm.pywinrm.pipe import PywinrmPipe

    with Session(PywinrmPipe(endpoint), context_for(endpoint), endpoint.label) as session:
        return take(session, work, note=note)


def _hurried(endpoint: Endpoint, host_timeout: float) -> Endpoint:
    """The endpoint with no more patience than there is time: a thread cannot be cut off from outside."""
    patience = max(2, int(min(host_timeout, endpoint.read_timeout)))
    if patience >= endpoint.read_timeout:
        return endpoint
    return replace(
        endpoint, read_timeout=patience, operation_timeout=min(endpoint.operation_timeout, max(1, patience - 1))
    )


def _host_timed_out(endpoint: Endpoint, bounds: Bounds) -> TimedOut:
    return TimedOut(
        endpoint.label,
        f"reading this host did not finish within its {bounds.host_timeout:g}-second limit",
        "The host is slow or hung; check it, or raise host_timeout",
    )


def _out_of_time(endpoint: Endpoint, bounds: Bounds) -> OutOfTime:
    return OutOfTime(
        f"{endpoint.label}: the run's deadline passed while this host was being read.",
        f"Raise deadline (now {bounds.deadline:g} seconds)." if bounds.deadline is not None else "",
    )


def _told(endpoint: Endpoint, error: Exception) -> Exception:
    """An error of the subject says all there is to say; anything else is one that nobody expected of one machine."""
    if type(error).__module__.startswith(__name__.rpartition("._operations")[0]):
        return error
    return unexpected(endpoint, error)


def unexpected(endpoint: Endpoint, error: Exception) -> Unexpected:
    """What nobody expected of a machine, with all that is needed to find out."""
    what = f"{type(error).__module__}.{type(error).__qualname__}: {printable(endpoint.redact(str(error)))[:300]}"
    return Unexpected(endpoint.label, what, "This failure is not known yet; please report it with this text")
