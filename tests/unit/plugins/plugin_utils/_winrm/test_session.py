# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session over a scripted pipe: what is asked, in what order, and how often."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import (
    ConnectionLost,
    OutcomeUnknown,
    TimedOut,
    Unreachable,
    WinrmError,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session, new_message_id
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import ProtocolError, RequestContext

S = "http://www.w3.org/2003/05/soap-envelope"
A = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
N = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
W = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
X = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Lab_Lamp"

Step = bytes | Exception


def answer(body: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{S}" xmlns:a="{A}" xmlns:n="{N}" xmlns:w="{W}"><s:Header/>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def item(name: str) -> str:
    return f'<p:Lab_Lamp xmlns:p="{X}"><p:Name>{name}</p:Name></p:Lab_Lamp>'


FIRST = answer(
    f"<n:EnumerateResponse><n:EnumerationContext>uuid:1</n:EnumerationContext><w:Items>{item('a')}</w:Items>"
    "</n:EnumerateResponse>"
)
LAST = answer(f"<n:PullResponse><n:Items>{item('b')}</n:Items><n:EndOfSequence/></n:PullResponse>")
DONE = answer(f'<p:Switch_OUTPUT xmlns:p="{X}"><p:ReturnValue>0</p:ReturnValue></p:Switch_OUTPUT>')
STALE = ConnectionLost("srv01", "the connection broke", reused=True)
BROKEN = ConnectionLost("srv01", "the connection broke")


class ScriptedPipe:
    """Hands out the prepared answers and keeps the actions that were asked for."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.actions: list[str] = []
        self.timeouts: list[float | None] = []
        self.closed = False

    def exchange(self, request: str, *, timeout: float | None = None) -> bytes:
        action = re.search(r"Action[^>]*>[^<]*/(\w+)<", request)
        self.actions.append(action[1] if action else "?")
        self.timeouts.append(timeout)
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    def close(self) -> None:
        self.closed = True


def session(pipe: ScriptedPipe) -> Session:
    return Session(pipe, RequestContext(to="http://srv01:5985/wsman", new_id=new_message_id), "srv01")


def query(one: Session) -> list[object]:
    return [instance.get("Name") for instance in one.query("SELECT * FROM Lab_Lamp")]


def switch(one: Session) -> object:
    return one.invoke("Lab_Lamp", "Switch", {}, {"Name": "a"}).return_value


def test_pages_are_read_to_the_end() -> None:
    pipe = ScriptedPipe(FIRST, LAST)
    one = session(pipe)
    assert query(one) == ["a", "b"]
    assert pipe.actions == ["Enumerate", "Pull"]
    assert one.requests == 2


def test_stale_connection_starts_the_read_again_from_its_beginning() -> None:
    pipe = ScriptedPipe(FIRST, STALE, FIRST, LAST)
    assert query(session(pipe)) == ["a", "b"]
    assert pipe.actions == ["Enumerate", "Pull", "Enumerate", "Pull"]


def test_stale_twice_is_an_error() -> None:
    pipe = ScriptedPipe(STALE, STALE, FIRST)
    with pytest.raises(ConnectionLost):
        query(session(pipe))
    assert pipe.actions == ["Enumerate", "Enumerate"]


@pytest.mark.parametrize("error", [BROKEN, Unreachable("srv01", "refused"), TimedOut("srv01", "silence")])
def test_other_errors_of_a_read_are_not_repeated(error: WinrmError) -> None:
    pipe = ScriptedPipe(error, FIRST)
    with pytest.raises(type(error)):
        query(session(pipe))
    assert len(pipe.actions) == 1


def test_enumeration_that_cannot_be_read_on_is_given_back() -> None:
    pipe = ScriptedPipe(FIRST, b"<html>", answer(""))
    with pytest.raises(ProtocolError):
        query(session(pipe))
    assert pipe.actions == ["Enumerate", "Pull", "Release"]


@pytest.mark.parametrize("lost", [STALE, BROKEN, TimedOut("srv01", "silence"), b"<html>"])
def test_invoke_is_sent_once_whatever_happens(lost: Step) -> None:
    pipe = ScriptedPipe(lost, DONE)
    with pytest.raises(OutcomeUnknown, match=r"Lab_Lamp\.Switch"):
        switch(session(pipe))
    assert pipe.actions == ["Switch"]


def test_invoke_that_never_left_keeps_its_error() -> None:
    pipe = ScriptedPipe(Unreachable("srv01", "refused"), DONE)
    with pytest.raises(Unreachable):
        switch(session(pipe))
    assert pipe.actions == ["Switch"]


@pytest.mark.parametrize(
    ("call", "timeout"),
    [
        (switch, None),
        (lambda one: one.invoke("Lab_Lamp", "Switch", {}, {"Name": "a"}, timeout=60).return_value, 70.0),
    ],
)
def test_time_to_wait(call: Callable[[Session], object], timeout: float | None) -> None:
    pipe = ScriptedPipe(DONE)
    assert call(session(pipe)) == 0
    assert pipe.timeouts == [timeout]


def test_leaving_the_block_closes_the_pipe() -> None:
    pipe = ScriptedPipe()
    with session(pipe):
        pass
    assert pipe.closed


def test_message_identifiers_differ_and_are_upper_case() -> None:
    first, second = new_message_id(), new_message_id()
    assert first != second
    assert re.fullmatch(r"uuid:[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", first)
