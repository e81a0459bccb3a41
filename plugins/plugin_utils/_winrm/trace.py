# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes over the wire, for whoever watches: each exchange of either pipe, and of its content nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from ...module_utils._trace import listen, listener, tell
from .authorization import as_text, shows_account

__all__ = ["Exchange", "Stopwatch", "counted", "listen", "step_of"]


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. ``status`` is None where there was none, and ``failure`` then names its kind.

    ``sent`` and ``received`` are bytes of the two bodies.
    """

    protocol: ClassVar[str] = "WINRM"

    peer: str
    step: str
    status: int | None
    sent: int
    received: int
    milliseconds: float
    failure: str = ""

    def __str__(self) -> str:
        came = f"no answer ({self.failure})" if self.status is None else f"HTTP {self.status}"
        return (
            f"{self.peer}: {self.step}: {came}, {self.sent} bytes sent, {self.received} received, "
            f"{self.milliseconds:.1f} ms"
        )


@contextmanager
def counted() -> Iterator[list[Exchange]]:
    """All exchanges while it lasts, in their order. Who listens already goes on doing so."""
    found: list[Exchange] = []
    before = listener()

    def both(exchange: object) -> None:
        if isinstance(exchange, Exchange):
            found.append(exchange)
        if before is not None:
            before(exchange)

    listen(both)
    try:
        yield found
    finally:
        listen(before)


class Stopwatch:
    """Measures one exchange, from its making to the one call of ``answered`` or ``failed``."""

    def __init__(self, peer: str, authorization: str | bytes | None, sent: int, step: str = "") -> None:
        self._told = listener() is None
        self._step = step
        self._peer = peer
        self._authorization = authorization
        self._sent = sent
        self._began = 0.0 if self._told else time.monotonic()

    def answered(self, status: int, received: int) -> None:
        """The answer is in."""
        self._tell(status, received, "")

    def failed(self, failure: BaseException) -> None:
        """None came, or not all of it. Its text may quote what came, and is left out."""
        self._tell(None, 0, type(failure).__name__)

    def _tell(self, status: int | None, received: int, failure: str) -> None:
        if self._told:
            return
        self._told = True
        took = (time.monotonic() - self._began) * 1000
        step = self._step or step_of(self._authorization, self._sent)
        tell(Exchange(self._peer, step, status, self._sent, received, took, failure))


def step_of(authorization: str | bytes | None, sent: int) -> str:
    """What a request is for, by what it shows of the account and by whether it carries anything."""
    shown = as_text(authorization)
    negotiates = shown.lower().startswith(("negotiate ", "ntlm ", "kerberos ", "credssp "))
    if not negotiates:
        return "message" if sent else "sign-in, what is offered"
    if not shows_account(shown):
        return "sign-in, first token"
    return "sign-in, token with a message" if sent else "sign-in, token"
