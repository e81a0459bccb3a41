# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`winlab up`: serve a scenario until told to stop."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace
from pathlib import Path

from .builder import build_fleet
from .control import ControlServer
from .fleet import Fleet
from .inventory import write_inventory
from .listener import Listener
from .rpc import RpcPorts
from .scenario import load_scenario
from .specs import DnsSpec, ElsewhereSpec

_TICK_SECONDS = 5.0
_PORT_SECONDS = 0.2


async def serve(
    scenario_name: str,
    inventory: Path,
    seed: str,
    network: str | None = None,
    dns: ElsewhereSpec | None = None,
) -> None:
    """Load, listen, write the inventory, say so, and wait for SIGTERM or SIGINT.

    `dns` takes the place of the scenario's name service.
    """
    scenario = load_scenario(scenario_name)
    if dns is not None:
        scenario = replace(scenario, dns=DnsSpec(records=scenario.dns.records, elsewhere=dns))
    fleet = build_fleet(scenario, seed, network=network)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    listener = Listener([machine for machine in fleet if machine.powered])
    control = ControlServer(fleet)
    ports = RpcPorts(fleet)
    name_server = fleet.names.server
    await listener.start()
    try:
        if name_server is not None:
            await name_server.start()
        await ports.settle()
        await control.start()
        write_inventory(inventory, scenario, fleet, listener.authority.certificate_pem)
        print(f"winlab: {len(fleet.machines)} machines ready, inventory {inventory}", flush=True)
        await asyncio.gather(_until(stop, fleet), _keep_ports(stop, ports))
    finally:
        ports.stop()
        if name_server is not None:
            await name_server.stop()
        await control.stop()
        await listener.stop()


async def _until(stop: asyncio.Event, fleet: Fleet) -> None:
    """Wait, and let happen what falls due meanwhile."""
    while not stop.is_set():
        fleet.settle()
        try:
            await asyncio.wait_for(stop.wait(), _TICK_SECONDS)
        except TimeoutError:
            continue


async def _keep_ports(stop: asyncio.Event, ports: RpcPorts) -> None:
    """Follow the services of the machines, which start and stop at any moment."""
    while not stop.is_set():
        await ports.settle()
        try:
            await asyncio.wait_for(stop.wait(), _PORT_SECONDS)
        except TimeoutError:
            continue
