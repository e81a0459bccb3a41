# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activate a product that is not activated."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results import changes
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.confirmation_id import (
    ConfirmationId,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.product_choice import WINDOWS
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.activation import (
    ActivationRequest,
    activate,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session


class ActionModule(WsmanAction):
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "state": {"type": "str", "default": "activated", "choices": ["activated"]},
        "product": {"type": "str", "default": WINDOWS},
        "confirmation_id": {"type": "str"},
        "allow_kms_host_key": {"type": "bool", "default": False},
    }

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        given = arguments["confirmation_id"]
        arguments["request"] = ActivationRequest(
            product=str(arguments["product"]),
            confirmation_id=ConfirmationId.parse(str(given)).digits if given is not None else None,
            allow_kms_host_key=arguments["allow_kms_host_key"],
        )

    def perform(self, session: Session, arguments: dict[str, Any]) -> dict[str, Any]:
        report = activate(session, arguments["request"], check=self.check)
        return changes.activation_report(report)
