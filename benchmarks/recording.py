# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real replies for the server of the benchmark: one machine of the lab is read once, and its answers are kept."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from pathlib import Path

import yaml

from .places import REPOSITORY, import_collection

_SCENARIO = """
name: recording
domain: corp.example
machines:
  - {name: ten, release: win10, activated: true}
"""
_SECONDS = 60


def record(work: Path, network: str) -> dict[str, str]:
    """Replies by the class that was asked for, with ``%RELATES_TO%`` where the request's identifier belongs."""
    work = work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    scenario, inventory = work / "recording.yml", work / "recording-inventory.yml"
    scenario.write_text(_SCENARIO)
    inventory.unlink(missing_ok=True)
    command = [sys.executable, "-m", "winlab", "up", str(scenario), "--inventory", str(inventory), "--network", network]
    with subprocess.Popen(command, cwd=REPOSITORY / "tests" / "lab", stdout=subprocess.DEVNULL) as lab:
        try:
            _wait_for(inventory, lab)
            return asyncio.run(_read(inventory))
        finally:
            lab.terminate()


def _wait_for(inventory: Path, lab: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _SECONDS
    while not inventory.exists():
        if lab.poll() is not None or time.monotonic() > until:
            raise SystemExit("benchmarks: the lab did not start, so there is nothing to answer with")
        time.sleep(0.05)


async def _read(inventory: Path) -> dict[str, str]:
    import_collection()
    from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.audit import audit_steps
    from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import take_async
    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.async_session import AsyncSession
    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import context_for
    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream_pipe import StreamPipe
    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream_shared import Shared

    group = yaml.safe_load(inventory.read_text())["all"]["children"]["windows"]
    variables = {**group.get("vars", {}), **group["hosts"]["ten"]}
    endpoint = Endpoint(
        inventory_name="ten",
        host=variables["ansible_host"],
        port=variables["ansible_port"],
        scheme="http",
        username=variables["ansible_user"],
        password=Secret(variables["ansible_password"]),
    )
    replies: dict[str, str] = {}

    class Recorder(StreamPipe):
        async def exchange(self, request: str, *, timeout: float | None = None) -> bytes:
            reply = await super().exchange(request, timeout=timeout)
            found = re.search(r"FROM (\w+)", request)
            text = re.sub(r"(RelatesTo>)[^<]*", r"\1%RELATES_TO%", reply.decode())
            if found is None or "EndOfSequence" not in text:
                raise SystemExit("benchmarks: the recorded machine answers in pages, which the server does not know")
            replies[found[1]] = text
            return reply

    shared = Shared()
    pipe = Recorder(endpoint, shared)
    await take_async(AsyncSession(pipe, context_for(endpoint), "ten"), audit_steps(), asyncio.sleep)
    pipe.close()
    shared.close()
    return replies
