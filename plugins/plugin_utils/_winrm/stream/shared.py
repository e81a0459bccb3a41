# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the asynchronous pipes of one run share: TLS contexts, accounts, tickets, threads, and what they count."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from urllib.request import getproxies

from .. import kerberos
from ..daemon_threads import DaemonThreads
from ..endpoint import Endpoint, Kinit
from ..lockout import LockoutGuard
from ..proxies import is_proxied
from . import negotiate, tls


@dataclass
class Traffic:
    """What went over the wire."""

    connections: int = 0
    requests: int = 0
    bytes_out: int = 0
    bytes_in: int = 0


@dataclass
class JointSignIn:
    """Whether the last token of a sign-in travels with the first message, which saves a round trip.

    MS-WSMV describes the sign-in with an empty POST. A service that wants it so is asked again in that form; after a
    few such services, and none that took both, nobody is asked to.
    """

    taken: int = 0
    refused: int = 0

    @property
    def worth_trying(self) -> bool:
        return bool(self.taken) or self.refused < 3


@dataclass
class Shared:
    """What all pipes of one run have in common. Belongs to one event loop."""

    tls: tls.Contexts = field(default_factory=tls.Contexts)
    credentials: negotiate.Credentials = field(default_factory=negotiate.Credentials)
    traffic: Traffic = field(default_factory=Traffic)
    threads: DaemonThreads = field(default_factory=lambda: DaemonThreads(64, "winfleet-stream"))
    joint: JointSignIn = field(default_factory=JointSignIn)
    lockout: LockoutGuard = field(default_factory=lambda: LockoutGuard(0))
    _proxies: dict[str, str] = field(default_factory=getproxies)
    _tickets: dict[tuple[str | None, str, Kinit, bool], asyncio.Task[kerberos.Ticket]] = field(default_factory=dict)

    def speaks_to(self, endpoint: Endpoint) -> bool:
        """Whether the streams can talk to this endpoint as pywinrm would. The others are pywinrm's."""
        if negotiate.MISSING is not None or tls.MISSING is not None or is_proxied(endpoint, self._proxies):
            return False
        return all(map(_is_spoken, endpoint.transports))

    async def ticket_cache(self, endpoint: Endpoint) -> str | None:
        """The Kerberos credential cache for an endpoint: one kinit for all that ask for the same in the same way."""
        if endpoint.kinit is None or endpoint.kinit.mode != "managed":
            return None
        password = endpoint.password.reveal() if endpoint.password else ""
        account = (endpoint.username, password, endpoint.kinit, endpoint.kerberos_delegation)
        task = self._tickets.get(account)
        if task is None:
            task = asyncio.ensure_future(self.threads.run(lambda: kerberos.obtain_ticket(endpoint)))
            self._tickets[account] = task
        # One host that gives up must not take the ticket from the others.
        return (await asyncio.shield(task)).cache

    def close(self) -> None:
        """Let go of tickets and threads."""
        for task in self._tickets.values():
            if task.done() and not task.cancelled() and task.exception() is None:
                task.result().close()
            else:
                task.cancel()
        self.threads.close()


def _is_spoken(transport: str) -> bool:
    return transport != "credssp" and (transport != "kerberos" or negotiate.has_kerberos())
