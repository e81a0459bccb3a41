# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set up the organization's own KMS host."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, ClassVar

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.host_arguments import (
    HOST_ARGUMENTS,
    host_request_of,
    restart_of,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.changes import setup_report
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.confirmation_id import ConfirmationId
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.product_key import ProductKey
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.kms_host_setup import (
    SetupRequest,
    set_up_kms_host,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session


class ActionModule(WsmanAction):
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "approved_kms_hosts": {"type": "list", "elements": "str", "required": True},
        "key": {"type": "str", "no_log": True},
        "settings": {"type": "dict", "options": HOST_ARGUMENTS},
        "activate": {"type": "bool", "default": True},
        "confirmation_id": {"type": "str"},
    }

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        arguments["policy"] = Policy.parse(map(str, arguments["approved_kms_hosts"]))
        if not arguments["policy"].approved:
            raise ValueError("approved_kms_hosts is empty, so no machine may be a KMS host, this one included")
        arguments["key"] = ProductKey.parse(str(arguments["key"])) if arguments["key"] is not None else None
        settings = arguments["settings"] or {}
        arguments["request"], arguments["restart"] = host_request_of(settings), restart_of(settings)
        given = arguments["confirmation_id"]
        if given is not None and not arguments["activate"]:
            raise ValueError("confirmation_id is given, and activate is false. Leave one of them out")
        arguments["confirmation_id"] = ConfirmationId.parse(str(given)).digits if given is not None else None

    def perform(self, session: Session, arguments: dict[str, Any]) -> dict[str, Any]:
        name, address = self.machine_names
        request = SetupRequest(
            policy=arguments["policy"],
            name=name,
            address=address or None,
            now=datetime.now(timezone.utc),
            key=arguments["key"],
            settings=arguments["request"],
            restart=arguments["restart"],
            activate=arguments["activate"],
            confirmation_id=arguments["confirmation_id"],
        )
        return setup_report(set_up_kms_host(session, request, check=self.check))
