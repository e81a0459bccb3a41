# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts that an error is worded from: the files beside this one make a ``WinrmError`` of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ....module_utils._text import printable
from ..endpoint import Endpoint


def _no_names() -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Situation:
    """Where an exchange stood when it failed.

    ``sent``: the request itself, not only the sign-in, may have left. ``reused``: the connection had carried an
    answer before. ``handshake``: TLS had not been established. ``names`` looks up the names on the host's certificate,
    when they are needed.
    """

    endpoint: Endpoint
    transport: str
    sent: bool = False
    reused: bool = False
    timeout: float = 30.0
    handshake: bool = False
    names: Callable[[], tuple[str, ...]] = _no_names
    #: WWW-Authenticate of the last HTTP 401, and the Authorization that it answers, where a library does not tell.
    challenge: tuple[str, str | None] | None = None
    #: Status and body of an answer to a token that neither goes on with the sign-in nor refuses it.
    astray: tuple[int, bytes] | None = None
    #: A proxy had been asked for a way to the host, and had not made one.
    tunnelling: bool = False

    @property
    def label(self) -> str:
        return self.endpoint.label_with(self.transport)

    @property
    def sealed(self) -> bool:
        return self.endpoint.seals(self.transport)

    def variable(self, name: str) -> str:
        return self.endpoint.variable(name)

    def quote(self, problem: object) -> str:
        """Foreign text on one line, of bounded length, without a secret."""
        text = printable(" ".join(self.endpoint.redact(str(problem)).split()))
        return text if len(text) <= 300 else f"{text[:300]}…"
