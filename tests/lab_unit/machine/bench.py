# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet on the bench: no sockets, a clock that stands still, and short words for WMI."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Protocol

from winlab.builder import build_fleet
from winlab.cim import CimError, CimObject
from winlab.clock import parse_duration
from winlab.fleet import Fleet
from winlab.keys import ProductKey
from winlab.machine import Machine
from winlab.scenario import parse_scenario
from winlab.windows.lab_keys import key_ring

HKLM = "2147483650"
_NO_WAITING = {"activation": 0, "timeout": 0, "service_start": 2, "service_stop": 2}


class MakeBench(Protocol):
    """The type of the `bench` fixture."""

    def __call__(self, *machines: dict[str, Any], **top: Any) -> Bench: ...


class Bench:
    """A fleet and ways to use it."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet

    @classmethod
    def of(cls, *machines: dict[str, Any], **top: Any) -> Bench:
        """A fleet of the given machines on a fixed day."""
        data = {
            "clock": "2026-11-24T08:00:00Z",
            "defaults": {"delays": _NO_WAITING, "automatic": False},
            "machines": list(machines),
            **top,
        }
        return cls(build_fleet(parse_scenario(data), source=lambda: 0.0))

    def __getitem__(self, name: str) -> Machine:
        return self.fleet.machines[name]

    def advance(self, duration: str) -> None:
        """Let time pass, with everything that falls due."""
        self.fleet.advance(parse_duration(duration))

    def wait(self, seconds: float) -> None:
        """Let a moment pass."""
        self.fleet.clock.advance(timedelta(seconds=seconds))


def query(machine: Machine, class_name: str, namespace: str = "root/cimv2") -> list[CimObject]:
    """All instances of a class."""
    return machine.cim.instances(namespace, class_name)


def service(machine: Machine) -> dict[str, Any]:
    """The licensing service object."""
    (found,) = query(machine, "SoftwareLicensingService")
    return found.values


def keyed(machine: Machine, class_name: str = "SoftwareLicensingProduct") -> list[dict[str, Any]]:
    """Products with a key."""
    return [one.values for one in query(machine, class_name) if one.values["PartialProductKey"]]


def windows_product(machine: Machine) -> dict[str, Any]:
    """The product that licenses Windows."""
    application = "55c92734-d682-4d71-983e-d6ec3f16059f"
    (found,) = [one for one in keyed(machine) if one["ApplicationID"] == application and not one["LicenseIsAddon"]]
    return found


def invoke(
    machine: Machine,
    class_name: str,
    method: str,
    keys: dict[str, str] | None = None,
    namespace: str = "root/cimv2",
    **arguments: str | list[str] | None,
) -> dict[str, Any]:
    """Call a method."""
    return asyncio.run(machine.cim.invoke(namespace, class_name, keys, method, arguments))


def on_service(machine: Machine, method: str, **arguments: str | None) -> dict[str, Any]:
    """Call a method of the licensing service."""
    keys = {"Version": machine.platform.version}
    return invoke(machine, "SoftwareLicensingService", method, keys, "root/cimv2", **arguments)


def on_product(machine: Machine, method: str, **arguments: str | None) -> dict[str, Any]:
    """Call a method of the Windows product."""
    keys = {"ID": windows_product(machine)["ID"]}
    return invoke(machine, "SoftwareLicensingProduct", method, keys, "root/cimv2", **arguments)


def install(machine: Machine, key: str | ProductKey) -> None:
    """InstallProductKey with a lab key by name, or with any text."""
    known = key_ring().named(key) if isinstance(key, str) else key
    on_service(machine, "InstallProductKey", ProductKey=known.text if known else str(key))


def restart(bench: Bench, machine: Machine) -> None:
    """Stop and start the licensing service, waiting each time."""
    keys = {"Name": machine.release.service}
    assert invoke(machine, "Win32_Service", "StopService", keys)["ReturnValue"] == 0
    bench.wait(3)
    assert invoke(machine, "Win32_Service", "StartService", keys)["ReturnValue"] == 0
    bench.wait(3)
    machine.settle()


def targets(bench: Bench) -> set[str]:
    """Hosts in the service records."""
    return {record.target for record, _unused in bench.fleet.zone.records()}


def failure(error: CimError) -> str:
    """The code of a failure as people write it."""
    return f"{error.hresult:08X}"
