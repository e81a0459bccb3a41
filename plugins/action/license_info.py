# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""License report of one machine."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.license import (
    POLICY_ARGUMENTS,
    license_result,
    policies_of,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.audit import audit
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policies import policy_of
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session


class ActionModule(WsmanAction):
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "installation_id": {"type": "bool", "default": False},
        "office": {"type": "bool", "default": False},
        **POLICY_ARGUMENTS,
    }

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        arguments["policies"] = policies_of(arguments, self.variables)

    def perform(self, session: Session, arguments: dict[str, Any]) -> dict[str, Any]:
        policy = policy_of(arguments["policies"], self.machine_names[0])
        needs_name = policy.asks_for_name(*self.machine_names) if policy is not None else None
        report = audit(session, arguments["installation_id"], arguments["office"], needs_name)
        return license_result(report, policy, *self.machine_names)
