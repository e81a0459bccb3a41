# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``fleet_info`` with ``diagnose``: why each machine is not activated that should be, in the results that were read.

Few machines of a fleet need it, so each is read once more over a connection of its own, a bounded number at a time.
Servers, names, ports and KMS hosts are asked once for all of them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from ...module_utils._identity import MachineIdentity
from .._operations.diagnosis import Inquiry, is_of_services, machine_facts
from .._policy.policies import Policies
from .._policy.verdict import Verdict
from .._spp.steps import take
from .._winrm.endpoint import Endpoint
from . import failure, options
from .diagnosis_result import diagnosis_result
from .diagnosis_sources import Sources
from .kms_host_facts import Inventory, KmsHosts
from .masking import Masking
from .network_facts import Network, Observer

Result = dict[str, Any]

_AT_ONCE = 16
# What is said of a machine once, beside what fleet_info says of it.
_KEPT = ("msg", "report", "problem", "cause", "also", "code", "unknown")


@dataclass(frozen=True)
class FleetDiagnosis:
    """How to diagnose: the policy, whom to ask on the network, and the machines of the inventory."""

    policies: Policies | None
    network: Network
    inventory: Inventory

    def add(self, hosts: dict[str, Result]) -> int:
        """Add ``diagnosis`` to every result that was read. Returns how many machines were looked at."""
        sources = Sources(Observer(self.network), KmsHosts(self.inventory, log=False))
        wanted = [name for name, result in hosts.items() if needs_diagnosis(result)]
        # Variables are rendered by one thread: templates are not made for more.
        endpoints = {name: self._endpoint(name) for name in wanted}
        with ThreadPoolExecutor(max_workers=max(1, min(_AT_ONCE, len(wanted)))) as pool:
            found = pool.map(lambda name: self._one(endpoints[name], name, sources), wanted)
            diagnoses = dict(zip(wanted, found, strict=True))
        for name, result in hosts.items():
            if not result.get("failed") or name in diagnoses:
                result["diagnosis"] = diagnoses.get(name)
        return len(wanted)

    def _endpoint(self, name: str) -> Endpoint | str:
        try:
            endpoint, _warnings = options.endpoint_from_connection(self.inventory.connections.of(name), name)
        except options.OptionError as error:
            return str(error)
        return endpoint

    def _one(self, endpoint: Endpoint | str, name: str, sources: Sources) -> Result:
        if isinstance(endpoint, str):
            return {"msg": endpoint, "problem": None, "cause": None}
        masking = Masking()
        masking.add(endpoint.password.reveal() if endpoint.password else None)
        session = self.inventory.open_session(endpoint)
        try:
            identity = MachineIdentity(name, endpoint.host)
            facts = take(session, machine_facts(identity, Inquiry(), lambda: datetime.now(timezone.utc)))
            policy = self.policies.of(name) if self.policies is not None else None
            whole = diagnosis_result(sources.diagnose(replace(facts, policy=policy)))
            kept: Result = masking.tree({key: whole[key] for key in _KEPT})
            return kept
        except failure.EXPECTED as error:
            told = failure.result_of(error, endpoint.label)
            return {"msg": masking.text(str(told.get("msg"))), "problem": None, "cause": None}
        finally:
            session.close()


def needs_diagnosis(result: Result) -> bool:
    """Whether a machine is not compliant because it is not activated, or its licensing service does not answer."""
    if result.get("failed"):
        code = str((result.get("error") or {}).get("code") or "")
        return code.startswith("0x") and is_of_services(int(code, 16))
    if result.get("compliant") or result.get("unreachable"):
        return False
    status = (result.get("license") or {}).get("license_status")
    return status != "licensed" or result.get("verdict") == Verdict.VALIDITY_ENDS_SOON.value
