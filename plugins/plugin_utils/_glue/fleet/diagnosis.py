# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``fleet_info`` with ``diagnose``: why each machine is not activated that should be, in the results that were read.

Few machines of a fleet need it. They are read once more, over streams as the fleet was, then their KMS hosts, each once
for all of them. Servers, names and ports are asked once as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from typing import Any

from ....module_utils._identity import MachineIdentity
from ..._operations.diagnosis import HostReading, Inquiry, machine_facts, read_host
from ..._operations.fleet import Bounds, Fleet, Row, unexpected
from ..._policy.diagnosis.facts import Facts
from ..._policy.diagnosis.finder import diagnose, problem_of
from ..._policy.diagnosis.reading import is_of_the_machine
from ..._policy.policies import Policies, policy_of
from ..._policy.verdict import Verdict
from ..._spp.steps import Work
from ..._winrm.endpoint import Endpoint
from ..kms_host_facts import HostUnknown, Inventory, has_host, with_host
from ..network_facts import Network, Observer
from ..results.diagnosis import diagnosis_result
from ..results.fleet import NOT_REACHED
from .hosts import FleetHosts

Result = dict[str, Any]

# Servers and ports that are asked at the same time.
_AT_ONCE = 16
# What is said of a machine once, beside what fleet_info says of it.
_KEPT = ("msg", "report", "problem", "cause", "also", "code", "unknown")


@dataclass(frozen=True)
class FleetDiagnosis:
    """How to diagnose: the policy, whom to ask on the network, the machines of the inventory, how many at once."""

    policies: Policies | None
    network: Network
    inventory: Inventory
    bounds: Bounds

    def add(self, hosts: dict[str, Result]) -> tuple[int, int]:
        """Add ``diagnosis`` to every result that was read. Returns how many machines were looked at, and the number of
        requests.
        """
        wanted = [name for name, result in hosts.items() if needs_diagnosis(result)]
        run = _Run(self)
        requests = asyncio.run(run.carry_out(wanted)) if wanted else 0
        for name, result in hosts.items():
            if name in wanted:
                result["diagnosis"] = run.told(name)
            elif not result.get("failed"):
                result["diagnosis"] = None
        return len(wanted), requests


class _Run:
    """The machines of one run, from their names to what is said of them."""

    def __init__(self, way: FleetDiagnosis) -> None:
        self._way = way
        connections = way.inventory.connections
        # Whoever read the fleet has heard the warnings about connection variables.
        self._clients = FleetHosts(connections, lambda _host, _result: None, lambda _warning: None)
        self._hosts = FleetHosts(connections, lambda _host, _result: None, lambda _warning: None)
        self._endpoints: dict[str, Endpoint] = {}
        self._facts: dict[str, Facts] = {}
        self._readings: dict[str, HostReading] = {}

    async def carry_out(self, names: Iterable[str]) -> int:
        """Read the machines, ask the network, read the KMS hosts. Returns the number of requests."""
        async with Fleet(self._way.bounds) as fleet:
            await fleet.each(self._clients.endpoints(names), _reading, self._on_client)
            await asyncio.to_thread(self._observe)
            asked = self._asked_hosts()
            wanted = dict.fromkeys(name for name in asked.values() if name is not None)
            await fleet.each(self._hosts.endpoints(wanted), _host_reading, self._on_host)
            requests = fleet.traffic.requests
        for name, host in asked.items():
            self._clients.done(self._endpoints[name], partial(self._result, name, host))
        return requests

    def told(self, name: str) -> Result:
        """What is said of one machine."""
        found = self._clients.results.get(name, {NOT_REACHED: True})
        if "cause" in found:
            return {key: found[key] for key in _KEPT}
        late = f"{name}: the time for the whole run was up before it could be asked why. Raise deadline."
        return {"msg": late if found.get(NOT_REACHED) else found["msg"], "problem": None, "cause": None}

    def _on_client(self, row: Row[Facts]) -> None:
        self._endpoints[row.name] = row.endpoint
        if isinstance(row.outcome, Facts):
            self._facts[row.name] = replace(row.outcome, policy=policy_of(self._way.policies, row.name))
        else:
            self._failed(row.name, row.outcome)

    def _failed(self, name: str, error: Exception) -> None:
        endpoint = self._endpoints[name]
        self._clients.done(endpoint, lambda: self._clients.failed(endpoint, error))

    def _observe(self) -> None:
        """What DNS and ports say. They keep a thread waiting, so there are several."""
        observer = Observer(self._way.network)
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            found = {name: pool.submit(_observed, observer, facts) for name, facts in self._facts.items()}
        self._facts = {name: facts for name, future in found.items() if (facts := self._taken(name, future))}

    def _taken(self, name: str, future: Future[Facts]) -> Facts | None:
        try:
            return future.result()
        except Exception as error:
            # Whatever it was, it is one machine.
            self._failed(name, unexpected(self._endpoints[name], error))
            return None

    def _asked_hosts(self) -> dict[str, str | None]:
        """The KMS host of each machine by its inventory name; None where there is none to ask."""
        asked: dict[str, str | None] = {}
        for name, facts in self._facts.items():
            asked[name] = None
            try:
                if problem_of(facts) is not None and has_host(facts):
                    asked[name] = self._way.inventory.host_of(facts)
            except HostUnknown as unknown:
                self._facts[name] = with_host(facts, str(unknown))
        return asked

    def _on_host(self, row: Row[HostReading]) -> None:
        if isinstance(row.outcome, HostReading):
            self._readings[row.name] = row.outcome
        else:
            error = row.outcome
            self._hosts.done(row.endpoint, lambda: self._hosts.failed(row.endpoint, error))

    def _result(self, name: str, host: str | None) -> Result:
        facts = self._facts[name]
        if host is not None:
            failed = self._hosts.results.get(host, {"msg": "the time for the whole run was up"})
            facts = with_host(facts, self._readings.get(host) or f"{host} could not be read: {failed['msg']}")
        return diagnosis_result(diagnose(facts))


def _reading(endpoint: Endpoint) -> Work[Facts]:
    return machine_facts(MachineIdentity(endpoint.inventory_name, endpoint.host), Inquiry(), _now)


def _host_reading(endpoint: Endpoint) -> Work[HostReading]:
    return read_host(endpoint.inventory_name, _now)


def _observed(observer: Observer, facts: Facts) -> Facts:
    return observer.add(facts) if problem_of(facts) is not None else facts


def _now() -> datetime:
    return datetime.now(timezone.utc)


def needs_diagnosis(result: Result) -> bool:
    """Whether a machine is not compliant because it is not activated, or its licensing service does not answer."""
    if result.get("failed"):
        code = str((result.get("error") or {}).get("code") or "")
        return code.startswith("0x") and is_of_the_machine(int(code, 16))
    if result.get("compliant") or result.get("unreachable"):
        return False
    status = (result.get("license") or {}).get("license_status")
    return status != "licensed" or result.get("verdict") == Verdict.VALIDITY_ENDS_SOON.value
