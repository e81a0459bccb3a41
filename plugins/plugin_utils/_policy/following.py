# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which KMS host a client follows, configured for machine or product or found in DNS, and whether it is approved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .._licensing.client_settings import GENERAL
from .._licensing.model import Product
from .._licensing.product_choice import WINDOWS
from . import plan
from .finding import Finding, finding
from .machine import Judgement, Machine
from .plan import Plan
from .policy import Policy
from .verdict import Verdict


@dataclass(frozen=True)
class _Configured:
    """A KMS host that somebody set. ``scope`` is the product as module kms_client has it."""

    host: str
    scope: str


def cloud(machine: Machine, primary: Product, policy: Policy) -> Judgement | None:
    """A client that its cloud provider activates is as it should be there."""
    hosts = [*(one.host for one in _configured(machine, primary)), *_discovered(machine, primary)]
    for host in hosts[:1]:
        provider = policy.cloud_of(host)
        if provider is not None:
            reason = f"{machine.role.reason} Its KMS host {host} is the one of {provider}, which activates its guests."
            found = finding("CLI-010", reason, kms_host=host)
            return Judgement(Verdict.LEFT_ALONE, reason, (found,), Plan((plan.leave_alone(reason),)))
    return None


def judge(machine: Machine, primary: Product, policy: Policy) -> Judgement | None:
    """What is wrong with the KMS host that a client follows; None if nothing is."""
    if primary.by_directory or not policy.approved:
        # Activated through Active Directory, it followed no KMS host; and where none is approved, there is none to
        # compare with: then every host that serves is found on its own.
        return None
    configured = list(_configured(machine, primary))
    wrong = [one for one in configured if policy.lets_follow(one.host) is False]
    if wrong:
        return _configured_wrong(machine, wrong)
    unknown = [one for one in configured if policy.lets_follow(one.host) is None]
    if unknown:
        return _not_comparable(machine, unknown)
    found = [] if configured else list(_discovered(machine, primary))
    strange = [host for host in found if policy.lets_follow(host) is False]
    return _discovered_wrong(machine, strange[0]) if strange else None


def _configured(machine: Machine, primary: Product) -> Iterator[_Configured]:
    """The product's own first, since it wins (slmgr.vbs /skms with an activation ID)."""
    general = machine.snapshot.service.kms.configured_host
    own = primary.kms.configured_host
    # A product without one of its own shows the machine's.
    if own and own != general:
        yield _Configured(own, WINDOWS)
    if general:
        yield _Configured(general, GENERAL)


def _discovered(machine: Machine, primary: Product) -> Iterator[str]:
    for settings in (primary.kms, machine.snapshot.service.kms):
        if settings.discovered_host:
            yield settings.discovered_host


def _configured_wrong(machine: Machine, wrong: list[_Configured]) -> Judgement:
    names = " and ".join(dict.fromkeys(one.host for one in wrong))
    reason = f"{machine.role.reason} It is set to the KMS host {names}, which is not approved."
    actions = Plan(tuple(plan.clear_kms_host(one.scope, one.host) for one in wrong))
    found = _finding("CLI-004", reason, actions.advice, names)
    return Judgement(Verdict.WRONG_KMS_HOST, reason, (found,), actions)


def _discovered_wrong(machine: Machine, host: str) -> Judgement:
    reason = (
        f"{machine.role.reason} It was last activated by, or found in DNS, {host}, which is not an approved KMS host."
    )
    advice = (
        f"Turn {host} into a KMS client and delete its SRV record (playbooks winfleet.activation.enforce and "
        "winfleet.activation.kms_dns). The machine finds an approved KMS host when it renews."
    )
    return Judgement(
        Verdict.WRONG_KMS_HOST, reason, (_finding("CLI-005", reason, advice, host),), Plan((plan.ask(advice),))
    )


def _not_comparable(machine: Machine, unknown: list[_Configured]) -> Judgement:
    host = unknown[0].host
    reason = (
        f"{machine.role.reason} It is set to the KMS host {host} by address, and the policy names the approved ones."
    )
    advice = "Set the name instead, or clear it so that DNS decides (kms_client)."
    return Judgement(Verdict.KMS_CLIENT_OK, reason, (_finding("CLI-013", reason, advice, host),))


def _finding(identifier: str, reason: str, advice: str, host: str) -> Finding:
    return finding(identifier, reason, advice, kms_host=host)
