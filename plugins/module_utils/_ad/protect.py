# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protect the records of some domains: look at everything, plan, and only then write; look again at the end.

Whatever can be known beforehand to go wrong is found while looking, and then nothing is written at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .._outcome import Outcome
from . import accounts, zones
from .accounts import Account, Domain, Group
from .directory import Directory
from .dns_node import Records, Updates
from .errors import AdError, AlreadyThere, Malformed, NoAnswer, NotAllowed, NotFound, Refused, ServerSaysNo
from .plan import AccessPolicy, Plan, make_plan, plan_new, trusted_in
from .zones import Found, Place

# A node that has just been made inherits what the zone hands down, which may have to be dealt with as well.
_ROUNDS = 3
_ADVICE = "Use an account that manages the DNS zone, such as a domain admin"


@dataclass(frozen=True)
class ProtectionRequest:
    """What the user wants, in the user's names."""

    group: str
    mask: int
    owner: str | None = None
    keep: tuple[str, ...] = ()
    zone: str | None = None
    create_node: bool = False
    approved: tuple[str, ...] = ()
    exclusive: bool = False


@dataclass(frozen=True)
class Membership:
    """The group and who joins or leaves it. ``others`` are members that are not approved and stay."""

    group: Group
    join: tuple[Account, ...] = ()
    leave: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        return bool(self.join or self.leave)


@dataclass(frozen=True)
class Setting:
    """What holds for every domain of a request."""

    domain: Domain
    membership: Membership
    policy: AccessPolicy


@dataclass(frozen=True)
class Look:
    """One domain before anything was written. ``found`` None: the node is not there. ``in_dns``: the zone by DNS."""

    place: Place
    found: Found | None
    plan: Plan
    in_dns: str | None = None


@dataclass(frozen=True)
class Report:
    """One domain afterwards. In check mode, ``after`` is what there is, and the plan what would be done."""

    look: Look
    after: Found | None
    rest: Plan
    done: bool = False
    steps: tuple[Plan, ...] = field(default=())

    @property
    def records(self) -> Records:
        return self.after.records if self.after is not None else Records()

    @property
    def effective(self) -> bool:
        """Whether only those who should can change the record: as it is now."""
        secure = self.look.place.updates in (Updates.SECURE, Updates.UNKNOWN, Updates.NONE)
        return secure and self.after is not None and self.rest.is_empty and not self.rest.denied


# --- Looking ----------------------------------------------------------------------------------------------------------


def prepare(directory: Directory, request: ProtectionRequest) -> Setting:
    """Find the group, its members and everybody who is trusted. Raises AdError."""
    domain = accounts.read_domain(directory)
    group = accounts.find_group(directory, domain, request.group)
    domains = {domain.sid, domain.root_sid}
    trusted = trusted_in(domains, _more_trusted(directory, domain, request.keep))
    if group.account.sid in trusted:
        what = f"{group.account.name} is one of those that may change the record in any case"
        raise Refused(directory.label, what, "Make a security group of the approved KMS hosts' computer accounts")
    owner = accounts.find_sid(directory, domain, request.owner) if request.owner else f"{domain.sid}-512"
    policy = AccessPolicy(group.account.sid, request.mask, owner, trusted | {owner})
    return Setting(domain, _membership(directory, domain, group, request), policy)


def _more_trusted(directory: Directory, domain: Domain, keep: tuple[str, ...]) -> set[str]:
    named = {accounts.find_sid(directory, domain, name) for name in keep}
    try:
        # The group that Microsoft DNS makes for those who manage it; it has no fixed number.
        named.add(accounts.find_sid(directory, domain, "DnsAdmins"))
    except NotFound:
        return named
    return named


def _membership(directory: Directory, domain: Domain, group: Group, request: ProtectionRequest) -> Membership:
    if not request.approved:
        return Membership(group)
    wanted = {one.dn.lower(): one for one in (accounts.find_computer(directory, domain, h) for h in request.approved)}
    effective = accounts.effective_members(directory, domain, group.account)
    direct = {dn.lower(): dn for dn in group.members}
    present = direct if request.exclusive else {**effective, **direct}
    leave = tuple(dn for low, dn in direct.items() if low not in wanted) if request.exclusive else ()
    others = () if request.exclusive else tuple(sorted(name for dn, name in effective.items() if dn not in wanted))
    membership = Membership(group, tuple(one for dn, one in wanted.items() if dn not in present), leave, others)
    if membership.changes and not group.writable:
        what = f"the account that signed in may not change the members of {group.account.name}"
        raise NotAllowed(directory.label, what, "Use an account that may, or omit approved_hosts")
    return membership


def look(
    directory: Directory, domain: str, request: ProtectionRequest, setting: Setting, in_dns: str | None = None
) -> Look:
    """Raises AdError when it cannot be done, as far as that can be known. ``in_dns``: the zone that DNS names."""
    place = zones.find_place(directory, domain, request.zone, in_dns)
    found = _read(directory, place)
    if found is None:
        if not request.create_node:
            what = f"{place.node.owner_name} has no object in the zone {place.node.zone} ({place.node.dn})"
            advice = (
                "Publish an approved host first (module kms_srv), or set create_node=true to make an object without a "
                "record that has its permissions already"
            )
            raise NotFound(directory.label, what, advice)
        if not place.creatable:
            raise NotAllowed(directory.label, f"no object may be created in {place.node.zone_dn}", _ADVICE)
        return Look(place, None, plan_new(setting.policy), in_dns)
    plan = make_plan(found.descriptor, setting.policy)
    if not plan.is_empty and found.writable is not None and found.writable & plan.flags != plan.flags:
        what = f"the account that signed in may not change the permissions of {place.node.dn}"
        if found.writable & plan.flags:
            what = f"the account that signed in may not change the owner of {place.node.dn}"
        raise NotAllowed(directory.label, what, _ADVICE)
    return Look(place, found, plan, in_dns)


def _read(directory: Directory, place: Place) -> Found | None:
    try:
        return zones.read_node(directory, place.node)
    except Malformed as error:
        what = f"what {place.node.dn} holds cannot be understood: {error}"
        raise ServerSaysNo(directory.label, what, "Look at the object with ADSI Edit") from error


# --- Writing ----------------------------------------------------------------------------------------------------------


def preview(seen: Look) -> Report:
    """What check mode reports."""
    return Report(seen, seen.found, seen.plan)


def change_members(directory: Directory, membership: Membership) -> None:
    """Raises AdError, which says whether they are changed."""
    if not membership.changes:
        return
    join = [account.dn for account in membership.join]
    try:
        directory.change_values(membership.group.account.dn, "member", join, list(membership.leave))
    except NoAnswer as error:
        error.changed = None
        raise


def protect(directory: Directory, seen: Look, policy: AccessPolicy) -> Report:
    """Write until it is as planned. Raises AdError, with nothing half done: one write changes all or nothing."""
    plan, found = seen.plan, seen.found
    plans: list[Plan] = []
    try:
        while not plan.is_empty:
            if len(plans) == _ROUNDS:
                what = f"the permissions of {seen.place.node.dn} are not as they were written, {_ROUNDS} times in a row"
                raise ServerSaysNo(directory.label, what, "Something else, or a policy, changes them at the same time")
            _write(directory, seen.place, plan)
            plans.append(plan)
            found = _read(directory, seen.place)
            plan = plan_new(policy) if found is None else make_plan(found.descriptor, policy)
    except AdError as error:
        # A write that was answered stays, whatever comes after it; one that was not may have been carried out.
        error.changed = Outcome.of(bool(plans), None if isinstance(error, NoAnswer) else False).changed
        error.done = tuple(plans)
        raise
    return Report(seen, found, plan, bool(plans), tuple(plans))


def _write(directory: Directory, place: Place, plan: Plan) -> None:
    if plan.before is not None:
        zones.write_descriptor(directory, place.node, plan.after, plan.flags)
        return
    try:
        zones.create_node(directory, place.node, plan.after)
    except AlreadyThere:
        # Whoever was quicker owns it now; the next round takes it over.
        return
