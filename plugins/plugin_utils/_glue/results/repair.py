# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a repair returns: the plan and what was done of it, the machine before and after, and what is still wrong."""

from __future__ import annotations

from typing import Any

from ..._licensing.terms import KeyType, Provider, Role
from ..._operations.audit import Audit
from ..._operations.errors import Result as Outcome
from ..._operations.repair import RepairReport
from ..._policy.plan import ActionKind
from . import shapes
from .judgement import action_result, judgement_result

Result = dict[str, Any]

# What a Windows license with the GVLK calls itself: ProductKeyChannel, or its description before Windows 8.
_GVLK_CHANNEL = {Provider.SPPWMI: "Volume:GVLK"}
_GVLK_WORD = "VOLUME_KMSCLIENT"


def repair_result(report: RepairReport) -> Result:
    """What ``license_repair`` returns, besides the diff, and ``fleet_repair`` for each host."""
    before = shapes.license_summary(report.before)
    after = expected(report) if report.result is Outcome.PLANNED else shapes.license_summary(report.after)
    undone = report.undone
    result: Result = {
        "changed": report.changed,
        "result": report.result.value,
        "repair_plan": [action_result(action) for action in report.plan.actions],
        "done": list(report.done),
        "before": before,
        "after": after,
        "role": report.after.role.role.value,
        "role_reason": report.after.role.reason,
        **judgement_result(report.judged_after),
        "not_activated": None,
        "warnings": list(report.warnings),
    }
    if undone is not None:
        result["not_activated"] = {"reason": undone.message, "advice": undone.advice}
        result["warnings"].append(f"{undone.message} {undone.advice}".strip())
    result["msg"] = _sentence(report)
    return result


def expected(report: RepairReport) -> Result:
    """The machine after the plan, as far as it can be known beforehand; None is for Windows to decide."""
    now = shapes.license_summary(report.before)
    install = next((one for one in report.plan.actions if one.kind is ActionKind.INSTALL_KEY), None)
    if install is not None and install.key is not None:
        now |= {
            "name": None,
            "channel": _GVLK_CHANNEL.get(report.before.snapshot.os.provider, _GVLK_WORD),
            "key_type": KeyType.GVLK.value,
            "partial_product_key": install.key.partial,
            "license_status": None,
        }
    if report.plan.has(ActionKind.ACTIVATE):
        now["license_status"] = None
    if report.plan.has(ActionKind.RESTART_SERVICE):
        now["role"] = _expected_role(report.before, install is not None)
    return now


def _expected_role(before: Audit, becomes_client: bool) -> str | None:
    primary = before.primary
    if becomes_client or (primary is not None and primary.key_type is KeyType.GVLK):
        return Role.KMS_CLIENT.value
    return Role.OTHER.value if primary is not None and primary.key_type is not KeyType.CSVLK else None


def _sentence(report: RepairReport) -> str:
    actions = [action for action in report.plan.actions if action.changes]
    if report.result is Outcome.PLANNED:
        return f"Would be done: {' '.join(action.words for action in actions)}"
    if not actions:
        waiting = " ".join(action.words for action in report.plan.actions)
        return waiting or f"Nothing to do. {report.judged.reason}"
    still = "" if report.judged_after.verdict.compliant else f" Still {report.judged_after.verdict.value}:"
    done = ", ".join(report.done) or "nothing"
    return f"Done: {done}.{still} {report.judged_after.reason}"
