# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set what a KMS host listens on, publishes and tells its clients."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue import changes
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_settings import (
    HostRequest,
    PublishedDomain,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.kms_host import (
    Restart,
    set_host_settings,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session

_DOMAIN = {
    "domain": {"type": "str", "required": True},
    "priority": {"type": "int", "default": 0},
    "weight": {"type": "int", "default": 0},
}


class ActionModule(WsmanAction):
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "listening_port": {"type": "int"},
        "activation_interval": {"type": "int"},
        "renewal_interval": {"type": "int"},
        "dns_publishing": {"type": "bool"},
        "low_priority": {"type": "bool"},
        "publish_list": {"type": "list", "elements": "dict", "options": _DOMAIN},
        "firewall": {"type": "bool"},
        "restart": {"type": "str", "choices": [restart.value for restart in Restart]},
    }

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        published = arguments["publish_list"]
        names = set(self.ARGUMENTS) - {"publish_list", "restart"}
        arguments["request"] = HostRequest(
            **{name: arguments[name] for name in names},
            publish_list=None if published is None else tuple(PublishedDomain(**entry) for entry in published),
        )

    def perform(self, session: Session, arguments: dict[str, Any]) -> dict[str, Any]:
        restart = Restart(arguments["restart"]) if arguments["restart"] else None
        report = set_host_settings(session, arguments["request"], restart, check=self.check)
        return changes.host_report(report)
