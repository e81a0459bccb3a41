# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One guard for several processes: what became of an account in one of them is known in all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.crew_guard import LeadGuard, MemberGuard
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Kinit, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import SignInWithheld, TicketRefused

SECRET = b"of this run"


class Crew:
    """Members and their lead in one event loop; what they say still goes through ``answer`` and ``hear`` alone."""

    def __init__(self, members: int, limit: int = 3) -> None:
        self.lead = LeadGuard(limit, self._tell_all)
        self.guards = [MemberGuard(limit, _Home(self.lead, number), SECRET) for number in range(members)]

    def _tell_all(self, news: Any) -> None:
        for guard in self.guards:
            guard.hear(news)


class _Home:
    def __init__(self, lead: LeadGuard, member: int) -> None:
        self._lead = lead
        self._member = member

    async def ask(self, question: Any) -> Any:
        return await self._lead.answer(self._member, question)

    def tell(self, message: Any) -> None:
        self._lead.hear(message)

    def flush(self) -> None:
        pass


def host(name: str, password: str = "Lab-Passw0rd!", **more: Any) -> Endpoint:
    return Endpoint(name, name, username="admin@CORP.EXAMPLE", password=Secret(password), **more)


def run(play: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(play())  # type: ignore[arg-type]


def test_refusals_of_all_members_count_together() -> None:
    async def play() -> None:
        crew = Crew(3)
        for number, guard in enumerate(crew.guards):
            with await guard.attempt(host(f"web{number}")) as attempt:
                attempt.refused()
        for guard in crew.guards:
            with pytest.raises(SignInWithheld, match="web0, web1, web2 refused the credentials"):
                await guard.attempt(host("web9"))
        # Another password may be right.
        with await crew.guards[0].attempt(host("web9", "another")):
            pass

    run(play)


def test_no_more_are_asked_at_a_time_than_may_refuse() -> None:
    async def play() -> None:
        crew = Crew(2, limit=2)
        first = await crew.guards[0].attempt(host("a"))
        second = await crew.guards[1].attempt(host("b"))
        third = asyncio.ensure_future(crew.guards[1].attempt(host("c")))
        await asyncio.sleep(0.01)
        assert not third.done()
        with first:
            first.accepted()
        with second, await third:
            pass
        assert crew.guards[1].has_taken(host("d"))

    run(play)


def test_account_that_one_member_has_seen_taken_is_asked_for_no_more() -> None:
    async def play() -> None:
        crew = Crew(2)
        with await crew.guards[0].attempt(host("a")) as attempt:
            attempt.accepted()
        crew.guards[1]._home = None  # type: ignore[assignment]
        with await crew.guards[1].attempt(host("b")):
            pass

    run(play)


def test_ticket_that_was_refused_once_is_asked_for_by_no_other() -> None:
    """Each kinit with a wrong password counts against the account, and each process has tickets of its own."""
    wanted = host("web1", transports=("kerberos",), kinit=Kinit("managed"))

    async def play() -> None:
        crew = Crew(3)
        first = await crew.guards[0].ticket(wanted)
        others = [asyncio.ensure_future(guard.ticket(wanted)) for guard in crew.guards[1:]]
        await asyncio.sleep(0.01)
        assert not any(other.done() for other in others), "they wait, however long the first takes"
        with first:
            first.refused()
        for other in others:
            with pytest.raises(TicketRefused, match="no ticket was asked for"):
                await other

    run(play)


def test_ticket_that_was_given_is_asked_for_by_all() -> None:
    wanted = host("web1", transports=("kerberos",), kinit=Kinit("managed"))

    async def play() -> None:
        crew = Crew(3)
        with await crew.guards[0].ticket(wanted) as attempt:
            attempt.accepted()
        for guard in crew.guards[1:]:
            with await guard.ticket(wanted):
                pass

    run(play)


def test_member_that_dies_leaves_the_way_to_others() -> None:
    wanted = host("web1", transports=("kerberos",), kinit=Kinit("managed"))

    async def play() -> None:
        crew = Crew(2)
        await crew.guards[0].ticket(wanted)
        other = asyncio.ensure_future(crew.guards[1].ticket(wanted))
        await asyncio.sleep(0.01)
        assert not other.done()
        crew.lead.ended(0)
        with await other:
            pass

    run(play)
