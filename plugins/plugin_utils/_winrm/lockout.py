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
        self._accounts: dict[tuple[str, str], _Account] = {}

    async def attempt(self, endpoint: Endpoint) -> Attempt:
        """Permission for one sign-in, to be used with ``with``. Raises SignInWithheld when there will be none."""
        if not self._limit or not is_shared(endpoint):
            return _FREE
        account = self._account(endpoint)
        while not account.taken:
            spent = account.spent_on_others(endpoint.inventory_name)
            if spent >= self._limit:
                raise _withheld(endpoint, account)
            if account.trying + spent < self._limit:
                return _Attempt(account, endpoint.inventory_name)
            await account.change()
        return _FREE

    def has_taken(self, endpoint: Endpoint) -> bool:
        """Whether a host has proved that it takes the account of an endpoint."""
        return self._account(endpoint).taken

    def _account(self, endpoint: Endpoint) -> _Account:
        password = endpoint.password.reveal() if endpoint.password else ""
        return self._accounts.setdefault(((endpoint.username or "").casefold(), password), _Account())


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


_FREE = Attempt()


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

    def __init__(self, account: _Account, host: str) -> None:
        self._account = account
        self._host = host
        self._counts = True
        account.trying += 1
        self._timer = asyncio.get_running_loop().call_later(_PATIENCE, self._run_out)

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


def _withheld(endpoint: Endpoint, account: _Account) -> SignInWithheld:
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
