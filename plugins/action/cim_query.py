# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one WQL query on a machine."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.query import query
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import to_jsonable


class ActionModule(WsmanAction):
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "query": {"type": "str", "required": True},
        "namespace": {"type": "str", "default": "root/cimv2"},
    }

    def perform(self, session: Session, arguments: dict[str, Any]) -> dict[str, Any]:
        instances = query(session, str(arguments["query"]), str(arguments["namespace"]))
        return {"changed": False, "instances": [to_jsonable(instance) for instance in instances]}
