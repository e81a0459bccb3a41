# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A diagnosis as ``license_diagnosis`` returns it."""

from __future__ import annotations

from typing import Any

from ..._policy.diagnosis import reading, words
from ..._policy.diagnosis.finder import Diagnosis
from ..._policy.diagnosis.step import Status, Step
from . import shapes

Result = dict[str, Any]


def diagnosis_result(diagnosis: Diagnosis) -> Result:
    """All that is returned."""
    product = diagnosis.facts.product
    return {
        "changed": False,
        "msg": words.message(diagnosis),
        "report": list(words.report(diagnosis)),
        "problem": diagnosis.problem,
        "product": _product_result(product) if product is not None else None,
        "cause": _step_result(diagnosis.cause) if diagnosis.cause is not None else None,
        "also": [_step_result(step) for step in diagnosis.also],
        "code": _code_result(diagnosis),
        "unknown": [step.question.id for step in diagnosis.with_status(Status.UNKNOWN)],
        "steps": [_step_result(step) for step in diagnosis.steps],
    }


def _product_result(product: Any) -> Result:
    return {
        "name": product.name,
        "activation_id": product.activation_id,
        "key_type": product.key_type.value,
        "partial_product_key": product.partial_product_key,
        "license_status": product.license_status,
    }


def _step_result(step: Step) -> Result:
    failing = step.answer.status is Status.FAILED
    return {
        "id": step.question.id,
        "question": step.question.text,
        "status": step.answer.status.value,
        "evidence": step.answer.evidence,
        "remedy": step.remedy if failing else None,
        "source": list(step.question.sources),
    }


def _code_result(diagnosis: Diagnosis) -> Result | None:
    """The code that is believed, explained, and where it was found."""
    if diagnosis.code is None:
        return None
    failure = reading.logged(diagnosis.facts)
    return {
        **(shapes.error_result(diagnosis.code.code) or {}),
        "event": failure.event if failure is not None else None,
        "when": shapes.time_text(failure.when) if failure is not None else None,
        "kms_host": failure.host if failure is not None else None,
    }
