# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set how a machine finds its KMS host."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results import changes
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.client_settings import (
    ACTIVATION_TYPES,
    GENERAL,
    ClientRequest,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.kms_client import set_client_settings
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session


class ActionModule(WsmanAction):
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "host": {"type": "str"},
        "port": {"type": "int"},
        "lookup_domain": {"type": "str"},
        "activation_type": {"type": "str", "choices": list(ACTIVATION_TYPES)},
        "host_caching": {"type": "bool"},
        "product": {"type": "str", "default": GENERAL},
        "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
    }

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        names = ("host", "port", "lookup_domain", "activation_type", "host_caching", "product")
        given = {name: arguments[name] for name in names}
        arguments["request"] = ClientRequest(**given, absent=arguments["state"] == "absent")

    def perform(self, session: Session, arguments: dict[str, Any]) -> dict[str, Any]:
        report = set_client_settings(session, arguments["request"], check=self.check)
        return changes.client_report(report)
