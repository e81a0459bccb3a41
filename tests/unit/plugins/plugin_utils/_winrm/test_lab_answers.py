# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every answer of the lab that no Windows gives, against either pipe: it ends, in an error that has a name."""

from __future__ import annotations

import asyncio
import gc
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import NotAuthenticated, WinrmError
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.pipe import StreamPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.shared import Shared
from tests.lab_unit.wire.client import query
from tests.lab_unit.wire.workshop import HTTP_PORT, FakeHost, Workshop
from winlab.answers import answers
from winlab.mischief import Mischief, Trick

from .conftest import endpoint

LAMPS = query("SELECT * FROM Lab_Lamp")
STRANGERS = {name for name in answers() if name != "greeting"}


def over_pywinrm(target: Endpoint) -> Exception | None:
    pipe = PywinrmPipe(target)
    try:
        pipe.exchange(LAMPS)
    except WinrmError as error:
        return error
    finally:
        pipe.close()
    return None


def over_a_stream(target: Endpoint) -> Exception | None:
    async def run() -> Exception | None:
        shared = Shared()
        pipe = StreamPipe(target, shared)
        try:
            await pipe.exchange(LAMPS)
        except WinrmError as error:
            return error
        finally:
            pipe.close()
            shared.close()
        return None

    return asyncio.run(run())


def played(workshop: Workshop, name: str) -> FakeHost:
    mischief = Mischief(Trick.ANSWER, on="http", times=None, answer=answers()[name], name=name)
    return workshop.machine(mischief=[mischief])


# What is broken off is left to the garbage collector on Python 3.11; the test collects it itself.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.parametrize("ask", [over_pywinrm, over_a_stream])
def test_each_ends_in_an_error_that_has_a_name(workshop: Workshop, ask: Callable[[Endpoint], Exception | None]) -> None:
    hosts = {name: played(workshop, name) for name in STRANGERS}

    def meet(host: FakeHost) -> Exception | None:
        limits: dict[str, Any] = {"read_timeout": 2, "operation_timeout": 1, "connect_timeout": 2}
        return ask(endpoint(host.address, HTTP_PORT, scheme="http", transports=("ntlm",), **limits))

    with ThreadPoolExecutor(len(hosts)) as threads:
        met = dict(zip(hosts, threads.map(meet, hosts.values()), strict=True))
    gc.collect()
    assert [name for name, error in met.items() if error is None] == []
    assert [name for name, error in met.items() if "not known yet" in str(error)] == []
    strange = {name: str(error) for name, error in met.items() if any(map(is_control, str(error)))}
    assert strange == {}
    # Nobody's password is blamed by who was never shown it, or says no more than that he wants one.
    blamed = [name for name, error in met.items() if isinstance(error, NotAuthenticated)]
    assert [name for name in blamed if "401" not in name and name != "forbidden"] == []
    assert [name for name, error in met.items() if "ansible_password" in str(error)] == []


def is_control(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf") and letter != "\n"
