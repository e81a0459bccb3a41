# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set what a KMS host listens on, publishes and tells its clients."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.host_arguments import (
    HOST_ARGUMENTS,
    host_request_of,
    restart_of,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results import changes
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.kms_host import set_host_settings
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session


class ActionModule(WsmanAction):
    ARGUMENTS: ClassVar[dict[str, Any]] = HOST_ARGUMENTS

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        arguments["request"] = host_request_of(arguments)

    def perform(self, session: Session, arguments: dict[str, Any]) -> dict[str, Any]:
        report = set_host_settings(session, arguments["request"], restart_of(arguments), check=self.check)
        return changes.host_report(report)
