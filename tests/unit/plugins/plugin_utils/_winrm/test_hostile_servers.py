# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that never end, all at once, against either pipe and the look at the door: what they get away with.

Kind: an exchange without a bound in time or memory. What is asserted are bytes and an end; the time is printed, and its
limit is so wide that it tells an end from none, not a fast machine from a slow one. The servers are the lab's, so that
anybody can try them: ``python -m winlab up hostile``.
"""

from __future__ import annotations

import asyncio
import gc
import resource
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.doorstep import look
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import WinrmError
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.pipe import StreamPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.shared import Shared
from tests.lab_unit.wire.workshop import HTTP_PORT, FakeHost, Workshop
from winlab.answers import answers
from winlab.mischief import Mischief, Trick

from .conftest import endpoint

# What the limits allow, and what lies in the buffers of both sides of 20 connections.
MOST_BYTES = 24 * 1024 * 1024
# Read and connect timeouts are two seconds.
LONGEST = 60.0

#: Whatever the lab has that never ends, or is much more than it seems.
SERVERS = [name for name, one in answers().items() if one.again or one.gzip]


def hostile(name: str) -> Mischief:
    if name == "silent":
        return Mischief(Trick.SILENT, on="http", times=None)
    return Mischief(Trick.ANSWER, on="http", times=None, answer=answers()[name], name=name)


def taken_from(host: FakeHost) -> int:
    """The bytes that it got rid of, in all its connections."""
    return sum(entry["bytes"] for entry in host.log if entry["kind"] == "sent")


def over_pywinrm(target: Any) -> str:
    pipe = PywinrmPipe(target)
    try:
        return pipe.exchange("<Envelope/>").decode()
    except WinrmError as error:
        return str(error)
    finally:
        pipe.close()


def over_a_stream(target: Any) -> str:
    async def run() -> str:
        shared = Shared()
        pipe = StreamPipe(target, shared)
        try:
            return (await pipe.exchange("<Envelope/>")).decode()
        except WinrmError as error:
            return str(error)
        finally:
            pipe.close()
            shared.close()

    return asyncio.run(run())


def at_the_door(target: Any) -> str:
    return str(look(target))


@pytest.mark.parametrize("ask", [over_pywinrm, over_a_stream, at_the_door])
@pytest.mark.parametrize("transport", ["ntlm", "basic"])
def test_what_hostile_servers_get_away_with(
    workshop: Workshop, ask: Callable[[Any], str], transport: str, capsys: pytest.CaptureFixture[str]
) -> None:
    hosts = {name: workshop.make(mischief=[hostile(name)]) for name in ("silent", *SERVERS)}
    listener = workshop.listen(*hosts.values())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def measure(host: FakeHost) -> tuple[float, str]:
        began = time.monotonic()
        fields: dict[str, Any] = {"read_timeout": 2, "operation_timeout": 1, "connect_timeout": 2}
        said = ask(endpoint(host.address, HTTP_PORT, scheme="http", transports=(transport,), **fields))
        return time.monotonic() - began, said

    with ThreadPoolExecutor(len(hosts)) as threads:
        measured = dict(zip(hosts, threads.map(measure, hosts.values()), strict=True))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    # Every connection is over then, and has said what it sent.
    workshop.run(listener.stop())
    with capsys.disabled():
        print(f"\n{ask.__name__}, {transport}: the process grew by {grown} MiB")
        for name, (seconds, said) in measured.items():
            print(f"  {name:<20}{seconds:5.1f} s{taken_from(hosts[name]) / 2**20:8.2f} MiB  {said[:110]}")
    with warnings.catch_warnings(record=True) as unclosed:
        warnings.simplefilter("always")
        gc.collect()
    assert [str(one.message) for one in unclosed if issubclass(one.category, ResourceWarning)] == []
    assert {name: seconds for name, (seconds, _said) in measured.items() if seconds > LONGEST} == {}
    taken = {name: taken_from(host) for name, host in hosts.items()}
    assert all(taken[name] for name in SERVERS)
    assert {name: much for name, much in taken.items() if much > MOST_BYTES} == {}
    assert [said for _seconds, said in measured.values() if "not known yet" in said] == []


def test_there_are_twenty_of_them() -> None:
    assert len(SERVERS) + 1 >= 20
