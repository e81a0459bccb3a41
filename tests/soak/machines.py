# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machines, in a process of their own: ``python -m tests.soak.machines FILE NETWORK``.

Reads one command a line, JSON, and answers with one line: ``spoil`` makes machines KMS hosts again, as an image
with the wrong key would; ``weather`` says what goes wrong on which machine, and ends what went wrong before;
``truth`` tells what each machine is, and which methods that change something were called on it since it was asked
last.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from winlab.builder import build_fleet
from winlab.fleet import Fleet
from winlab.listener import Listener
from winlab.machine import Machine
from winlab.mischief import Mischief, Trick
from winlab.scenario import load_scenario
from winlab.state import machine_state
from winlab.windows.lab_keys import key_ring

_CIM, _SERVICE = "root/cimv2", "SoftwareLicensingService"
_READS = ("Get", "Enum", "CheckAccess")

Command = Callable[[dict[str, Any]], Coroutine[Any, Any, Any]]


class Machines:
    """A fleet that does as it is told."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self.commands: dict[str, Command] = {"spoil": self._spoil, "weather": self._weather, "truth": self._truth}

    async def _spoil(self, said: dict[str, Any]) -> None:
        for name, key in said["keys"].items():
            machine = self._fleet.machines[name]
            found = key_ring().named(key)
            if found is None:
                raise ValueError(key)
            keys = {"Version": machine.release.service_version}
            await machine.cim.invoke(_CIM, _SERVICE, keys, "InstallProductKey", {"ProductKey": found.text})
        self._fleet.forget_events()

    async def _weather(self, said: dict[str, Any]) -> None:
        for machine in self._fleet:
            machine.winrm.mischief[:] = [
                Mischief(**{**one, "trick": Trick(one["trick"])}) for one in said["mischief"].get(machine.name, ())
            ]
            machine.winrm.running = machine.name not in said["down"]

    async def _truth(self, _said: dict[str, Any]) -> dict[str, Any]:
        self._fleet.settle()
        found = {machine.name: {"rogue": _is_rogue(machine), "called": []} for machine in self._fleet}
        for event in self._fleet.events:
            if _changes(event):
                found[event["machine"]]["called"].append(event["method"])
        self._fleet.forget_events()
        return found


def _is_rogue(machine: Machine) -> bool:
    state = machine_state(machine)
    return state["kms_host"]["enabled"] or any(one["key_type"] == "csvlk" for one in state["products"])


def _changes(event: dict[str, Any]) -> bool:
    """Whether a method was called that changes something, and was carried out."""
    if event["kind"] != "invoke" or str(event.get("method")).startswith(_READS):
        return False
    return "fault" not in event and event.get("return_value", 0) == 0


async def serve(path: str, network: str) -> None:
    """Until there are no more commands."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    fleet = build_fleet(load_scenario(path), "1", network=network)
    machines, listener = Machines(fleet), Listener(list(fleet))
    await listener.start()
    print(json.dumps({machine.name: machine.address for machine in fleet}), flush=True)
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            said = json.loads(line)
            print(json.dumps(await machines.commands[said["do"]](said)), flush=True)
    finally:
        await listener.stop()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2]))
