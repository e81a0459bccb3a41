# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes over a wire, for whoever watches: each exchange with a server, and of its content nothing.

One listener for the whole process, since questions are asked in many places and in threads; without one nothing is
measured.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Exchange:
    """One question and its answer, by DNS or LDAP. ``status`` is empty where there was none; ``failure`` is its kind.

    ``sent`` and ``received`` are bytes; None where the library does not tell.
    """

    protocol: str
    peer: str
    step: str
    status: str
    sent: int | None
    received: int | None
    milliseconds: float
    failure: str = ""

    def __str__(self) -> str:
        counts = ((self.sent, "sent"), (self.received, "received"))
        told = [self.status or f"no answer ({self.failure})"]
        told += [f"{number} bytes {way}" for number, way in counts if number is not None]
        return f"{self.peer}: {self.step}: {', '.join(told)}, {self.milliseconds:.1f} ms"


class _Trace:
    def __init__(self) -> None:
        self.listener: Callable[[Any], None] | None = None
        # Threads tell as well, and a line is to stay in one piece.
        self.lock = threading.Lock()


_TRACE = _Trace()


def listen(listener: Callable[[Any], None] | None) -> None:
    """Whom to tell from now on; nobody with None. It gets an ``Exchange`` of this file, or one of WinRM."""
    _TRACE.listener = listener


def listener() -> Callable[[Any], None] | None:
    """Who is told now."""
    return _TRACE.listener


def tell(exchange: Any) -> None:
    """An exchange is over."""
    told = _TRACE.listener
    if told is not None:
        with _TRACE.lock:
            told(exchange)


@dataclass
class Answered:
    """What the block that is measured says of the answer."""

    status: str = ""
    received: int | None = None


@contextmanager
def measured(protocol: str, peer: str, step: str, sent: int | None = None) -> Iterator[Answered]:
    """One exchange, for the length of the block. A failure is told by its kind alone: its text may quote a stranger."""
    if _TRACE.listener is None:
        yield Answered()
        return
    answer, failure, began = Answered(), "", time.monotonic()
    try:
        yield answer
    except BaseException as problem:
        failure = type(problem).__name__
        raise
    finally:
        took = (time.monotonic() - began) * 1000
        status = "" if failure else answer.status or "done"
        tell(Exchange(protocol, peer, step, status, sent, answer.received, took, failure))
