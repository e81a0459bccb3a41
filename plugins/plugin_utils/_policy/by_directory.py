# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One machine and activation through Active Directory: may it be used, is it used, and what stands in its way?

Microsoft Learn, "Active Directory-based activation overview": Windows 8 and Windows Server 2012 and later, members of a
domain, with a GVLK. Such a client asks Active Directory first and a KMS host then, unless it is limited to one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .._licensing.client_settings import GENERAL
from .._licensing.model import Product
from .._licensing.product_choice import WINDOWS
from .._licensing.terms import KeyType
from . import plan
from .activation_objects import FIRST_BUILD, names_of
from .finding import Finding, finding
from .machine import Judgement, Machine
from .plan import ActionKind, Plan
from .policy import Policy
from .verdict import Verdict
from .way import Way

# VLActivationTypeEnabled (Microsoft Learn, SoftwareLicensingProduct).
_DIRECTORY_ONLY, _KMS_ONLY = 1, 2


def can_use(machine: Machine) -> bool | None:
    """Whether Active Directory can activate it; None where its domain was not asked for."""
    if machine.snapshot.os.build < FIRST_BUILD:
        return False
    return machine.snapshot.os.domain_member


def why_not(machine: Machine) -> str:
    """Why it cannot."""
    if machine.snapshot.os.build < FIRST_BUILD:
        return "Active Directory activates Windows 8, Windows Server 2012 and later only"
    return "it is not in a domain"


def limited(machine: Machine, primary: Product, policy: Policy) -> Judgement | None:
    """A client that may use one way of activation only, and that way cannot work."""
    why = _why_cannot_work(machine, primary, policy)
    if why is None:
        return None
    to = "Active Directory" if primary.kms.activation_type == _DIRECTORY_ONLY else "KMS"
    reason = f"{machine.role.reason} It may be activated by {to} only, which cannot work: {why}."
    actions = Plan(tuple(plan.any_activation(scope) for scope in (GENERAL, WINDOWS)))
    found = finding("ADB-003", reason, actions.advice, activation_type=primary.kms.activation_type)
    return Judgement(Verdict.WRONG_ACTIVATION_TYPE, reason, (found,), actions)


def _why_cannot_work(machine: Machine, primary: Product, policy: Policy) -> str | None:
    allowed, way, objects = primary.kms.activation_type, policy.activation, policy.objects
    if allowed == _DIRECTORY_ONLY:
        if can_use(machine) is False:
            return why_not(machine)
        if way is not None and not way.by_directory:
            return f"the policy is activation={way.value}"
        if objects is not None and not objects.for_windows:
            return f"{objects.forest} has no activation object for Windows"
    if allowed == _KMS_ONLY and way is not None and not way.by_kms:
        return f"the policy is activation={way.value}, so that there is no KMS host"
    return None


def guarded(machine: Machine, policy: Policy, judgement: Judgement) -> Judgement:
    """A license that does not end is not given up where the only way of activation cannot reach the machine."""
    gives_up = any(action.gives_up for action in judgement.plan.actions)
    if not gives_up or policy.activation is not Way.ADBA or can_use(machine) is not False:
        return judgement
    advice = f"Leave its license in place: with activation=adba nothing could activate it, for {why_not(machine)}."
    return replace(judgement, plan=Plan((plan.ask(advice),)))


def announced(machine: Machine, policy: Policy, judgement: Judgement) -> Judgement:
    """Say of a plan that ends in an activation that Active Directory is what activates."""
    objects = policy.windows_objects
    wanted = policy.activation is None or policy.activation.by_directory
    if not (objects and wanted and can_use(machine) and judgement.plan.has(ActionKind.ACTIVATE)):
        return judgement
    then = f"Active Directory activates it then ({names_of(objects)}). {judgement.then}"
    return replace(judgement, then=then.strip())


# --- Findings that leave the verdict as it is -------------------------------------------------------------------------


def findings(machine: Machine, policy: Policy, approved: bool) -> Iterator[Finding]:
    """What is worth knowing besides. On an approved KMS host the key of an object is where it belongs."""
    if policy.objects is not None and not approved:
        yield from _carried_keys(machine, policy)
    primary = machine.primary
    if primary is None:
        return
    yield from _retail(machine, primary, policy)
    if primary.key_type is KeyType.GVLK:
        yield from _object_gone(primary, policy)
        yield from _limited_to_kms(machine, primary, policy)
        yield from _other_way(machine, primary, policy)


def _carried_keys(machine: Machine, policy: Policy) -> Iterator[Finding]:
    for product in machine.host_keys:
        found = policy.objects.of_product(product) if policy.objects is not None else None
        if found is not None:
            reason = (
                f"It carries the KMS host key ending in {product.partial_product_key}, with which the activation "
                f"object {found.name} was made. Each computer that activates this key uses up one of its activations."
            )
            remedy = "Install the GVLK of its edition and restart the licensing service; the object activates it then."
            yield finding("ADB-002", reason, remedy, partial_product_key=product.partial_product_key, object=found.dn)


def _retail(machine: Machine, primary: Product, policy: Policy) -> Iterator[Finding]:
    objects = policy.windows_objects
    if primary.key_type in policy.accepted_key_types:
        return
    if primary.key_type is KeyType.RETAIL and objects and can_use(machine):
        reason = (
            "It was set up with retail media, in a forest that activates through Active Directory "
            f"({names_of(objects)}), which activates volume licenses only."
        )
        remedy = "Install the GVLK of its edition over the retail key. Do not uninstall that key first."
        yield finding("ADB-010", reason, remedy, channel=primary.channel)


def _object_gone(primary: Product, policy: Policy) -> Iterator[Finding]:
    used = primary.directory.object_dn if primary.directory is not None else None
    if policy.objects is None or not primary.by_directory or not used or not policy.objects.lacks(used):
        return
    reason = (
        f"Active Directory activated it by the object {used}, which is not in {policy.objects.forest} any more. Its "
        "activation ends within 180 days unless something else activates it."
    )
    remedy = (
        "Make sure that another object or a KMS host can activate it; it asks again every seven days. Find out "
        "who deleted the object."
    )
    yield finding("ADB-004", reason, remedy, object=used)


def _limited_to_kms(machine: Machine, primary: Product, policy: Policy) -> Iterator[Finding]:
    objects = policy.windows_objects
    if policy.activation not in (None, Way.BOTH) or not objects or can_use(machine) is False:
        return
    if primary.kms.activation_type == _KMS_ONLY:
        reason = f"It may be activated by KMS only, while {names_of(objects)} could activate it as well."
        remedy = "Let it use both (kms_client with activation_type=all), unless that is intended."
        yield finding("ADB-007", reason, remedy, activation_type=_KMS_ONLY)


def _other_way(machine: Machine, primary: Product, policy: Policy) -> Iterator[Finding]:
    way = policy.activation
    if way is None:
        return
    if way is Way.ADBA and can_use(machine) is False:
        reason = f"Active Directory cannot activate it: {why_not(machine)}. The policy is activation=adba."
        remedy = "Join it to the domain, keep a KMS host for it (activation=both), or give it a key of another kind."
        yield finding("ADB-009", reason, remedy, build=machine.snapshot.os.build)
        return
    by = "a KMS host" if primary.by_kms and not way.by_kms else ""
    by = "Active Directory" if primary.by_directory and not way.by_directory else by
    if machine.licensed and by:
        reason = f"It was activated by {by}, and the policy is activation={way.value}."
        yield finding("ADB-008", reason, _REMEDIES[way], activation_type=primary.kms.activation_type_used)


_REMEDIES = {
    Way.KMS: "Remove the activation object (adba_object) if there is to be none, or set activation=both.",
    Way.ADBA: "Take away the KMS host and its record (playbooks enforce and kms_dns), then activate the machine again.",
    Way.NONE: "Find out what activated it, and give it a key of an accepted kind.",
    Way.BOTH: "",
}
