# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a node's descriptor is to what it should be. Pure: identifiers in, a new descriptor and its reasons out.

Only the group, the administrators and the domain controllers keep a right by which the record can be changed. The owner
counts: he may rewrite the list whatever it says (MS-DTYP 2.5.3.2), so that owner and entries go
together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from . import rights, sid
from .security_descriptor import ALLOW, Ace, SecurityDescriptor

OWNER_FLAG, DACL_FLAG = 1, 4


@dataclass(frozen=True)
class AccessPolicy:
    """Who may update the record, and who else may go on doing so."""

    group: str
    mask: int
    owner: str
    """Who becomes the owner, where the owner is none of the trusted."""
    trusted: frozenset[str]


class Action(str, Enum):
    """What becomes of something."""

    CREATE = "create"
    OWNER = "owner"
    GRANT = "grant"
    REVOKE = "revoke"
    REDUCE = "reduce"
    PROTECT = "protect"


@dataclass(frozen=True)
class Step:
    """One change, with what it takes to say it in words."""

    action: Action
    trustee: str
    mask: int = 0
    object_type: str | None = None
    former: str | None = None
    """The former owner."""


@dataclass(frozen=True)
class Plan:
    """The descriptor before and after, and the changes in between."""

    before: SecurityDescriptor | None
    after: SecurityDescriptor
    steps: tuple[Step, ...]
    denied: tuple[Ace, ...] = ()
    """Denials of a crowd, which stay and keep the group from updating."""

    @property
    def is_empty(self) -> bool:
        return not self.steps

    @property
    def flags(self) -> int:
        """Which parts of the descriptor to write (LDAP_SERVER_SD_FLAGS_OID, MS-ADTS 3.1.1.3.4.1.11)."""
        changes_owner = any(step.action in (Action.OWNER, Action.CREATE) for step in self.steps)
        return DACL_FLAG | OWNER_FLAG if changes_owner else DACL_FLAG


def trusted_in(domains: Iterable[str], more: Iterable[str] = ()) -> frozenset[str]:
    """Administrators, domain controllers and the DNS server itself, in the given domains."""
    numbers = (sid.ADMINISTRATOR, sid.DOMAIN_ADMINS, sid.DOMAIN_CONTROLLERS, sid.ENTERPRISE_ADMINS)
    accounts = {sid.in_domain(domain, number) for domain in domains for number in numbers}
    # OWNER RIGHTS means the owner, who is one of these afterwards.
    well_known = {sid.SYSTEM, sid.ENTERPRISE_DOMAIN_CONTROLLERS, sid.ADMINISTRATORS, sid.OWNER_RIGHTS}
    return frozenset(accounts | well_known | set(more))


def writers(descriptor: SecurityDescriptor, allowed: frozenset[str]) -> tuple[str, ...]:
    """Who can change the record, at once or by a detour, and is none of the allowed."""
    found = [descriptor.owner] if descriptor.owner is not None else []
    found += [ace.trustee for ace in descriptor.aces if _grants_change(ace) and ace.trustee is not None]
    if descriptor.everybody_may:
        found.append(sid.EVERYONE)
    return tuple(dict.fromkeys(trustee for trustee in found if trustee not in allowed))


def plan_new(policy: AccessPolicy) -> Plan:
    """A node that is not there yet: the descriptor that it is made with. The server adds what the zone hands down."""
    full = (policy.owner, sid.ENTERPRISE_DOMAIN_CONTROLLERS, sid.SYSTEM)
    aces = [Ace.make(ALLOW, rights.FULL_CONTROL, trustee) for trustee in full]
    aces += [Ace.make(ALLOW, policy.mask, policy.group), Ace.make(ALLOW, rights.READ, sid.EVERYONE)]
    after = SecurityDescriptor(owner=policy.owner, group=policy.owner).with_aces(aces, protected=False)
    steps = (
        Step(Action.CREATE, policy.owner),
        Step(Action.GRANT, policy.group, policy.mask),
    )
    return Plan(None, after, steps)


def make_plan(before: SecurityDescriptor, policy: AccessPolicy) -> Plan:
    """What has to change, if anything."""
    if before.everybody_may:
        return _with_owner(_plan_list(before, policy), policy)
    aces = before.aces
    steps: list[Step] = []
    protect = any(ace.inherited and _is_wrong(ace, policy) for ace in aces)
    if protect:
        steps.append(Step(Action.PROTECT, policy.group))
        aces = tuple(ace.explicit() for ace in aces)
    kept: list[Ace] = []
    for ace in aces:
        if not ace.inherited and _is_wrong(ace, policy):
            steps.append(_revocation(ace))
            kept += _remainder(ace)
        else:
            kept.append(ace)
    if not any(_is_grant(ace, policy) for ace in kept):
        kept.insert(0, Ace.make(ALLOW, policy.mask, policy.group))
        steps.append(Step(Action.GRANT, policy.group, policy.mask))
    after = before.with_aces(kept, before.protected or protect) if steps else before
    return _with_owner(Plan(before, after, tuple(steps), _denied(after)), policy)


def _plan_list(before: SecurityDescriptor, policy: AccessPolicy) -> Plan:
    """There is no list, which allows everything to everybody: it gets the one of a new node."""
    made = plan_new(policy)
    after = replace(before, dacl=made.after.dacl, control=before.control | made.after.control)
    return Plan(before, after, (Step(Action.REVOKE, sid.EVERYONE, rights.FULL_CONTROL), *made.steps[1:]))


def _with_owner(plan: Plan, policy: AccessPolicy) -> Plan:
    former = plan.after.owner
    if former in policy.trusted:
        return plan
    step = Step(Action.OWNER, policy.owner, former=former)
    return replace(plan, after=replace(plan.after, owner=policy.owner), steps=(step, *plan.steps))


# --- One entry --------------------------------------------------------------------------------------------------------


def _grants_change(ace: Ace) -> bool:
    """Whether it lets somebody change this record. An entry for child objects does not."""
    counts = ace.allows and not ace.inherit_only and ace.mask is not None
    return counts and bool(rights.change_of_record(ace.mask or 0, ace.object_type))


def _denies_change(ace: Ace) -> bool:
    counts = ace.denies and not ace.inherit_only and ace.mask is not None
    return counts and bool(rights.change_of_record(ace.mask or 0, ace.object_type))


def _is_grant(ace: Ace, policy: AccessPolicy) -> bool:
    """Whether this is the entry that we want: these rights, and not more. Compared as the server stores them."""
    plain = ace.kind == ALLOW and not ace.inherit_only and not ace.inherited
    return plain and ace.trustee == policy.group and rights.mapped(ace.mask or 0) == rights.mapped(policy.mask)


def _is_wrong(ace: Ace, policy: AccessPolicy) -> bool:
    if ace.trustee == policy.group:
        # What the zone hands down to the group is the administrator's wish; what is set here is ours to decide.
        return _denies_change(ace) or (_grants_change(ace) and not ace.inherited and not _is_grant(ace, policy))
    return _grants_change(ace) and ace.trustee not in policy.trusted


def _revocation(ace: Ace) -> Step:
    action = Action.REDUCE if _remainder(ace) else Action.REVOKE
    return Step(action, ace.trustee or "", ace.mask or 0, ace.object_type)


def _remainder(ace: Ace) -> list[Ace]:
    """A crowd goes on reading; for single accounts nothing is left."""
    left = rights.mapped(ace.mask or 0) & rights.READ
    keeps = ace.kind == ALLOW and left and ace.trustee is not None and sid.is_crowd(ace.trustee)
    return [Ace.make(ALLOW, left, ace.trustee or "", ace.flags)] if keeps else []


def _denied(descriptor: SecurityDescriptor) -> tuple[Ace, ...]:
    return tuple(ace for ace in descriptor.aces if _denies_change(ace) and ace.trustee and sid.is_crowd(ace.trustee))
