# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A few machines of the lab, so that their replies can be recorded."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from .places import REPOSITORY, import_collection

_SECONDS = 60

#: Takes a request and its reply, with ``%RELATES_TO%`` where the request's identifier belongs.
Hear = Callable[[str, str], None]


@contextmanager
def recording_lab(work: Path, network: str, scenario: str) -> Iterator[Callable[[str], Any]]:
    """The lab with the machines of a scenario, and what gives the ``Endpoint`` of each by name."""
    work = work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    path, inventory = work / "recording.yml", work / "recording-inventory.yml"
    path.write_text(scenario)
    inventory.unlink(missing_ok=True)
    command = [sys.executable, "-m", "winlab", "up", str(path), "--inventory", str(inventory), "--network", network]
    with subprocess.Popen(command, cwd=REPOSITORY / "tests" / "lab", stdout=subprocess.DEVNULL) as lab:
        try:
            _wait_for(inventory, lab)
            group = yaml.safe_load(inventory.read_text())["all"]["children"]["windows"]
            yield lambda name: _endpoint(name, {**group.get("vars", {}), **group["hosts"][name]})
        finally:
            lab.terminate()


def carry_out(endpoint: Any, steps: Any, hear: Hear) -> Any:
    """Carry a piece of work out on a machine, and hear all that is said. What the work returns."""
    return asyncio.run(_carry_out(endpoint, steps, hear))


async def _carry_out(endpoint: Any, steps: Any, hear: Hear) -> Any:
    from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import take_async
    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.async_session import AsyncSession
    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import context_for
    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.pipe import StreamPipe
    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.shared import Shared

    class Recorder(StreamPipe):
        async def exchange(self, request: str, *, timeout: float | None = None) -> bytes:
            reply = await super().exchange(request, timeout=timeout)
            text = re.sub(r"(RelatesTo>)[^<]*", r"\1%RELATES_TO%", reply.decode())
            if "EnumerateResponse" in text and "EndOfSequence" not in text:
                raise SystemExit("benchmarks: the recorded machine answers in pages, which the server does not know")
            hear(request, text)
            return reply

    shared = Shared()
    pipe = Recorder(endpoint, shared)
    try:
        session = AsyncSession(pipe, context_for(endpoint), endpoint.inventory_name)
        return await take_async(session, steps, asyncio.sleep)
    finally:
        pipe.close()
        shared.close()


def _wait_for(inventory: Path, lab: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _SECONDS
    # It appears empty, and is filled in one go.
    while not inventory.exists() or not inventory.stat().st_size:
        if lab.poll() is not None or time.monotonic() > until:
            raise SystemExit("benchmarks: the lab did not start, so there is nothing to answer with")
        time.sleep(0.05)


def _endpoint(name: str, variables: dict[str, Any]) -> Any:
    import_collection()
    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret

    return Endpoint(
        inventory_name=name,
        host=variables["ansible_host"],
        port=variables["ansible_port"],
        scheme="http",
        username=variables["ansible_user"],
        password=Secret(variables["ansible_password"]),
    )
