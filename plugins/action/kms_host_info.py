# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report of one KMS host."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.diagnosis_arguments import check_event_days
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results import shapes
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.judgement import finding_result
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.unheard_hosts import clients_of_kms
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_clients import unheard
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.kms_host_info import host_info
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session


class ActionModule(WsmanAction):
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "client_days": {"type": "int", "default": 0},
        "event_days": {"type": "int", "default": 0},
        "hosts": {"type": "dict"},
    }

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        if not 0 <= arguments["client_days"] <= 60:
            raise ValueError("client_days must be between 0 and 60; a KMS host forgets its clients after 30 days")
        check_event_days(arguments)
        if arguments["hosts"] is not None and not arguments["client_days"]:
            raise ValueError("hosts needs client_days: without the log nobody knows who has asked")
        arguments["machines"] = tuple(clients_of_kms(arguments["hosts"] or {}))

    def perform(self, session: Session, arguments: dict[str, Any]) -> dict[str, Any]:
        info = host_info(session, arguments["client_days"], self.machine_names, arguments["event_days"])
        findings = [finding_result(finding) for finding in info.findings]
        silent = None if arguments["hosts"] is None else list(unheard(arguments["machines"], info.clients))
        return {"changed": False, **shapes.host_info_result(info), "unheard_hosts": silent, "findings": findings}
