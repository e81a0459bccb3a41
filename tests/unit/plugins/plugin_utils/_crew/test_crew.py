# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes of one task: what they hear of each other, and what one that breaks or dies does to the others."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._crew.crew import Crew, CrewError, Home, Work

# Threads of earlier tests may still wait for somebody; a fork leaves them behind.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


class Lead:
    """Notes everything, and answers with twice the number that it is asked."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, Any]] = []
        self.gone: list[int] = []
        self.crew: Crew

    def hear(self, member: int, message: Any) -> None:
        self.heard.append((member, message))
        if message == "news, please":
            self.crew.tell_all("news")

    async def answer(self, member: int, question: Any) -> Any:
        if question == "nonsense":
            raise LookupError(question)
        await asyncio.sleep(0.01 / question)
        return question * 2

    def ended(self, member: int) -> None:
        self.gone.append(member)


def run(*works: Work) -> Lead:
    lead = Lead()
    lead.crew = Crew(works)
    lead.crew.carry_out(lead)
    return lead


def test_everything_told_arrives_in_its_order_from_processes_of_their_own() -> None:
    async def work(home: Home) -> None:
        for number in range(1000):
            home.tell(number)
        home.tell(os.getpid())

    lead = run(work, work)
    for member in (0, 1):
        told = [message for whose, message in lead.heard if whose == member]
        assert told[:-1] == list(range(1000))
    assert len({message for _member, message in lead.heard[-1001:] if message >= 1000} | {os.getpid()}) > 1
    assert sorted(lead.gone) == [0, 1]


def test_question_has_its_own_answer_whichever_is_ready_first() -> None:
    async def work(home: Home) -> None:
        home.tell(await asyncio.gather(*(home.ask(number) for number in range(1, 20))))

    assert run(work).heard == [(0, [number * 2 for number in range(1, 20)])]


def test_what_was_told_before_a_question_is_heard_before_it() -> None:
    async def work(home: Home) -> None:
        home.tell("first")
        await home.ask(1)
        home.tell("second")

    assert [message for _member, message in run(work).heard] == ["first", "second"]


def test_news_reach_every_member() -> None:
    async def work(home: Home) -> None:
        came = asyncio.get_running_loop().create_future()
        home.on_news(came.set_result)
        await home.ask(1)
        home.tell("ready")
        home.tell("news, please")
        home.tell(await came)

    class Patient(Lead):
        """Until all are ready."""

        async def answer(self, member: int, question: Any) -> Any:
            self.asked = getattr(self, "asked", 0) + 1
            while self.asked < 2:
                await asyncio.sleep(0.001)

    lead = Patient()
    lead.crew = Crew([work, work])
    # Each asks for news once, and the first to come is enough.
    lead.crew.tell_all = _once(lead.crew.tell_all)  # type: ignore[method-assign]
    lead.crew.carry_out(lead)
    assert sorted(member for member, message in lead.heard if message == "news") == [0, 1]


def _once(tell: Any) -> Any:
    told: list[Any] = []

    def first(news: Any) -> None:
        if not told:
            told.append(news)
            tell(news)

    return first


def test_error_of_a_member_is_told_with_its_place() -> None:
    async def work(home: Home) -> None:
        raise ZeroDivisionError("in the member")

    with pytest.raises(CrewError, match=r"(?s)test_crew\.py.*ZeroDivisionError: in the member"):
        run(work)


def test_error_of_an_answer_is_the_leads_own() -> None:
    async def work(home: Home) -> None:
        await home.ask("nonsense")

    with pytest.raises(LookupError, match="nonsense"):
        run(work)


def test_member_that_is_killed_leaves_the_others_alone() -> None:
    async def dies(home: Home) -> None:
        home.tell("begun")
        await home.ask(1)
        os.kill(os.getpid(), signal.SIGKILL)

    async def lives(home: Home) -> None:
        await asyncio.sleep(0.05)
        home.tell("done")

    lead = run(dies, lives)
    assert sorted(lead.heard) == [(0, "begun"), (1, "done")]
    assert sorted(lead.gone) == [0, 1]


def test_nobody_is_left_behind() -> None:
    async def for_ever(home: Home) -> None:
        home.tell(os.getpid())
        await home.ask("nonsense")
        await asyncio.sleep(3600)

    lead = Lead()
    lead.crew = Crew([for_ever])
    with pytest.raises(LookupError):
        asyncio.run(lead.crew.run(lead))
    lead.crew.end()
    ((_member, process),) = lead.heard
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


_ORPHAN = """
import asyncio, sys
sys.path.insert(0, {collections!r})
from ansible_collections.winfleet.activation.plugins.plugin_utils._crew.crew import Crew
import os

class Lead:
    def hear(self, member, message):
        print(message, flush=True)
        os.kill(os.getpid(), 9)

    def ended(self, member):
        pass

async def work(home):
    home.tell(os.getpid())
    await asyncio.sleep(3600)

crew = Crew([work])
asyncio.run(crew.run(Lead()))
"""


def test_member_ends_with_the_process_that_began_it(tmp_path: Path) -> None:
    """A worker that is killed must not leave anybody behind who goes on with the machines."""
    collections = Path(__file__).resolve().parents[5] / ".work" / "collections"
    script = tmp_path / "orphan.py"
    script.write_text(_ORPHAN.format(collections=str(collections)))
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    process = int(done.stdout)
    until = time.monotonic() + 60
    while Path(f"/proc/{process}").exists() and _state(process) != "Z":
        assert time.monotonic() < until
        time.sleep(0.01)


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"
