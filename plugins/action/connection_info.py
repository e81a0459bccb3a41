# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far the way to a machine goes."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connection_result import connection_result
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.connection import examine
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session


class ActionModule(WsmanAction):
    def perform(self, session: Session, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - it has none
        report = examine(session, self.endpoint, lambda: datetime.now(timezone.utc))
        return connection_result(report, self.endpoint)
