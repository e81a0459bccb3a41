# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading as a sequence of steps, so that one text serves a blocking session and a fleet of asynchronous ones.

A reading is a generator. It yields a ``Query`` and gets rows back, or the fault thrown into it; it yields a ``Pause``
and gets nothing back; it returns what it has read. Whoever owns a session pumps it: ``take`` here, ``take_async``
for thousands of machines at once.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from .._winrm.session import Session
from .._wsman import Instance, WsmanFault
from . import schema
from .patience import PAUSES, SERVICE_STOPPING

Rows: TypeAlias = tuple[Instance, ...]


@dataclass(frozen=True)
class Query:
    """One WQL query in the namespace of the licensing classes."""

    text: str
    types: Mapping[str, str]


@dataclass(frozen=True)
class Pause:
    """Wait this many seconds before the next query."""

    seconds: float


Step: TypeAlias = Query | Pause

T = TypeVar("T")

Reading: TypeAlias = Generator[Step, Rows, T]


class AsyncSession(Protocol):
    """What ``take_async`` needs of a session."""

    async def query(self, wql: str, namespace: str = ..., types: Mapping[str, str] | None = ...) -> Rows:
        """All instances a WQL query yields."""


def ask(text: str, types: Mapping[str, str]) -> Reading[Rows]:
    """One query, with patience for a licensing service that is just stopping (see ``patience``)."""
    for seconds in PAUSES:
        try:
            return (yield Query(text, types))
        except WsmanFault as fault:
            if fault.hresult != SERVICE_STOPPING:
                raise
        yield Pause(seconds)
    return (yield Query(text, types))


def take(session: Session, reading: Reading[T], sleep: Callable[[float], None] | None = None) -> T:
    """Carry a reading out over a blocking session."""
    pause = sleep or time.sleep
    try:
        step = next(reading)
        while True:
            if isinstance(step, Pause):
                pause(step.seconds)
                step = reading.send(())
                continue
            try:
                rows = session.query(step.text, types=step.types)
            except WsmanFault as fault:
                step = reading.throw(fault)
            else:
                step = reading.send(rows)
    except StopIteration as end:
        result: T = end.value
        return result


async def take_async(session: AsyncSession, reading: Reading[T], sleep: Callable[[float], Awaitable[object]]) -> T:
    """Carry a reading out over an asynchronous session."""
    try:
        step = next(reading)
        while True:
            if isinstance(step, Pause):
                await sleep(step.seconds)
                step = reading.send(())
                continue
            try:
                rows = await session.query(step.text, schema.NAMESPACE, step.types)
            except WsmanFault as fault:
                step = reading.throw(fault)
            else:
                step = reading.send(rows)
    except StopIteration as end:
        result: T = end.value
        return result
