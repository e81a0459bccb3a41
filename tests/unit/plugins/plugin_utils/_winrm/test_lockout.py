# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many hosts a wrong password is shown to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm import lockout
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import SignInWithheld
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.lockout import (
    Attempt,
    LockoutGuard,
    is_shared,
)

Host = Callable[[Attempt], Awaitable[None]]


def host(name: str = "host1", user: str = "CORP\\admin", password: str = "Lab-Passw0rd!", **changes: Any) -> Endpoint:
    return Endpoint(
        inventory_name=name, host=changes.pop("host", name), username=user, password=Secret(password), **changes
    )


def hosts(count: int, **fields: Any) -> list[Endpoint]:
    return [host(f"host{number}", **fields) for number in range(count)]


async def refuses(attempt: Attempt) -> None:
    await asyncio.sleep(0.001)
    attempt.refused()


async def accepts(attempt: Attempt) -> None:
    await asyncio.sleep(0.001)
    attempt.accepted()


async def is_silent(attempt: Attempt) -> None:
    await asyncio.sleep(0.5)


async def answers_in_its_place(attempt: Attempt) -> None:
    await asyncio.sleep(0.001)
    attempt.in_doubt()


async def breaks(attempt: Attempt) -> None:
    await asyncio.sleep(0.001)
    raise ConnectionResetError


def sign_in(targets: list[Endpoint], behaviors: list[Host], limit: int = 3) -> tuple[list[str], list[str], int]:
    """Everybody at once: who was asked, who was not, and how many were asked at the same time at most."""
    asked: list[str] = []
    withheld: list[str] = []
    now, most = 0, 0

    async def one(guard: LockoutGuard, target: Endpoint, behavior: Host) -> None:
        nonlocal now, most
        try:
            with await guard.attempt(target) as attempt:
                asked.append(target.inventory_name)
                now += 1
                most = max(most, now)
                try:
                    await behavior(attempt)
                finally:
                    now -= 1
        except SignInWithheld:
            withheld.append(target.inventory_name)
        except ConnectionResetError:
            pass

    async def everybody() -> None:
        guard = LockoutGuard(limit)
        await asyncio.gather(
            *(one(guard, target, behavior) for target, behavior in zip(targets, behaviors, strict=True))
        )

    asyncio.run(everybody())
    return asked, withheld, most


@pytest.mark.parametrize("limit", [1, 3])
def test_wrong_password_is_shown_to_a_few(limit: int) -> None:
    asked, withheld, _most = sign_in(hosts(50), [refuses] * 50, limit)
    assert asked == [f"host{number}" for number in range(limit)]
    assert len(withheld) == 50 - limit


def test_first_that_takes_it_opens_the_way() -> None:
    asked, withheld, most = sign_in(hosts(50), [refuses, refuses, accepts, *[accepts] * 47])
    assert len(asked) == 50
    assert withheld == []
    # Those who had waited are then asked at once, and hosts that refuse it refuse it for themselves.
    assert most > 3
    asked, withheld, _most = sign_in(hosts(50), [accepts, *[refuses] * 49])
    assert (len(asked), withheld) == (50, [])


def test_few_are_asked_before_one_has_taken_it() -> None:
    _asked, _withheld, most = sign_in(hosts(20), [refuses] * 20)
    assert most == 3


def test_broken_connection_gives_its_place_on() -> None:
    asked, withheld, _most = sign_in(hosts(20), [breaks] * 10 + [accepts] * 10)
    assert (len(asked), withheld) == (20, [])
    asked, withheld, _most = sign_in(hosts(20), [breaks] * 10 + [refuses] * 10)
    assert len([name for name in asked if int(name.removeprefix("host")) >= 10]) == 3
    assert len(asked) + len(withheld) == 20


def test_answers_that_tell_nothing_keep_their_places() -> None:
    """Kind: a proxy's 502 to a proof was no refusal, and so the wrong password went to the whole fleet."""
    asked, withheld, _most = sign_in(hosts(100), [answers_in_its_place] * 100)
    assert (len(asked), len(withheld)) == (3, 97)
    asked, withheld, _most = sign_in(hosts(100), [answers_in_its_place, refuses, *[answers_in_its_place] * 98])
    assert (len(asked), len(withheld)) == (3, 97)


def test_fewer_of_them_than_the_limit_hold_nobody_up() -> None:
    asked, withheld, _most = sign_in(hosts(50), [answers_in_its_place] * 2 + [accepts] * 48)
    assert (len(asked), withheld) == (50, [])


def test_a_host_in_doubt_may_ask_again_and_nobody_is_said_to_have_refused() -> None:
    async def run() -> str:
        guard = LockoutGuard(1)
        for _unused in range(2):
            with await guard.attempt(host("web1")) as attempt:
                attempt.in_doubt()
        with pytest.raises(SignInWithheld) as withheld:
            await guard.attempt(host("web2"))
        return str(withheld.value)

    text = asyncio.run(run())
    assert "web1 answered the credentials of CORP\\admin with something other than WinRM" in text
    assert "refused the" not in text
    assert "ansible_password" not in text


def test_silent_host_holds_others_up_for_a_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockout, "_PATIENCE", 0.05)
    asked, withheld, most = sign_in(hosts(10), [is_silent] * 3 + [accepts] * 7)
    assert (len(asked), withheld) == (10, [])
    assert most > 3


def test_many_silent_hosts_hold_others_up_no_longer_than_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockout, "_PATIENCE", 0.05)
    silent, others = 20, 200
    asked, withheld, _most = sign_in(hosts(silent + others), [is_silent] * silent + [accepts] * others)
    assert (len(asked), withheld) == (silent + others, [])
    first = next(place for place, name in enumerate(asked) if int(name.removeprefix("host")) >= silent)
    # Three are asked, and then any three: that each of twelve is silent happens once in many billions.
    assert 3 <= first < 15


def test_each_account_for_itself() -> None:
    targets = [*hosts(10, password="Wrong-1"), *hosts(10, user="corp\\ADMIN"), *hosts(10, user="CORP\\other")]
    asked, withheld, _most = sign_in(targets, [refuses] * 10 + [accepts] * 20)
    assert len(asked) == 3 + 20
    assert len(withheld) == 7


def test_no_limit_asks_everybody() -> None:
    asked, withheld, most = sign_in(hosts(10), [refuses] * 10, limit=0)
    assert (len(asked), withheld, most) == (10, [], 10)


def test_accounts_of_the_machines_are_not_held_up() -> None:
    asked, withheld, _most = sign_in(hosts(10, user=".\\admin"), [refuses] * 10)
    assert (len(asked), withheld) == (10, [])


@pytest.mark.parametrize(
    ("user", "shared"),
    [
        ("CORP\\admin", True),
        ("corp.example\\admin", True),
        ("admin@CORP.EXAMPLE", True),
        ("admin", False),
        (".\\admin", False),
        ("WEB1\\admin", False),
        ("web1\\admin", False),
        ("SRV9\\admin", False),
        ("A-RATHER-LONG-N\\admin", False),
        ("admin@", False),
        ("\\admin", False),
    ],
)
def test_whose_account_it_is(user: str, shared: bool) -> None:
    name = "a-rather-long-name" if user.startswith("A-") else "web1.corp.example"
    assert is_shared(host(name, user=user, host="srv9.corp.example")) is shared


def test_the_reason_names_who_refused_it_and_no_password() -> None:
    async def run() -> SignInWithheld:
        guard = LockoutGuard(2)
        for name in ("web1", "web2"):
            with await guard.attempt(host(name)) as attempt:
                attempt.refused()
        with pytest.raises(SignInWithheld) as withheld:
            await guard.attempt(host("web3"))
        return withheld.value

    text = str(asyncio.run(run()))
    assert text.startswith("web3 (")
    assert "web1, web2 refused the credentials of CORP\\admin" in text
    assert "ansible_password" in text
    assert "Lab-Passw0rd!" not in text


def test_host_that_takes_it_late_opens_the_way_for_those_who_come_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockout, "_PATIENCE", 0.02)

    async def run() -> None:
        guard = LockoutGuard(1)
        with await guard.attempt(host("slow")) as slow:
            with await guard.attempt(host("quick")) as quick:
                quick.refused()
            with pytest.raises(SignInWithheld):
                await guard.attempt(host("third"))
            slow.accepted()
        with await guard.attempt(host("fourth")):
            pass

    asyncio.run(run())
