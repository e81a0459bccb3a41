# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A KMS host that nobody approved: every host key goes, each from the product it is on, and nothing else is touched.

Microsoft, "KMS activation and 0xC004C008", for host keys of Windows; Microsoft Support, "How to discover Office and
Windows KMS hosts through DNS and remove unauthorized instances", for those of Office, which are uninstalled by their
activation ID and leave the key of Windows alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from .._licensing.model import Product
from .._licensing.restart import restart_due
from .._licensing.terms import LICENSED, KeyType, Role
from . import plan
from .finding import Finding, finding
from .key_choice import KeyPlan, KeyRequest, plan_key, runs_without_key
from .machine import Judgement, Machine
from .plan import Action, ActionKind, Plan
from .verdict import Verdict

_THEN = "Then delete its SRV record (playbook winfleet.activation.kms_dns)."


def judge(machine: Machine) -> Judgement:
    """Judge a machine that carries a host key or serves as a KMS host, and is not approved."""
    reason = f"{machine.role.reason} It is not an approved KMS host."
    actions = Plan(tuple(_actions(machine)))
    found = _finding(machine, reason, actions.advice)
    return Judgement(Verdict.KMS_UNAPPROVED, reason, (found,), actions, _THEN)


def _actions(machine: Machine) -> Iterator[Action]:
    steps = [*_off_office(machine), *_off_windows(machine)]
    yield from steps
    if any(step.changes for step in steps) or restart_due(machine.snapshot):
        yield plan.restart_service(machine.snapshot.service.service_name)
    if any(step.kind is ActionKind.INSTALL_KEY for step in steps):
        yield plan.activate(None)
    elif _is_unactivated_client(machine):
        yield plan.activate(machine.primary)


def _off_office(machine: Machine) -> Iterator[Action]:
    return (plan.remove_key(product) for product in machine.host_keys if not product.is_windows)


def _off_windows(machine: Machine) -> Iterator[Action]:
    for product in machine.host_keys:
        if product.is_windows:
            yield _replacement(machine, product)


def _replacement(machine: Machine, host_key: Product) -> Action:
    if machine.primary is None or machine.primary.activation_id != host_key.activation_id:
        # The Windows license has another key; this one is on a product beside it.
        return plan.remove_key(host_key)
    choice = plan_key(machine.snapshot, KeyRequest())
    if isinstance(choice, KeyPlan):
        return plan.install_gvlk(choice.key, choice.product_name or "its edition", host_key)
    if runs_without_key(machine.snapshot):
        return plan.remove_key(host_key)
    return plan.ask(
        f"The host key has to go, but it cannot be replaced unattended: {choice.reason} Install the key that belongs "
        "to the machine (product_key with key=...), then restart the licensing service."
    )


def _is_unactivated_client(machine: Machine) -> bool:
    primary = machine.primary
    return primary is not None and primary.key_type is KeyType.GVLK and primary.license_status_code != LICENSED


def _finding(machine: Machine, reason: str, remedy: str) -> Finding:
    keys = [product.partial_product_key for product in machine.host_keys]
    serving = "KMS-001" if machine.role.role is Role.KMS_HOST else "KMS-002"
    return finding(serving if keys else "KMS-003", reason, remedy, host_keys=keys or None, role=machine.role.role.value)
