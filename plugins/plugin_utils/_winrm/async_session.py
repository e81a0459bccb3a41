# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One host over an asynchronous pipe: what ``session`` does, for thousands of hosts at once.

A host lets the others go first wherever its work changes its kind: from asking to sealing, from opening to parsing,
from parsing to understanding. So one kind of work is done for many hosts in a row and finds its code in the
processor's caches, which takes a fifth off the time of all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from .._wsman.enumeration import Enumeration
from .._wsman.envelope import RequestContext
from .._wsman.invocation import Invocation, MethodResult
from .._wsman.values import Instance
from . import bounds
from .errors import WinrmError
from .pumping import C, Exchanges, changing, reading
from .session import CIMV2, patient_context


class AsyncPipe(Protocol):
    """Text out, bytes back. SOAP faults come back as bytes; everything else that fails is a ``WinrmError``."""

    async def exchange(self, request: str, *, timeout: float | None = None) -> bytes:
        """Send one envelope and return the answer's body; ``timeout`` raises the time to wait for this one."""


class AsyncSession:
    """One host, one pipe, one request at a time."""

    def __init__(self, pipe: AsyncPipe, context: RequestContext, label: str) -> None:
        self._pipe = pipe
        self._context = context
        self._label = label

    async def query(
        self, wql: str, namespace: str = CIMV2, types: Mapping[str, str] | None = None
    ) -> tuple[Instance, ...]:
        """All instances a WQL query yields, however many pages they come in."""

        def start() -> Enumeration:
            return Enumeration(self._context, wql, namespace=namespace, types=types, bounds=bounds.ENUMERATION)

        conversation = await self._carry(reading(start, self._label))
        await asyncio.sleep(0)
        return conversation.instances

    async def invoke(
        self,
        class_name: str,
        method: str,
        arguments: Mapping[str, str | int | bool | Sequence[str | int | bool] | None] | None = None,
        selectors: Mapping[str, str] | None = None,
        namespace: str = CIMV2,
        timeout: float | None = None,
        types: Mapping[str, str] | None = None,
        reads: bool = False,
    ) -> MethodResult:
        """Call a method once, under the contract of ``Session.invoke``."""
        context, wait = patient_context(self._context, timeout)

        def start() -> Invocation:
            return Invocation(context, class_name, method, arguments or {}, selectors, namespace, types)

        exchanges = reading(start, self._label) if reads else changing(start(), self._label, f"{class_name}.{method}")
        return (await self._carry(exchanges, wait)).result

    async def _carry(self, exchanges: Exchanges[C], wait: float | None = None) -> C:
        try:
            request = next(exchanges)
            while True:
                await asyncio.sleep(0)
                try:
                    reply = await self._pipe.exchange(request, timeout=wait)
                    await asyncio.sleep(0)
                except WinrmError as error:
                    request = exchanges.throw(error)
                else:
                    request = exchanges.send(reply)
        except StopIteration as end:
            conversation: C = end.value
            return conversation
