# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A diagnosis in words: two sentences for an administrator, ten lines for a ticket. English, without markup."""

from __future__ import annotations

import re

from ..._licensing.error_codes import explain
from . import reading
from .facts import Facts
from .finder import Diagnosis, Problem
from .step import Status, Step

# A full stop that ends a sentence, not one within a name, a number or an abbreviation of one letter.
_END = re.compile(r"(?<=[a-z0-9)>\]])\.\s+(?=[A-Z0])")


def message(diagnosis: Diagnosis) -> str:
    """What is wrong and why, and what to do: two sentences."""
    facts = diagnosis.facts
    if diagnosis.problem is None or diagnosis.cause is None:
        return f"{facts.name} is activated. There is nothing to diagnose."
    what = _what(diagnosis)
    return f"{facts.name} {what}: {_clause(diagnosis.cause)}. {first_sentence(diagnosis.cause.remedy)}"


def report(diagnosis: Diagnosis) -> tuple[str, ...]:
    """Ten lines, each with its heading."""
    facts, cause = diagnosis.facts, diagnosis.cause
    return (
        f"Machine: {facts.name}, {_system(facts)}",
        f"License: {_license(facts)}",
        f"Problem: {_what(diagnosis)}",
        f"Code: {_code(diagnosis)}",
        f"Cause: {f'{cause.question.id}: {_clause(cause)}' if cause else 'none'}",
        f"Remedy: {cause.remedy if cause else 'none is needed'}",
        f"Also wrong: {'; '.join(f'{step.question.id}: {_clause(step)}' for step in diagnosis.also) or 'nothing seen'}",
        f"Looks for its KMS host: {_way(facts)}",
        f"KMS host: {_host(facts)}",
        f"Steps: {_steps(diagnosis)}",
    )


def first_sentence(text: str) -> str:
    """The first sentence of a text, with its full stop."""
    return f"{_END.split(text.strip(), maxsplit=1)[0].rstrip('.')}."


_WHAT = {
    Problem.NOT_ACTIVATED: "is not activated",
    Problem.NOT_RENEWED: "is activated, but has not renewed its activation for weeks",
}


def _what(diagnosis: Diagnosis) -> str:
    if diagnosis.problem is None:
        return "none, it is activated"
    if diagnosis.facts.machine is None:
        return "is not known to be activated"
    return _WHAT[diagnosis.problem]


def _clause(step: Step) -> str:
    # A clause that names codes holds sentences of the catalogue.
    return _END.sub("; ", step.answer.evidence.rstrip("."))


def _system(facts: Facts) -> str:
    if facts.system is None:
        return "its system was not read"
    return f"{facts.system.caption or 'Windows'} (build {facts.system.build})"


def _license(facts: Facts) -> str:
    product = facts.product
    if product is None:
        return "not read" if facts.machine is None else "no key"
    kind = f"{product.key_type.value} key ending in {product.partial_product_key}"
    reason = explain(product.license_status_reason).code_text if product.license_status_reason else "no reason given"
    return f"{product.name}, {kind}, {product.license_status} ({reason})"


def _code(diagnosis: Diagnosis) -> str:
    if diagnosis.code is None:
        return "none"
    failure = reading.logged(diagnosis.facts)
    if failure is None:
        return f"{diagnosis.code.summary} From the state of the license."
    return f"{diagnosis.code.summary} Event {failure.event} of {failure.when:%Y-%m-%d %H:%M}."


def _way(facts: Facts) -> str:
    place = reading.configured_place(facts)
    if place is not None:
        return f"it is set to {place[0]}:{place[1]}"
    domains = reading.domains(facts)
    where = "where was not read" if domains is None else f"in {', '.join(domains)}" if domains else "nowhere"
    found = [f"{record.target}:{record.port}" for record in reading.records(facts)]
    asked = facts.published is not None
    return f"in DNS, {where}; published: {', '.join(found) or ('none' if asked else 'not looked up')}"


def _host(facts: Facts) -> str:
    probes = [
        f"{host}:{port} {'answers' if probe.answers else f'does not answer ({probe.reason})'}"
        for (host, port), probe in facts.probes.items()
    ]
    host = facts.kms_host
    if host is None:
        return "; ".join([*probes, f"not looked at: {facts.why_unread('kms_host')}"])
    counts = [f"{key.name} {key.current_count}/{key.required_count}" for key in host.keys]
    return "; ".join([*probes, f"{host.name} {'serves' if host.serving else 'does not serve'}", *counts])


def _steps(diagnosis: Diagnosis) -> str:
    counts = [f"{len(diagnosis.with_status(status))} {status.value.replace('_', ' ')}" for status in Status]
    open_questions = [step.question.id for step in diagnosis.with_status(Status.UNKNOWN)]
    return ", ".join(counts) + (f"; unknown: {', '.join(open_questions)}" if open_questions else "")
