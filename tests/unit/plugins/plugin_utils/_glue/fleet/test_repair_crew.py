# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is decided for all processes of a repair: where they wait for each other, which go first, and when all stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._identity import ApprovedHosts, MachineIdentity
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet import repair_crew
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.line_file import LineFileError
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.repair_crew import Done, Lead, Sights
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.fleet import Bounds
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.fleet_repair import Order
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.fleet import Coverage
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.rollout import Share
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.verdict import Verdict

APPROVED = ApprovedHosts.parse(["kms01.corp.example", "kms02.corp.example"])


class Crew:
    def __init__(self) -> None:
        self.news: list[Any] = []

    def tell_all(self, news: Any) -> None:
        self.news.append(news)


class Whole:
    """A repair that allows what a test wants."""

    def __init__(self, refusal: Exception | None = None, full: bool = False) -> None:
        self.sights = Sights(Coverage(APPROVED), set(), served=False)
        self.kept: dict[str, Any] = {}
        self.allowed: list[str] = []
        self.refusal = refusal
        self.full = full
        self.gone = False

    def keep(self, name: str, result: dict[str, Any]) -> None:
        self.kept[name] = result

    def allow_changes(self, due: Sequence[str]) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.allowed += due

    async def journal_note(self, host: str, done: tuple[str, ...], following: str) -> None:
        if self.full:
            raise LineFileError("the disk is full")

    def journal_end(self, host: str, done: Sequence[str], verdict: Verdict) -> None:
        pass

    def abandoned(self) -> bool:
        return self.gone


def lead_of(whole: Whole, crew: Crew, members: int = 2, **order: Any) -> Lead:
    hosts: Any = None
    made: Any = crew
    return Lead(made, members, Order(Bounds(), **order), whole, hosts)


def seen(name: str, served: bool = False) -> Sights:
    coverage = Coverage(APPROVED)
    coverage.saw(MachineIdentity(name, None, f"{name}.corp.example"))
    return Sights(coverage, {name} if served else set(), served)


def run(play: Callable[[], Any]) -> Any:
    return asyncio.run(play())


def test_nobody_plans_again_before_all_were_read_and_each_knows_what_any_has_seen() -> None:
    whole = Whole()

    async def play() -> list[bool]:
        lead = lead_of(whole, Crew())
        first = asyncio.ensure_future(lead.answer(0, repair_crew._WereRead(seen("web"))))
        await asyncio.sleep(0.01)
        assert not first.done()
        second = await lead.answer(1, repair_crew._WereRead(seen("kms01", served=True)))
        return [await first, second]

    assert run(play) == [True, True]
    assert whole.sights.serving == {"kms01"}
    assert whole.sights.coverage.names == ["web", "kms01"]
    assert list(whole.sights.coverage.unmatched()) == ["kms02.corp.example"]


def test_first_ones_are_chosen_from_all_members_and_limits_count_all() -> None:
    whole = Whole()

    async def play() -> Any:
        lead = lead_of(whole, Crew(), canaries=2)
        return await asyncio.gather(
            lead.answer(0, repair_crew._Due(seen("a"), [("a", 1), ("b", 1)])),
            lead.answer(1, repair_crew._Due(seen("c"), [("c", 2)])),
        )

    assert run(play) == [["a", "c"], ["a", "c"]]
    assert whole.allowed == ["a", "b", "c"]


def test_refusal_ends_the_run_for_all() -> None:
    async def play() -> None:
        lead = lead_of(Whole(refusal=ValueError("too many")), Crew(), members=1)
        await lead.answer(0, repair_crew._Due(seen("a"), [("a", 1)]))

    with pytest.raises(ValueError, match="too many"):
        run(play)


def test_nothing_due_asks_nobody() -> None:
    async def play() -> Any:
        return await lead_of(Whole(refusal=ValueError()), Crew(), members=1).answer(0, repair_crew._Due(seen("a"), []))

    assert run(play) == []


def test_member_that_died_is_waited_for_no_longer() -> None:
    async def play() -> Any:
        lead = lead_of(Whole(), Crew())
        waiting = asyncio.ensure_future(lead.answer(0, repair_crew._Due(seen("a"), [("a", 1)])))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        lead.ended(1)
        return await waiting, lead.open

    assert run(play) == (["a"], {"a"})


def test_machine_is_open_until_its_own_process_has_told_of_it() -> None:
    whole = Whole()

    async def play() -> set[str]:
        lead = lead_of(whole, Crew(), members=1)
        await lead.answer(0, repair_crew._Due(seen("a"), [("a", 1), ("b", 1)]))
        lead.hear(0, Done("a", {"changed": True}))
        return lead.open

    assert run(play) == {"b"}
    assert whole.kept == {"a": {"changed": True}}


def test_failures_of_all_members_count_together() -> None:
    crew = Crew()

    async def play() -> None:
        lead = lead_of(Whole(), crew, max_failures=Share(2))
        lead.hear(0, repair_crew._Saw("a", failed=True))
        assert crew.news == []
        lead.hear(1, repair_crew._Saw("c", failed=True))

    run(play)
    (stop,) = crew.news
    assert "2 machines failed in a row" in stop.reason
    assert not stop.gone


def test_failure_of_a_first_one_stops_every_member_before_it_goes_on() -> None:
    crew = Crew()

    async def play() -> None:
        lead = lead_of(Whole(), crew, max_failures=Share(5))
        lead.hear(0, repair_crew._Saw("a", failed=True))
        assert crew.news == []
        await asyncio.gather(lead.answer(0, repair_crew._Passed()), lead.answer(1, repair_crew._Passed()))

    run(play)
    assert [stop.reason for stop in crew.news] == ["a went first and could not be repaired"]


def test_playbook_that_is_gone_stops_all_at_their_next_action() -> None:
    crew, whole = Crew(), Whole()

    async def play() -> None:
        lead = lead_of(whole, crew)
        lead.hear(0, Done("a", {}))
        whole.gone = True
        lead.hear(0, Done("b", {}))
        lead.hear(0, Done("c", {}))

    run(play)
    assert [(stop.reason, stop.gone) for stop in crew.news] == [("the playbook has ended", True)]


@pytest.mark.parametrize(("full", "answer"), [(False, None), (True, "the disk is full")])
def test_member_learns_whether_its_line_is_on_the_disk(full: bool, answer: str | None) -> None:
    async def play() -> Any:
        return await lead_of(Whole(full=full), Crew()).answer(0, repair_crew._Noted("a", (), "install_key"))

    assert run(play) == answer
