# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the lab can make go wrong, at the sign-in, at a query and at a change, over both pipes, behind a tap.

What is expected of each is a line of tests/shown/faults.tsv; the table in the documentation has what was seen. And
whatever went wrong, before and after it no byte of a request crossed readably.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.async_session import AsyncSession
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import (
    OutcomeUnknown,
    Unexpected,
    WinrmError,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session, context_for
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.pipe import StreamPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.shared import Shared
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import WsmanError, WsmanFault
from tests.lab_unit.wire.workshop import HTTP_PORT, HTTPS_PORT, FakeHost, Workshop
from tests.shown.faults import Fault, faults, kinds
from tests.surroundings import without_surroundings
from winlab.answers import answers
from winlab.host import Account
from winlab.mischief import Mischief, Trick

from .conftest import Tap, endpoint

KEY = "CCCCC-DDDDD-FFFFF-GGGGG-PYWKV"
LAMPS, DESK = "SELECT * FROM Lab_Lamp", {"Name": "desk"}
ACCOUNT = Account("Administrator", "Tell-Nobody-1")
# A request, a password in the clear, and one in the header of Basic.
READABLE = (
    b"Envelope",
    b"Lab_Lamp",
    KEY.encode(),
    ACCOUNT.password.encode(),
    base64.b64encode(f"{ACCOUNT.user}:{ACCOUNT.password}".encode()),
)
# Only a deadline ends these; the others end by themselves or by a limit, and get all the time they need.
DEADLINE = ("drip", "silent", "slow")


@dataclass(frozen=True)
class Course:
    """What came of a query, a change and a query on one machine, and all that was heard of it."""

    said: list[str]
    heard: bytes


def outcome(error: Exception) -> str:
    """The name of an error, and of a fault its code."""
    if isinstance(error, WsmanFault):
        return f"WsmanFault {error.hresult_text or error.subcode}"
    return f"Unexpected: {error}" if isinstance(error, Unexpected) else type(error).__name__


def over_pywinrm(target: Endpoint) -> list[str]:
    said = []
    with Session(PywinrmPipe(target), context_for(target), target.label) as session:
        for step in (
            lambda: session.query(LAMPS),
            lambda: session.invoke("Lab_Lamp", "InstallProductKey", {"ProductKey": KEY}, DESK),
            lambda: session.query(LAMPS),
        ):
            try:
                step()
                said.append("done")
            except (WinrmError, WsmanError) as error:
                said.append(outcome(error))
    return said


def over_a_stream(target: Endpoint) -> list[str]:
    async def run() -> list[str]:
        shared = Shared()
        pipe = StreamPipe(target, shared)
        session = AsyncSession(pipe, context_for(target), target.label)
        said = []
        try:
            for step in (
                lambda: session.query(LAMPS),
                lambda: session.invoke("Lab_Lamp", "InstallProductKey", {"ProductKey": KEY}, DESK),
                lambda: session.query(LAMPS),
            ):
                try:
                    await step()
                    said.append("done")
                except (WinrmError, WsmanError) as error:
                    said.append(outcome(error))
        finally:
            pipe.close()
            shared.close()
        return said

    return asyncio.run(run())


PIPES: dict[str, Callable[[Endpoint], list[str]]] = {"pywinrm": over_pywinrm, "streams": over_a_stream}


# What the lab calls them.
PLACES = {
    "connection": "connect",
    "handshake": "tls",
    "sign-in": "http",
    "proof": "proof",
    "query": "enumerate",
    "change": "invoke",
}


def mischief_of(fault: Fault) -> Mischief:
    times = 1 if fault.place in ("query", "change") else None
    on = PLACES[fault.place]
    if fault.kind in answers():
        return Mischief(Trick.ANSWER, on=on, times=times, answer=answers()[fault.kind], name=fault.kind)
    trick, _colon, code = fault.kind.partition(":")
    return Mischief(Trick(trick), on=on, times=times, seconds=5.0 if trick == "slow" else 0.0, fault=code)


def machine_with(workshop: Workshop, fault: Fault) -> FakeHost:
    https = fault.place == "handshake"
    return workshop.make(accounts=[ACCOUNT], http=not https, https=https, mischief=[mischief_of(fault)])


def meet(machine: FakeHost, fault: Fault, pipe: str) -> Course:
    scheme, port = ("https", HTTPS_PORT) if machine.winrm.https else ("http", HTTP_PORT)
    tap = Tap(machine.address, port)
    limits = (
        {"read_timeout": 2, "operation_timeout": 1, "connect_timeout": 2} if fault.kind.startswith(DEADLINE) else {}
    )
    patience: dict[str, Any] = {"read_timeout": 90, "operation_timeout": 60, "connect_timeout": 60, **limits}
    target = endpoint("127.0.0.1", tap.port, password=Secret(ACCOUNT.password), scheme=scheme, **patience)
    try:
        return Course(PIPES[pipe](target), tap.everything)
    finally:
        tap.close()


Courses = dict[tuple[Fault, str], Course]


@pytest.fixture(scope="module")
def courses() -> Courses:
    """All of them, some at a time, once every machine listens."""
    wanted = [(fault, pipe) for fault in faults() for pipe in PIPES]
    with pytest.MonkeyPatch.context() as patch, Workshop() as workshop, ThreadPoolExecutor(16) as threads:
        # What the fixture of each test does comes after what is made once.
        without_surroundings(patch)
        machines = [machine_with(workshop, fault) for fault, _pipe in wanted]
        workshop.listen(*machines)
        done = list(threads.map(lambda host, one: meet(host, *one), machines, wanted))
    with warnings.catch_warnings():
        # What is broken off is left to the garbage collector; it is no matter of the tests that follow.
        warnings.simplefilter("ignore")
        gc.collect()
    return dict(zip(wanted, done, strict=True))


def shown(fault: Fault, course: Course) -> str:
    """The outcome that the table is about."""
    return course.said[1] if fault.place == "change" else course.said[0]


# What is broken off is left to the garbage collector on Python 3.11.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("fault", faults(), ids=str)
def test_what_is_seen_is_what_is_expected(courses: Courses, fault: Fault, record_property: Any) -> None:
    seen = {pipe: shown(fault, courses[fault, pipe]) for pipe in PIPES}
    record_property("seen", " / ".join(dict.fromkeys(seen.values())))
    assert {pipe: one for pipe, one in seen.items() if one not in fault.expected} == {}


@pytest.mark.parametrize("fault", faults(), ids=str)
def test_nothing_crosses_in_the_clear(courses: Courses, fault: Fault) -> None:
    """Kind: after some failure a library goes on without the seal."""
    for pipe in PIPES:
        heard = courses[fault, pipe].heard
        assert [text for text in READABLE if text in heard] == [], pipe


def test_the_tap_would_hear_it(workshop: Workshop) -> None:
    machine = workshop.machine(accounts=[ACCOUNT], basic=True, allow_unencrypted=True)
    tap = Tap(machine.address)
    target = endpoint(
        "127.0.0.1", tap.port, password=Secret(ACCOUNT.password), scheme="http", transports=("plaintext",)
    )
    over_pywinrm(target)
    assert all(text in tap.everything for text in READABLE if text != ACCOUNT.password.encode())
    tap.close()


def test_a_change_that_may_have_been_made_is_never_done_or_plainly_failed(courses: Courses) -> None:
    """Whatever struck the change after it was sent: it is unknown, or a fault says what became of it."""
    named = {OutcomeUnknown.__name__}
    cut = [
        fault for fault in faults() if fault.place == "change" and fault.kind in ("cut_before", "cut_after", "close")
    ]
    assert cut
    assert {shown(fault, courses[fault, pipe]) for fault in cut for pipe in PIPES} <= named


def test_every_kind_of_the_lab_is_met_in_every_place() -> None:
    met = {(fault.kind, fault.place) for fault in faults()}
    assert {kind for kind, _place in met} == kinds()
    assert len(kinds()) > 80
