# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out what the judgement plans for one machine."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.repair_arguments import (
    REPAIR_ARGUMENTS,
    required_policies,
    wishes_of,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.license import POLICY_ARGUMENTS
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.repair import repair_result
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.repair import RepairRequest, repair
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session


class ActionModule(WsmanAction):
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        **POLICY_ARGUMENTS,
        **REPAIR_ARGUMENTS,
    }

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        arguments["policies"] = required_policies(arguments, self.variables)
        arguments["wishes"] = wishes_of(arguments)

    def perform(self, session: Session, arguments: dict[str, Any]) -> dict[str, Any]:
        name, address = self.machine_names
        request = RepairRequest(
            policy=arguments["policies"].of(name),
            name=name,
            address=address or None,
            wishes=arguments["wishes"],
            require_activation=arguments["require_activation"],
            office=arguments["office"],
        )
        result = repair_result(repair(session, request, check=self.check))
        return {**result, "diff": {"before": result["before"], "after": result["after"]}}
