# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One lockout guard for all processes of a run: what a host answers in one of them counts in all.

The guard itself is with the process that began the crew. The others ask it before each sign-in, until a host has taken
the account. They name an account by a keyed digest, so that no password is sent.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from .._crew.crew import Home
from .._winrm.endpoint import Endpoint
from .._winrm.errors import TicketRefused
from .._winrm.lockout import FREE, Attempt, LockoutGuard, Spent, account_of

_ACCEPTED, _REFUSED, _IN_DOUBT, _OVER = "accepted", "refused", "in doubt", "over"


@dataclass(frozen=True)
class Turn:
    """A member asks for permission to show an account to a host. ``ticket``: to the KDC, on behalf of all hosts."""

    account: bytes
    host: str
    ticket: bool = False


@dataclass(frozen=True)
class Outcome:
    """A member tells what became of it."""

    turn: int
    what: str


@dataclass(frozen=True)
class Taken:
    """All members are told that an account was taken."""

    account: bytes


class MemberGuard(LockoutGuard):
    """The guard as a member has it. ``secret`` is what all members and nobody else know."""

    def __init__(self, limit: int, home: Home, secret: bytes) -> None:
        super().__init__(limit)
        self._home = home
        self._secret = secret
        self._taken: set[bytes] = set()
        self._digests: dict[Hashable, bytes] = {}

    async def _granted(self, endpoint: Endpoint) -> Attempt:
        return await self._ask(Turn(self._digest(account_of(endpoint)), endpoint.inventory_name))

    async def ticket(self, endpoint: Endpoint) -> Attempt:
        """Each member has tickets of its own, and asks for them one after the other until one was given."""
        turn = Turn(self._digest(("ticket", *account_of(endpoint))), endpoint.inventory_name, ticket=True)
        try:
            return await self._ask(turn)
        except Spent as spent:
            raise TicketRefused(
                endpoint.label,
                f"no ticket was asked for: the KDC gave none for {endpoint.username} to "
                f"{', '.join(spent.refused_by + spent.doubted_by)} in this run, and a further refusal could lock the "
                "account",
                f"Check {endpoint.variable('username')} and {endpoint.variable('password')}",
            ) from None

    def has_taken(self, endpoint: Endpoint) -> bool:
        return self._digest(account_of(endpoint)) in self._taken

    def hear(self, news: Taken) -> None:
        """A host has taken an account, in whichever process."""
        self._taken.add(news.account)

    async def _ask(self, turn: Turn) -> Attempt:
        if turn.account in self._taken:
            return FREE
        granted = await self._home.ask(turn)
        if isinstance(granted, Spent):
            raise granted
        return FREE if granted is None else _Distant(self._home, granted)

    def _digest(self, account: Hashable) -> bytes:
        if account not in self._digests:
            words = repr(account).encode("utf-8", "surrogatepass")
            self._digests[account] = hashlib.blake2b(words, key=self._secret).digest()
        return self._digests[account]


class _Distant(Attempt):
    """An attempt that is counted elsewhere."""

    def __init__(self, home: Home, number: int) -> None:
        self._home = home
        self._number = number

    def accepted(self) -> None:
        self._home.tell(Outcome(self._number, _ACCEPTED))

    def refused(self) -> None:
        self._home.tell(Outcome(self._number, _REFUSED))

    def in_doubt(self) -> None:
        self._home.tell(Outcome(self._number, _IN_DOUBT))

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._home.tell(Outcome(self._number, _OVER))
        self._home.flush()


class LeadGuard:
    """The guard as the process has it that began the crew. ``tell_all`` reaches every member."""

    def __init__(self, limit: int, tell_all: Callable[[Any], None]) -> None:
        self._guard = LockoutGuard(limit)
        self._limit = limit
        self._tell_all = tell_all
        self._numbers = itertools.count(1)
        self._open: dict[int, tuple[int, Turn, Attempt]] = {}
        self._gone: set[int] = set()

    async def answer(self, member: int, turn: Turn) -> int | Spent | None:
        """The number of an attempt that counts, None for one that need not, or why there is none."""
        try:
            limit = 1 if turn.ticket else self._limit
            attempt = await self._guard.turn(turn.account, turn.host, limit, patient=turn.ticket)
        except Spent as spent:
            return spent
        if attempt is FREE:
            return None
        number = next(self._numbers)
        self._open[number] = (member, turn, attempt)
        if member in self._gone:
            self._over(number)
        return number

    def hear(self, outcome: Outcome) -> None:
        """What became of an attempt."""
        found = self._open.get(outcome.turn)
        if found is None:
            return
        _member, turn, attempt = found
        if outcome.what == _ACCEPTED:
            attempt.accepted()
            self._tell_all(Taken(turn.account))
        elif outcome.what == _REFUSED:
            attempt.refused()
        elif outcome.what == _IN_DOUBT:
            attempt.in_doubt()
        else:
            self._over(outcome.turn)

    def ended(self, member: int) -> None:
        """A member is gone, and its attempts with it."""
        self._gone.add(member)
        for number, (owner, _turn, _attempt) in tuple(self._open.items()):
            if owner == member:
                self._over(number)

    def _over(self, number: int) -> None:
        _member, _turn, attempt = self._open.pop(number)
        attempt.__exit__(None, None, None)
