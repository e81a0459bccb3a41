# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""License report of one machine."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue import present
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.assess import (
    Policy,
    assess,
    names_machine,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import KeyType
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.audit import audit
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session

_KEY_TYPES = [key_type.value for key_type in KeyType if key_type not in (KeyType.NONE, KeyType.UNKNOWN)]


class ActionModule(WsmanAction):
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "installation_id": {"type": "bool", "default": False},
        "office": {"type": "bool", "default": False},
        "approved_kms_hosts": {"type": "list", "elements": "str"},
        "accepted_key_types": {"type": "list", "elements": "str", "default": ["GVLK"], "choices": _KEY_TYPES},
    }

    def perform(self, session: Session, arguments: dict[str, Any]) -> dict[str, Any]:
        report = audit(session, installation_id=arguments["installation_id"], office=arguments["office"])
        result = {"changed": False, **present.audit_result(report)}
        if arguments["approved_kms_hosts"] is not None:
            names = (*self.machine_names, report.snapshot.os.computer_name or "")
            policy = Policy(
                approved_kms_host=names_machine(arguments["approved_kms_hosts"], names),
                accepted_key_types=frozenset(map(KeyType, arguments["accepted_key_types"])),
            )
            assessment = assess(report.snapshot, report.primary, report.role, policy)
            result.update(present.assessment_result(assessment, policy))
        return result
