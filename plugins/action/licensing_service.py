# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start, stop or restart the licensing service of a machine."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results import changes
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.licensing_service import (
    Platform,
    ServiceRequest,
    set_service_state,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.restart import State
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session


class ActionModule(WsmanAction):
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "state": {"type": "str", "required": True, "choices": [state.value for state in State]},
        "product": {
            "type": "str",
            "default": "windows",
            "choices": [platform.value for platform in Platform],
        },
        "force": {"type": "bool", "default": False},
        "timeout": {"type": "int", "default": 60},
    }

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        if arguments["timeout"] < 1:
            raise ValueError("timeout must be at least 1 second")

    def perform(self, session: Session, arguments: dict[str, Any]) -> dict[str, Any]:
        request = ServiceRequest(
            state=State(arguments["state"]),
            product=Platform(arguments["product"]),
            force=arguments["force"],
            timeout=float(arguments["timeout"]),
        )
        report = set_service_state(session, request, check=self.check)
        return changes.service_report(report, request.state.value)
