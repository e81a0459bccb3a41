# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps in their order, and the cause: the first that fails and explains the state of the license."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..._licensing.error_codes import Explanation, explain
from ..._licensing.terms import LICENSED
from . import host_steps, machine_steps, reading, way_steps
from .facts import Facts
from .step import Answer, Status, Step, failed, not_asked, questions

_ASK: Mapping[str, Callable[[Facts], Answer]] = {
    "read": machine_steps.read,
    "key_kind": machine_steps.key_kind,
    "key_edition": machine_steps.key_edition,
    "service": machine_steps.service,
    "activation_type": machine_steps.activation_type,
    "directory": machine_steps.directory,
    "cloud": machine_steps.cloud,
    "configured_host": way_steps.configured_host,
    "dns_suffix": way_steps.dns_suffix,
    "srv_records": way_steps.srv_records,
    "srv_hosts": way_steps.srv_hosts,
    "target_resolves": way_steps.target_resolves,
    "port": way_steps.port,
    "host_product": host_steps.host_product,
    "host_activated": host_steps.host_activated,
    "host_count": host_steps.host_count,
    "clock": host_steps.clock,
    "cached_host": way_steps.cached_host,
    "logged_code": host_steps.logged_code,
    "license_state": machine_steps.license_state,
    "request_arrived": host_steps.request_arrived,
}
_UNEXPLAINED = "unexplained"
# What goes with nearly every cause, and is not a cause of its own.
_ACCOMPANY = frozenset({"logged_code", "request_arrived", _UNEXPLAINED})


class Problem:
    """What is to be explained."""

    NOT_ACTIVATED = "not_activated"
    NOT_RENEWED = "not_renewed"


@dataclass(frozen=True)
class Diagnosis:
    """``cause`` is None only where there is nothing to explain. ``also`` are other steps that fail, in their order."""

    facts: Facts
    problem: str | None
    steps: tuple[Step, ...] = ()
    cause: Step | None = None
    also: tuple[Step, ...] = ()
    code: Explanation | None = None

    def with_status(self, status: Status) -> tuple[Step, ...]:
        """The steps that ended so."""
        return tuple(step for step in self.steps if step.answer.status is status)


def problem_of(facts: Facts) -> str | None:
    """What there is to explain: no activation, or one that has not been renewed for weeks."""
    product = facts.product
    if product is None or product.license_status_code != LICENSED:
        return Problem.NOT_ACTIVATED
    return Problem.NOT_RENEWED if reading.not_renewed(product) else None


def diagnose(facts: Facts) -> Diagnosis:
    """Ask every step."""
    problem = problem_of(facts)
    if problem is None:
        return Diagnosis(facts, None)
    asked = [Step(question, _ASK[name](facts)) for name, question in questions().items() if name in _ASK]
    cause = next((step for step in asked if step.explains), None)
    last = Step(questions()[_UNEXPLAINED], _last_word(asked, cause))
    also = [step for step in asked if step.explains and step is not cause and step.question.id not in _ACCOMPANY]
    code = reading.code(facts)
    return Diagnosis(facts, problem, (*asked, last), cause or last, tuple(also), explain(code) if code else None)


def _last_word(asked: list[Step], cause: Step | None) -> Answer:
    if cause is not None:
        return not_asked("a cause was found")
    open_questions = [step.question.id for step in asked if step.answer.status is Status.UNKNOWN]
    if not open_questions:
        return failed("nothing that was checked explains it")
    return failed(
        f"nothing that could be checked explains it; unknown: {', '.join(open_questions)}",
        "Supply what is missing (see the steps that are unknown), or check slmgr.vbs /dlv and both event logs.",
    )
