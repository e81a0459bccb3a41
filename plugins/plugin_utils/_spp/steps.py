# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on a machine as a sequence of steps, so that one text serves one host and a fleet of them.

A piece of work is a generator. It yields a ``Query`` and gets rows back, or an ``Invoke`` and gets what the method
returned, or a ``Pause``, or a ``Note`` of what it is about to do; whatever fails is thrown into it. It returns what it
has found or done, and never touches a socket or a clock. Two pumps carry it: ``take`` over a blocking session,
``take_async`` over an asynchronous one.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from .._winrm.errors import WinrmError
from .._wsman import Instance, MethodResult, WsmanError, WsmanFault
from . import schema

Rows: TypeAlias = tuple[Instance, ...]
Argument: TypeAlias = str | int | bool
Arguments: TypeAlias = Mapping[str, Argument | Sequence[Argument] | None]

# A licensing service that is just stopping or starting refuses every call with this code and has done nothing, so that
# asking again is safe for reads and method calls alike.
SERVICE_STOPPING = 0xC004F075
_PAUSES = (1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Query:
    """One WQL query."""

    text: str
    types: Mapping[str, str] | None = None
    namespace: str = schema.NAMESPACE


@dataclass(frozen=True)
class Invoke:
    """One method call, sent once. ``timeout`` is how many seconds the machine may work on it.

    ``reads`` says that the method changes nothing, as the Get methods of StdRegProv: then it may be asked again.
    """

    class_name: str
    method: str
    arguments: Arguments | None = None
    selectors: Mapping[str, str] | None = None
    namespace: str = schema.NAMESPACE
    timeout: float | None = None
    types: Mapping[str, str] | None = None
    reads: bool = False

    def __repr__(self) -> str:
        """Without the arguments, which may be a product key."""
        return f"Invoke({self.class_name}.{self.method})"


@dataclass(frozen=True)
class Pause:
    """Wait this many seconds before the next step."""

    seconds: float


@dataclass(frozen=True)
class Note:
    """What is done so far and what comes next, in words of the verb, for whoever keeps a journal.

    The next step is taken once the note has been taken. Whoever takes it may object by raising, which ends the work.
    """

    done: tuple[str, ...]
    next: str


Step: TypeAlias = Query | Invoke | Pause | Note

T = TypeVar("T")

#: What a step is answered with depends on its kind, which Python cannot say of a generator.
Work: TypeAlias = Generator[Step, Any, T]

# What the other side may cause. Anything else is a fault of this program.
_FAILURES = (WsmanError, WinrmError)


class Session(Protocol):
    """What ``take`` needs of a session."""

    def query(self, wql: str, namespace: str = ..., types: Mapping[str, str] | None = ...) -> Rows:
        """All instances a WQL query yields."""

    def invoke(
        self,
        class_name: str,
        method: str,
        arguments: Arguments | None = ...,
        selectors: Mapping[str, str] | None = ...,
        namespace: str = ...,
        timeout: float | None = ...,
        types: Mapping[str, str] | None = ...,
        reads: bool = ...,
    ) -> MethodResult:
        """Call a method."""


class AsyncSession(Protocol):
    """What ``take_async`` needs of a session."""

    async def query(self, wql: str, namespace: str = ..., types: Mapping[str, str] | None = ...) -> Rows:
        """All instances a WQL query yields."""

    async def invoke(
        self,
        class_name: str,
        method: str,
        arguments: Arguments | None = ...,
        selectors: Mapping[str, str] | None = ...,
        namespace: str = ...,
        timeout: float | None = ...,
        types: Mapping[str, str] | None = ...,
        reads: bool = ...,
    ) -> MethodResult:
        """Call a method."""


def patiently(step: Query | Invoke) -> Work[Any]:
    """One step, with up to seven seconds of patience for a licensing service that is just stopping or starting."""
    for seconds in _PAUSES:
        try:
            return (yield step)
        except WsmanFault as fault:
            if fault.hresult != SERVICE_STOPPING:
                raise
        yield Pause(seconds)
    return (yield step)


def ask(text: str, types: Mapping[str, str]) -> Work[Rows]:
    """One query of the licensing classes, with patience."""
    rows: Rows = yield from patiently(Query(text, types))
    return rows


def take(
    session: Session,
    work: Work[T],
    sleep: Callable[[float], None] | None = None,
    note: Callable[[Note], None] = lambda _note: None,
) -> T:
    """Carry a piece of work out over a blocking session. ``note`` takes its notes."""

    def perform(step: Step) -> Any:
        if isinstance(step, Query):
            return session.query(step.text, namespace=step.namespace, types=step.types)
        if isinstance(step, Invoke):
            return session.invoke(step.class_name, step.method, step.arguments, step.selectors, **_of(step))
        return note(step) if isinstance(step, Note) else (sleep or time.sleep)(step.seconds)

    try:
        step = next(work)
        while True:
            try:
                answer = perform(step)
            except Exception as failure:
                step = work.throw(_told(step, failure))
            else:
                step = work.send(answer)
    except StopIteration as end:
        result: T = end.value
        return result


async def take_async(
    session: AsyncSession,
    work: Work[T],
    sleep: Callable[[float], Awaitable[object]],
    note: Callable[[Note], Awaitable[None]] | None = None,
) -> T:
    """Carry a piece of work out over an asynchronous session. ``note`` takes its notes."""

    async def perform(step: Step) -> Any:
        if isinstance(step, Query):
            return await session.query(step.text, namespace=step.namespace, types=step.types)
        if isinstance(step, Invoke):
            return await session.invoke(step.class_name, step.method, step.arguments, step.selectors, **_of(step))
        if isinstance(step, Note):
            return await note(step) if note is not None else None
        return await sleep(step.seconds)

    try:
        step = next(work)
        while True:
            try:
                answer = await perform(step)
            except Exception as failure:
                step = work.throw(_told(step, failure))
            else:
                step = work.send(answer)
    except StopIteration as end:
        result: T = end.value
        return result


def _told(step: Step, failure: Exception) -> Exception:
    """What the work is told of. A fault of this program is none of its business, so that is raised."""
    if isinstance(failure, _FAILURES) or isinstance(step, Note):
        return failure
    raise failure


def _of(step: Invoke) -> dict[str, Any]:
    return {"namespace": step.namespace, "timeout": step.timeout, "types": step.types, "reads": step.reads}
