# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An approved KMS host: does it serve, and is its key activated? A repair never touches one, so all plans only ask."""

from __future__ import annotations

from collections.abc import Iterator

from .._licensing.host_keys import group_of
from .._licensing.restart import restart_due
from .._licensing.terms import LICENSED, Role
from . import host_health, plan
from .activation import told
from .finding import Finding, finding
from .machine import Judgement, Machine
from .plan import Plan
from .policy import Policy
from .verdict import Verdict


def judge(machine: Machine, policy: Policy) -> Judgement:
    """Judge a machine that the policy names as a KMS host."""
    if machine.role.role is not Role.KMS_HOST:
        return _not_serving(machine)
    unlicensed = [product for product in machine.host_keys if product.license_status_code != LICENSED]
    if unlicensed:
        state = told(unlicensed[0])
        reason = f"{machine.role.reason} Its key is not activated ({state}), so it answers clients with 0xC004F041."
        advice = "Activate it: module license with allow_kms_host_key=true."
        evidence = {"partial_product_key": unlicensed[0].partial_product_key}
        found = finding("KMS-005", reason, advice, **evidence)
        return Judgement(Verdict.NOT_ACTIVATED, reason, (found,), Plan((plan.ask(advice),)))
    return Judgement(
        Verdict.KMS_HOST_OK, machine.role.reason, (*_too_few_clients(machine), *_other_key(machine, policy))
    )


def _other_key(machine: Machine, policy: Policy) -> Iterator[Finding]:
    """A host key of another group than the policy says; nothing where the one or the other is not known."""
    wanted = policy.key_group_of(machine.identity)
    keys = [product for product in machine.host_keys if product.is_windows]
    carried = {group.group for key in keys if (group := group_of(key, machine.snapshot.os.build)) is not None}
    if wanted is None or not carried or wanted in carried:
        return
    reason = f"Its KMS host key is of the group {' and '.join(sorted(carried))}, and the policy says {wanted}."
    remedy = "Install the KMS host key of that group (playbook kms_host), or change host_key_groups in the policy."
    last_five = keys[0].partial_product_key
    yield finding("KMS-013", reason, remedy, key_group=sorted(carried), partial_product_key=last_five)


def _not_serving(machine: Machine) -> Judgement:
    reason = f"It is an approved KMS host but does not serve: {machine.role.reason}"
    if restart_due(machine.snapshot):
        service = machine.snapshot.service.service_name
        advice = f"Restart {service} (licensing_service with state=restarted), or the machine."
    elif machine.host_keys:
        advice = "Activate it: module license with allow_kms_host_key=true. Then restart the licensing service."
    else:
        advice = "Set it up with role kms_host: install the KMS host key, restart the licensing service, activate it."
    found = finding("KMS-004", reason, advice, role=machine.role.role.value)
    return Judgement(Verdict.KMS_HOST_NOT_SERVING, reason, (found,), Plan((plan.ask(advice),)))


def _too_few_clients(machine: Machine) -> tuple[Finding, ...]:
    state = next((state for state in machine.snapshot.serving if state.has_enough_clients is False), None)
    return tuple(host_health.count_findings(state.current_count, state.required_count)) if state is not None else ()
