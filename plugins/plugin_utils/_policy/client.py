# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that is not a KMS host: is its key of an accepted kind, is it activated, by whom, and for how long?"""

from __future__ import annotations

from collections.abc import Sequence

from .._licensing.model import Product
from .._licensing.selection import Refusal
from .._licensing.terms import KeyType
from . import activation, by_directory, following, plan, validity
from .finding import Severity, finding
from .key_choice import KeyPlan, KeyRefusal, KeyRequest, plan_key
from .machine import Judgement, Machine
from .plan import Plan
from .policy import Policy
from .verdict import Verdict

# Licenses of these kinds end with the key, so taking the key away costs the license.
_FOR_GOOD = (KeyType.RETAIL, KeyType.OEM, KeyType.MAK, KeyType.UNKNOWN)

# Where an edition is licensed by somebody else, and rightly so.
_LICENSED_ELSEWHERE = (Refusal.MULTI_SESSION, Refusal.SUBSCRIPTION, Refusal.BEFORE_VISTA)

# Where there is a GVLK, or may be one, and a person has to say which.
_UNDECIDED = (Refusal.ASK, Refusal.AMBIGUOUS, Refusal.CONTRADICTION, Refusal.UNKNOWN_SKU)


def judge(machine: Machine, policy: Policy) -> Judgement:
    """Judge a machine that neither carries a host key nor serves."""
    primary = machine.primary
    if primary is None:
        return _without_key(machine)
    if primary.key_type not in policy.accepted_key_types:
        return _other_key(machine, primary)
    if not machine.licensed:
        return _not_activated(machine, primary, policy)
    if primary.key_type is not KeyType.GVLK:
        return Judgement(Verdict.ACCEPTED_KEY_OK, machine.role.reason)
    return _licensed_client(machine, primary, policy)


def _licensed_client(machine: Machine, primary: Product, policy: Policy) -> Judgement:
    strange = validity.implausible(machine, primary)
    provided = following.cloud(machine, primary, policy)
    if provided is not None and strange is None:
        return provided
    found = (
        strange,
        following.judge(machine, primary, policy),
        by_directory.limited(machine, primary, policy),
        validity.ends_soon(machine, primary, policy),
    )
    return _together(machine, [one for one in found if one is not None])


def _together(machine: Machine, found: Sequence[Judgement]) -> Judgement:
    """One judgement of all that was found: the verdict of the worst, what is wrong with it in order, and all remedies.

    One that only remarks on something hides none that finds fault.
    """
    if not found:
        return Judgement(Verdict.KMS_CLIENT_OK, machine.role.reason)
    by_weight = sorted(found, key=_weight)
    reasons = [one.reason.removeprefix(machine.role.reason).strip() for one in by_weight]
    actions = [action for one in by_weight for action in one.plan.actions]
    return Judgement(
        by_weight[0].verdict,
        " ".join([machine.role.reason, *reasons]),
        tuple(each for one in by_weight for each in one.findings),
        Plan((*(one for one in actions if one.changes), *(one for one in actions if not one.changes))),
    )


def _weight(judgement: Judgement) -> tuple[bool, int]:
    """How bad it is; the smallest is the worst."""
    severities = list(Severity)
    return bool(judgement.verdict.compliant), min(severities.index(one.kind.severity) for one in judgement.findings)


def _without_key(machine: Machine) -> Judgement:
    choice = plan_key(machine.snapshot, KeyRequest())
    if isinstance(choice, KeyPlan):
        found = finding("CLI-009", machine.role.reason, "Install the GVLK of its edition.")
        return Judgement(Verdict.NO_KEY, machine.role.reason, (found,), _conversion(machine, choice))
    if choice.why in _LICENSED_ELSEWHERE:
        return _left_alone(f"{machine.role.reason} {choice.reason}", choice)
    verdict = Verdict.NO_KEY if choice.why in _UNDECIDED else Verdict.NO_GVLK
    return _without_gvlk(verdict, f"{machine.role.reason} {choice.reason}", choice)


def _other_key(machine: Machine, primary: Product) -> Judgement:
    choice = plan_key(machine.snapshot, KeyRequest())
    if isinstance(choice, KeyRefusal):
        return _inconvertible(machine, primary, choice)
    kind = primary.key_type.value
    reason = f"{_as_found(machine, primary)} The policy does not accept {kind} keys."
    actions = _conversion(machine, choice)
    if choice.installed:
        actions = Plan(
            (plan.ask(f"Install a key of an accepted kind (product_key), or accept {kind} keys in the policy."),)
        )
    then = "" if choice.installed else f"Or accept {kind} keys in the policy."
    found = finding("CLI-001", reason, actions.advice, key_type=kind, partial_product_key=primary.partial_product_key)
    return Judgement(Verdict.WRONG_KEY_TYPE, reason, (found,), actions, then)


def _conversion(machine: Machine, choice: KeyPlan) -> Plan:
    primary = machine.primary
    gives_up = machine.licensed and primary is not None and primary.key_type in _FOR_GOOD
    return Plan(
        (
            plan.install_gvlk(choice.key, choice.product_name or "its edition", primary, gives_up),
            plan.restart_service(machine.snapshot.service.service_name),
            plan.activate(None),
        )
    )


def _inconvertible(machine: Machine, primary: Product, choice: KeyRefusal) -> Judgement:
    """A key that is not accepted where no GVLK can or should take its place."""
    elsewhere = primary.key_type in (KeyType.AVMA, KeyType.SUBSCRIPTION) or choice.why in _LICENSED_ELSEWHERE
    if not elsewhere:
        verdict = Verdict.WRONG_KEY_TYPE if choice.why in _UNDECIDED else Verdict.NO_GVLK
        return _without_gvlk(verdict, f"{_as_found(machine, primary)} {choice.reason}", choice)
    if machine.licensed:
        return _left_alone(f"{machine.role.reason} {choice.reason}", choice)
    explained = activation.reason_of(primary)
    advice = explained.admin_action if explained and explained.known else choice.advice
    reason = _as_found(machine, primary)
    found = finding("CLI-002", reason, advice, code=explained.code_text if explained else None)
    return Judgement(Verdict.NOT_ACTIVATED, reason, (found,), Plan((plan.ask(advice),)))


def _as_found(machine: Machine, primary: Product) -> str:
    """The role in a sentence; that the license is not activated, in another."""
    return machine.role.reason + ("" if machine.licensed else f" It is not activated ({activation.told(primary)}).")


def _left_alone(reason: str, choice: KeyRefusal) -> Judgement:
    found = finding("CLI-010", reason)
    return Judgement(Verdict.LEFT_ALONE, reason, (found,), Plan((plan.leave_alone(choice.reason),)))


def _without_gvlk(verdict: Verdict, reason: str, choice: KeyRefusal) -> Judgement:
    found = finding("CLI-009", reason, choice.advice)
    return Judgement(verdict, reason, (found,), Plan((plan.ask(choice.advice),)))


def _not_activated(machine: Machine, primary: Product, policy: Policy) -> Judgement:
    explained = activation.reason_of(primary)
    judged = (following.judge(machine, primary, policy), by_directory.limited(machine, primary, policy))
    wrong = [one for one in judged if one is not None]
    besides = (one.reason.removeprefix(machine.role.reason).strip() for one in wrong)
    reason = " ".join([_as_found(machine, primary), *besides])
    settings = tuple(action for one in wrong for action in one.plan.actions if action.changes)
    actions = Plan((*settings, _remedy(machine, primary)))
    found = finding("CLI-002", reason, actions.advice, code=explained.code_text if explained else None)
    findings = (found, *(other for one in wrong for other in one.findings))
    return Judgement(Verdict.NOT_ACTIVATED, reason, findings, actions)


def _remedy(machine: Machine, primary: Product) -> plan.Action:
    if primary.key_type is KeyType.GVLK:
        choice = plan_key(machine.snapshot, KeyRequest())
        if isinstance(choice, KeyRefusal) and choice.why in _LICENSED_ELSEWHERE:
            return plan.ask(f"{choice.reason} {choice.advice}")
    return activation.remedy(primary)
