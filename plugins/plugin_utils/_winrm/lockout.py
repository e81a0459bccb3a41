# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps a wrong password from locking a domain account: every host that refuses it counts against the same account.

Until a host has taken an account, only a few at a time are asked; the first that takes it opens the way for all others.
Once a few have refused it and none has taken it, nobody else is asked. An answer that is neither (a proxy's 502 to a
proof that the proxy may have forwarded) keeps its place: it opens nothing, and too many of them end the asking.
Windows counts a local account on each machine by itself, and the streams ask for a ticket only once, so neither is held
up.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Hashable
from types import TracebackType

from .endpoint import Endpoint
from .errors import SignInWithheld

_DOMAIN = re.compile(r"(?P<domain>[^\\@]+)\\.|[^\\@]+@(?P<realm>.+)")

# Seconds after which a host that does not answer no longer keeps others waiting.
_PATIENCE = 2.0


class LockoutGuard:
    """All accounts of one run. Belongs to one event loop.

    Args:
        limit: how many hosts may refuse an account that none has taken; 0 for any number.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._accounts: dict[Hashable, _Account] = {}

    async def attempt(self, endpoint: Endpoint) -> Attempt:
        """Permission for one sign-in, to be used with ``with``. Raises SignInWithheld when there will be none."""
        if not self._limit or not is_shared(endpoint):
            return FREE
        try:
            return await self._granted(endpoint)
        except Spent as spent:
            raise _withheld(endpoint, spent) from None

    async def ticket(self, _endpoint: Endpoint) -> Attempt:
        """Permission to ask for a ticket. Who has all tickets of a run asks once for each account anyway."""
        return FREE

    async def turn(self, account: Hashable, host: str, limit: int, patient: bool = False) -> Attempt:
        """Permission for one use of an account, whatever it is known by. Raises Spent.

        ``patient``: others wait for its outcome however long it takes.
        """
        known = self._accounts.setdefault(account, _Account())
        while not known.taken:
            spent = known.spent_on_others(host)
            if spent >= limit:
                raise Spent(tuple(known.refused_by), tuple(known.doubted_by))
            if known.trying + spent < limit:
                return _Attempt(known, host, patient)
            await known.change()
        return FREE

    async def _granted(self, endpoint: Endpoint) -> Attempt:
        return await self.turn(account_of(endpoint), endpoint.inventory_name, self._limit)

    def has_taken(self, endpoint: Endpoint) -> bool:
        """Whether a host has proved that it takes the account of an endpoint."""
        known = self._accounts.get(account_of(endpoint))
        return known is not None and known.taken


class Spent(Exception):
    """An account was shown to as many hosts as may refuse it, and none has taken it."""

    def __init__(self, refused_by: tuple[str, ...], doubted_by: tuple[str, ...]) -> None:
        super().__init__(refused_by, doubted_by)
        self.refused_by = refused_by
        self.doubted_by = doubted_by


def account_of(endpoint: Endpoint) -> tuple[str, str]:
    """What an account is known by: another password may be that of another account."""
    return (endpoint.username or "").casefold(), endpoint.password.reveal() if endpoint.password else ""


def is_shared(endpoint: Endpoint) -> bool:
    """Whether other hosts look the account up in the same place: a domain, and not the machine's own accounts."""
    found = _DOMAIN.match(endpoint.username or "")
    if found is None:
        return False
    if found["realm"]:
        return True
    names = [name.partition(".")[0].casefold() for name in (endpoint.inventory_name, endpoint.host)]
    # A machine's own name as Windows writes it in front of accounts: NetBIOS has 15 characters.
    return found["domain"].casefold() not in {".", *names, *(name[:15] for name in names)}


class Attempt:
    """One sign-in: nothing is known of its outcome until somebody says so.

    Only what the host itself answered to a proof says so: an answer that opens, or a refusal of the proof.
    """

    def accepted(self) -> None:
        """The host has taken the account."""

    def refused(self) -> None:
        """The host has refused it."""

    def in_doubt(self) -> None:
        """The proof was answered, by a host or by something in between, and the answer tells nothing of the account.

        An acceptance or a refusal that follows counts instead.
        """

    def __enter__(self) -> Attempt:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        return


#: An attempt that nobody counts.
FREE = Attempt()


class _Account:
    def __init__(self) -> None:
        self.taken = False
        self.trying = 0
        self.refused_by: list[str] = []
        self.doubted_by: dict[str, None] = {}
        self._waiting: list[asyncio.Future[None]] = []

    def spent_on_others(self, host: str) -> int:
        """How many other hosts the account was shown to without being taken. The same host may ask in another form."""
        return len(self.refused_by) + len(self.doubted_by.keys() - {host})

    async def change(self) -> None:
        """Wait until something has become of an attempt."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        await waiter

    def mix(self) -> None:
        """Give up the order of those who wait.

        An inventory may begin with the hosts of a site that is slow: they would be asked one after the other while all
        the rest wait. Where nobody is slow the order stays, since hosts that began together are best gone on with so.
        """
        random.shuffle(self._waiting)

    def changed(self) -> None:
        """Let all who wait look again, in their order."""
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)


class _Attempt(Attempt):
    """An attempt that counts, from its beginning to its outcome or for as long as there is patience."""

    def __init__(self, account: _Account, host: str, patient: bool) -> None:
        self._account = account
        self._host = host
        self._counts = True
        account.trying += 1
        loop = asyncio.get_running_loop()
        self._timer = None if patient else loop.call_later(_PATIENCE, self._run_out)

    def accepted(self) -> None:
        self._account.taken = True
        self._account.changed()

    def refused(self) -> None:
        self._account.refused_by.append(self._host)
        self._account.doubted_by.pop(self._host, None)

    def in_doubt(self) -> None:
        self._account.doubted_by[self._host] = None

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._let_go()

    def _run_out(self) -> None:
        self._account.mix()
        self._let_go()

    def _let_go(self) -> None:
        if self._counts:
            self._counts = False
            self._account.trying -= 1
            self._account.changed()


def _withheld(endpoint: Endpoint, account: Spent) -> SignInWithheld:
    user, said, advice = endpoint.username, [], []
    if account.refused_by:
        said.append(f"{', '.join(account.refused_by)} refused the credentials of {user}")
        advice.append(
            f"Check {endpoint.variable('username')} and {endpoint.variable('password')}, and that the account is not "
            "locked, disabled or expired"
        )
    if account.doubted_by:
        said.append(
            f"{', '.join(account.doubted_by)} answered the credentials of {user} with something other than WinRM"
        )
        advice.append("See what answers on those hosts, or leave them out: a proxy may have forwarded the credentials")
    what = f"not signed in to: {' and '.join(said)}, no host has accepted them so far, and"
    return SignInWithheld(endpoint.label, f"{what} another rejection could lock the account", ". ".join(advice))
