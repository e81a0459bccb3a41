# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One reading for two kinds of session, which read the same with the same queries."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.audit import audit, audit_steps
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import Invoke, take, take_async
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import Instance, WsmanFault

from ..fake_machine import FakeMachine
from ..sample_machines import CSVLK, GVLK, server_2008_r2

STOPPING = 0xC004F075


class AsyncMachine:
    """A machine behind an asynchronous session."""

    def __init__(self, machine: FakeMachine) -> None:
        self._machine = machine

    async def query(
        self, wql: str, namespace: str = "", types: Mapping[str, str] | None = None
    ) -> tuple[Instance, ...]:
        await asyncio.sleep(0)
        return self._machine.query(wql, types=types)


def read_async(machine: FakeMachine, pauses: list[float] | None = None) -> object:
    async def pause(seconds: float) -> None:
        (pauses if pauses is not None else []).append(seconds)

    return asyncio.run(take_async(AsyncMachine(machine), audit_steps(), pause))


@pytest.mark.parametrize("key", [GVLK, CSVLK])
def test_both_read_the_same_with_the_same_queries(key: object) -> None:
    blocking, asynchronous = server_2008_r2(key), server_2008_r2(key)  # type: ignore[arg-type]
    assert audit(blocking) == read_async(asynchronous)
    assert blocking.queries == asynchronous.queries


def test_column_that_is_missing_is_done_without() -> None:
    machine = server_2008_r2(GVLK, serving=False)
    for row in machine.rows["SoftwareLicensingProduct"]:
        del row["TokenActivationILVID"]
    assert read_async(machine)
    assert not any("*" in query for query in machine.queries)


def stopping(times: int) -> list[WsmanFault]:
    return [WsmanFault(code=STOPPING, hresult=STOPPING) for _unused in range(times)]


def test_service_that_is_stopping_is_waited_for() -> None:
    machine = server_2008_r2(GVLK)
    machine.fail_queries_with = stopping(2)
    pauses: list[float] = []
    assert read_async(machine, pauses)
    assert pauses == [1.0, 2.0]


def test_service_that_never_stops_stopping() -> None:
    machine = server_2008_r2(GVLK)
    machine.fail_queries_with = stopping(9)
    pauses: list[float] = []
    with pytest.raises(WsmanFault):
        take(machine, audit_steps(), pauses.append)  # type: ignore[arg-type]
    assert pauses == [1.0, 2.0, 4.0]


def test_fault_reaches_the_caller() -> None:
    machine = server_2008_r2(GVLK)
    machine.fail_queries_with = [WsmanFault(code=5, hresult=5, subcode="AccessDenied")]
    with pytest.raises(WsmanFault):
        read_async(machine)
    assert len(machine.queries) == 1


def test_a_call_that_is_shown_shows_no_key() -> None:
    call = Invoke("SoftwareLicensingService", "InstallProductKey", {"ProductKey": str(CSVLK)}, {"Version": "10"})
    assert repr(call) == "Invoke(SoftwareLicensingService.InstallProductKey)"
