# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pumps the conversations of the codec through a pipe: query, get, put, invoke, identify.

The rule of this file: a read that was lost on a connection gone stale is asked once more, from its beginning, on a new
connection; an Invoke or a Put is never sent twice. If its answer is lost, ``OutcomeUnknown`` says what is known.
After an operation timeout an enumeration starts again from Enumerate and an Invoke may have run (MS-WSMV 3.1.4).
"""

from __future__ import annotations

import dataclasses
import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Protocol
from urllib.parse import urlsplit

from .._wsman.enumeration import Enumeration
from .._wsman.envelope import RequestContext
from .._wsman.identify import Identify, Identity
from .._wsman.invocation import Invocation, MethodResult
from .._wsman.transfer import Get, Put
from .._wsman.values import Instance
from . import bounds
from .endpoint import Endpoint
from .errors import WinrmError
from .pumping import C, Exchanges, changing, reading

CIMV2 = "root/cimv2"

#: What the answer may take on its way, on top of the time the host was given to work.
_REPLY_MARGIN = 10.0


class Pipe(Protocol):
    """Text out, bytes back. SOAP faults come back as bytes; everything else that fails is a ``WinrmError``."""

    def exchange(self, request: str, *, timeout: float | None = None) -> bytes:
        """Send one envelope and return the answer's body; ``timeout`` raises the time to wait for this one."""

    def close(self) -> None:
        """Let go of the connection."""


def new_message_id() -> str:
    """A fresh ``uuid:…`` for a:MessageID, upper case as Windows writes them."""
    # It is an identifier, no secret. uuid4 asks the kernel for each, which thousands of hosts three times over feel.
    return f"uuid:{str(uuid.UUID(int=random.getrandbits(128), version=4)).upper()}"


def context_for(endpoint: Endpoint) -> RequestContext:
    """The request headers that an endpoint's options decide."""
    return RequestContext(
        to=endpoint.url,
        new_id=new_message_id,
        operation_timeout=float(endpoint.operation_timeout),
        max_envelope_size=endpoint.max_envelope_size,
    )


def patient_context(context: RequestContext, timeout: float | None) -> tuple[RequestContext, float | None]:
    """The headers for a method that may take ``timeout`` seconds, and how long to wait for its answer."""
    if timeout is None:
        return context, None
    return dataclasses.replace(context, operation_timeout=timeout), timeout + _REPLY_MARGIN


class Session:
    """A conversation partner: one host, one pipe, one request at a time. Not for use by several threads."""

    def __init__(self, pipe: Pipe, context: RequestContext, label: str | None = None) -> None:
        self._pipe = pipe
        self._context = context
        self._label = label or urlsplit(context.to).netloc or context.to
        #: How many envelopes have been sent, repeats included.
        self.requests = 0

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the pipe."""
        self._pipe.close()

    # --- reads

    def query(self, wql: str, namespace: str = CIMV2, types: Mapping[str, str] | None = None) -> tuple[Instance, ...]:
        """All instances a WQL query yields, however many pages they come in."""
        return self._read(
            lambda: Enumeration(self._context, wql, namespace=namespace, types=types, bounds=bounds.ENUMERATION)
        ).instances

    def get(
        self,
        class_name: str,
        selectors: Mapping[str, str] | None = None,
        namespace: str = CIMV2,
        types: Mapping[str, str] | None = None,
    ) -> Instance:
        """One instance by its keys; a singleton has none."""
        return self._read(lambda: Get(self._context, class_name, selectors, namespace, types)).instance

    def identify(self) -> Identity:
        """What the service says of itself."""
        return self._read(lambda: Identify(self._context)).identity

    # --- changes

    def put(
        self,
        class_name: str,
        selectors: Mapping[str, str] | None,
        properties: Mapping[str, object],
        namespace: str = CIMV2,
        types: Mapping[str, str] | None = None,
    ) -> Instance:
        """Write properties of one instance; returns the instance as the host now has it."""
        conversation = Put(self._context, class_name, selectors, properties, namespace, types)
        return self._change(conversation, f"Put {class_name}", None).instance

    def invoke(
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
        """Call a method once. ``timeout`` is how many seconds the host may work on it (Windows stops at 60).

        ``reads``: the method changes nothing, so it may be called again where a stale connection lost it.
        """
        context, wait = patient_context(self._context, timeout)

        def start() -> Invocation:
            return Invocation(context, class_name, method, arguments or {}, selectors, namespace, types)

        if reads:
            return self._carry(reading(start, self._label), wait).result
        return self._change(start(), f"{class_name}.{method}", wait).result

    # --- pumping

    def _read(self, start: Callable[[], C]) -> C:
        return self._carry(reading(start, self._label), None)

    def _change(self, conversation: C, method: str, wait: float | None) -> C:
        return self._carry(changing(conversation, self._label, method), wait)

    def _carry(self, exchanges: Exchanges[C], wait: float | None) -> C:
        try:
            request = next(exchanges)
            while True:
                self.requests += 1
                try:
                    reply = self._pipe.exchange(request, timeout=wait)
                except WinrmError as error:
                    request = exchanges.throw(error)
                else:
                    request = exchanges.send(reply)
        except StopIteration as end:
            conversation: C = end.value
            return conversation
