# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why one machine is not activated."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, ClassVar

from ansible_collections.winfleet.activation.plugins.module_utils._identity import MachineIdentity
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction, open_session
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.hosts import HostConnections
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.diagnosis_arguments import (
    DIAGNOSIS_ARGUMENTS,
    inquiry_of,
    network_of,
    objects_of,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.diagnosis_sources import Sources
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.kms_host_facts import Inventory, KmsHosts
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.network_facts import Observer
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.diagnosis import diagnosis_result
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.license import (
    POLICY_ARGUMENTS,
    policies_of,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.diagnosis import machine_facts
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policies import policy_of
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import take
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session


class ActionModule(WsmanAction):
    ARGUMENTS: ClassVar[dict[str, Any]] = {**DIAGNOSIS_ARGUMENTS, **POLICY_ARGUMENTS}

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        arguments["policy"] = policy_of(policies_of(arguments, self.variables), self.machine_names[0])
        arguments["inquiry"] = inquiry_of(arguments)
        arguments["network"] = network_of(arguments)
        arguments["objects"] = objects_of(arguments)

    def perform(self, session: Session, arguments: dict[str, Any]) -> dict[str, Any]:
        identity = MachineIdentity(*self.machine_names)
        facts = take(session, machine_facts(identity, arguments["inquiry"], lambda: datetime.now(timezone.utc)))
        facts = replace(facts, policy=arguments["policy"], objects=arguments["objects"])
        sources = Sources(Observer(arguments["network"]), self._kms_hosts() if arguments["read_kms_host"] else None)
        return diagnosis_result(sources.diagnose(facts))

    def _kms_hosts(self) -> KmsHosts:
        connections = HostConnections.of_task(self._task, self._play_context, self._templar, self.variables)
        return KmsHosts(Inventory(tuple(map(str, self.variables["hostvars"])), connections), open_session)
