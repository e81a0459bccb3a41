# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A judgement as a result: verdict, findings and plan, the same for one machine and for thousands."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..._policy.finding import Finding
from ..._policy.machine import Judgement
from ..._policy.plan import Action

Result = dict[str, Any]


def judgement_result(judgement: Judgement) -> Result:
    """What the modules that judge return besides what was read."""
    return {
        "approved_kms_host": judgement.approved,
        "verdict": judgement.verdict.value,
        "compliant": judgement.verdict.compliant,
        "verdict_reason": judgement.reason,
        "advice": judgement.advice,
        "findings": [finding_result(finding) for finding in judgement.findings],
        "plan": [action_result(action) for action in judgement.plan.actions],
    }


def finding_result(finding: Finding) -> Result:
    """One finding."""
    return {
        "id": finding.kind.id,
        "severity": finding.kind.severity.value,
        "title": finding.kind.title,
        "reason": finding.reason,
        "remedy": finding.remedy,
        "evidence": dict(finding.evidence),
        "exception": asdict(finding.exempt) if finding.exempt is not None else None,
    }


def action_result(action: Action) -> Result:
    """One action of a plan. A key is named by its last five characters."""
    return {
        "action": action.kind.value,
        "words": action.words,
        "product": action.product.activation_id if action.product else None,
        "partial_product_key": action.key.partial if action.key else None,
    }
