# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declared misbehavior, as a client sees it and as the provider sees it."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from winrm.exceptions import WinRMError, WinRMOperationTimeoutError, WinRMTransportError

from winlab.mischief import ANY_REQUEST, Mischief, Trick, next_trick

from .client import Pywinrm, call, context_of, items_of, post, pull, query
from .workshop import FakeHost, Workshop

LAMPS = query("SELECT * FROM Lab_Lamp")
SWITCH = call("Lab_Lamp", "Switch", "<p:On>false</p:On>", selectors={"Name": "desk"})


def wicked(workshop: Workshop, trick: Trick, **settings: Any) -> FakeHost:
    return workshop.machine(mischief=[Mischief(trick, **settings)])


@pytest.mark.parametrize(
    ("on", "names", "struck"),
    [
        ("", ("enumerate", "Lab_Lamp", ""), True),
        ("", (ANY_REQUEST,), False),
        ("http", (ANY_REQUEST,), True),
        ("INVOKE", ("invoke", "Lab_Lamp", "Switch"), True),
        ("switch", ("invoke", "Lab_Lamp", "Switch"), True),
        ("lab_lamp", ("get", "Lab_Lamp", ""), True),
        ("pull", ("enumerate", "*", ""), False),
    ],
)
def test_what_it_waits_for(on: str, names: tuple[str, ...], struck: bool) -> None:
    assert (next_trick([Mischief(Trick.CLOSE, on=on)], *names) is not None) is struck


@pytest.mark.parametrize(
    ("after", "times", "strikes"),
    [(0, 1, "x...."), (2, 1, "..x.."), (1, 2, ".xx.."), (3, None, "...xx"), (0, 0, ".....")],
)
def test_when_it_strikes(after: int, times: int | None, strikes: str) -> None:
    mischief = [Mischief(Trick.CLOSE, after=after, times=times)]
    assert "".join("x" if next_trick(mischief, "get") else "." for _unused in strikes) == strikes


@pytest.mark.parametrize("trick", [Trick.CLOSE, Trick.CUT_BEFORE])
def test_cut_before_it_took_effect(workshop: Workshop, trick: Trick) -> None:
    host = wicked(workshop, trick, on="Switch")
    with Pywinrm(host) as client:
        client.send(LAMPS)
        with pytest.raises(requests.ConnectionError):
            client.send(SWITCH)
    assert host.cim.lamps[0].values["Lit"] is True
    assert host.last("mischief")["trick"] == trick.value


def test_cut_after_it_took_effect(workshop: Workshop) -> None:
    host = wicked(workshop, Trick.CUT_AFTER, on="invoke")
    with Pywinrm(host) as client, pytest.raises(requests.ConnectionError):
        client.send(SWITCH)
    assert host.cim.lamps[0].values["Lit"] is False
    assert host.last("invoke")["return_value"] == 0


def test_timed_out_after_it_took_effect(workshop: Workshop) -> None:
    host = wicked(workshop, Trick.TIMED_OUT, on="invoke")
    with Pywinrm(host) as client, pytest.raises(WinRMOperationTimeoutError):
        client.send(SWITCH)
    assert host.cim.lamps[0].values["Lit"] is False


def test_the_connection_ends_between_two_messages(workshop: Workshop) -> None:
    host = wicked(workshop, Trick.HANG_UP, after=1)
    with Pywinrm(host) as client:
        client.send(LAMPS)
        client.send(LAMPS)
        time.sleep(0.1)
        # The library authenticates anew and sends what it sealed under the old key.
        with pytest.raises(WinRMTransportError) as error:
            client.send(LAMPS)
        assert error.value.code == 400
        client.protocol.transport.close_session()
        client.send(LAMPS)


def test_half_an_answer(workshop: Workshop) -> None:
    cut = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
    with Pywinrm(wicked(workshop, Trick.TRUNCATE)) as client, pytest.raises(cut):
        client.send(LAMPS)


def test_a_page_from_a_proxy(workshop: Workshop) -> None:
    host = wicked(workshop, Trick.PROXY_HTML, on="http", times=None)
    response = post(host, LAMPS.encode())
    assert (response.status, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert response.body.startswith(b"<html>")  # type: ignore[attr-defined]


@pytest.mark.parametrize(("trick", "status"), [(Trick.UNAVAILABLE, 503), (Trick.EMPTY_500, 500)])
@pytest.mark.parametrize("on", ["http", "enumerate"])
def test_bare_statuses(workshop: Workshop, trick: Trick, status: int, on: str) -> None:
    host = wicked(workshop, trick, on=on)
    with Pywinrm(host) as client:
        with pytest.raises(WinRMTransportError) as error:
            client.send(LAMPS)
        assert error.value.code == status
    with Pywinrm(host) as client:
        assert items_of(client.send(LAMPS))


@pytest.mark.parametrize("on", ["", "http"])
def test_slow(workshop: Workshop, on: str) -> None:
    with Pywinrm(wicked(workshop, Trick.SLOW, on=on, seconds=0.4)) as client:
        before = time.monotonic()
        assert items_of(client.send(LAMPS))
        assert time.monotonic() - before >= 0.4


@pytest.mark.parametrize("on", ["", "http"])
def test_silence(workshop: Workshop, on: str) -> None:
    host = wicked(workshop, Trick.SILENT, on=on)
    impatient = Pywinrm(host, read_timeout_sec=2, operation_timeout_sec=1)
    with impatient as client, pytest.raises(requests.exceptions.ReadTimeout):
        client.send(LAMPS)
    assert "enumerate" not in host.kinds()


@pytest.mark.parametrize(("on", "after"), [("Lab_Lamp", 1), ("pull", 0)])
def test_queries_and_pulls_are_known_by_their_class(workshop: Workshop, on: str, after: int) -> None:
    host = wicked(workshop, Trick.BUSY, on=on, after=after)
    with Pywinrm(host) as client:
        client.send(query("SELECT * FROM Lab_House"))
        context = context_of(client.send(LAMPS))
        assert client.fault(pull(context)).code == 2150859174


def test_garbage(workshop: Workshop) -> None:
    with Pywinrm(wicked(workshop, Trick.GARBAGE)) as client, pytest.raises(requests.ConnectionError):
        client.send(LAMPS)


def test_fault_with_status_200(workshop: Workshop) -> None:
    host = wicked(workshop, Trick.FAULT_200, on="invoke")
    with Pywinrm(host) as client:
        assert b"s:Fault" in client.protocol.send_message(SWITCH)
    assert host.cim.calls == []


def test_busy(workshop: Workshop) -> None:
    with Pywinrm(wicked(workshop, Trick.BUSY, times=2)) as client:
        assert client.fault(LAMPS).code == 2150859174
        assert client.fault(LAMPS).code == 2150859174
        assert items_of(client.send(LAMPS))


def test_expired_enumeration(workshop: Workshop) -> None:
    with Pywinrm(wicked(workshop, Trick.EXPIRE, on="pull")) as client:
        context = context_of(client.send(LAMPS))
        assert client.fault(pull(context)).code == 2150858779
        context = context_of(client.send(LAMPS))
        assert items_of(client.send(pull(context)))


def test_wmi_error_form(workshop: Workshop) -> None:
    with Pywinrm(wicked(workshop, Trick.WMI_ERROR, times=None)) as client:
        fault = client.fault(query("SELECT * FROM Lab_Nothing"))
        assert items_of(client.send(LAMPS))
    assert fault.code is None
    uri = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"
    assert fault.root.findtext(f".//{{{uri}}}error_Code") == "2150858778"


def test_wrong_key(workshop: Workshop) -> None:
    with Pywinrm(wicked(workshop, Trick.WRONG_KEY)) as client:
        with pytest.raises(Exception) as error:  # noqa: PT011
            client.send(LAMPS)
        assert not isinstance(error.value, WinRMError)
        assert "BadMIC" in type(error.value).__name__


def test_doctype(workshop: Workshop) -> None:
    with Pywinrm(wicked(workshop, Trick.DOCTYPE)) as client:
        assert client.protocol.send_message(LAMPS).startswith(b"<!DOCTYPE")


def test_blackhole(workshop: Workshop) -> None:
    host = workshop.machine(blackhole=True)
    impatient = Pywinrm(host, read_timeout_sec=2, operation_timeout_sec=1)
    with impatient as client, pytest.raises(requests.exceptions.ReadTimeout):
        client.send(LAMPS)


def test_unreachable(workshop: Workshop) -> None:
    host = workshop.machine(http=False, https=False)
    with Pywinrm(host) as client, pytest.raises(requests.ConnectionError):
        client.send(LAMPS)


def test_a_service_that_is_stopped_for_a_while(workshop: Workshop) -> None:
    host = workshop.machine(running=False)
    with Pywinrm(host) as client, pytest.raises(requests.ConnectionError):
        client.send(LAMPS)
    host.winrm.running = True
    with Pywinrm(host) as client:
        assert items_of(client.send(LAMPS))
        host.winrm.running = False
        with pytest.raises(requests.ConnectionError):
            client.send(LAMPS)
