# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a descriptor is to what it should be."""

from __future__ import annotations

import uuid

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._ad import rights, sid
from ansible_collections.winfleet.activation.plugins.module_utils._ad.plan import (
    AccessPolicy,
    Action,
    Plan,
    make_plan,
    plan_new,
    trusted_in,
    writers,
)
from ansible_collections.winfleet.activation.plugins.module_utils._ad.security_descriptor import (
    ALLOW,
    DENY,
    INHERIT_ONLY,
    INHERITED,
    Ace,
    SecurityDescriptor,
)

DOMAIN, ROOT = "S-1-5-21-1-2-3", "S-1-5-21-7-8-9"
GROUP, ROGUE, ADMINS = f"{DOMAIN}-1106", f"{DOMAIN}-1200", f"{DOMAIN}-512"
DNS_ADMINS, ROOT_ADMINS = f"{DOMAIN}-1101", f"{ROOT}-512"
POLICY = AccessPolicy(GROUP, rights.UPDATE, ADMINS, trusted_in([DOMAIN, ROOT], [DNS_ADMINS]))
FULL = rights.FULL_CONTROL

GRANT = Ace.make(ALLOW, rights.UPDATE, GROUP)
BASE = (Ace.make(ALLOW, FULL, ADMINS), Ace.make(ALLOW, FULL, sid.SYSTEM), Ace.make(ALLOW, rights.READ, sid.EVERYONE))


def of(*aces: Ace, owner: str | None = ADMINS, protected: bool = False) -> SecurityDescriptor:
    return SecurityDescriptor(owner=owner).with_aces(aces, protected)


def actions(plan: Plan) -> list[tuple[str, str]]:
    return [(step.action.value, step.trustee) for step in plan.steps]


def limited(mask: int, trustee: str, attribute: str, kind: int = 5) -> Ace:
    """An entry for one attribute."""
    body = mask.to_bytes(4, "little") + b"\x01\0\0\0" + uuid.UUID(attribute).bytes_le + sid.to_bytes(trustee)
    return Ace.parse(bytes([kind, 0]) + (4 + len(body)).to_bytes(2, "little") + body)


OTHER_ATTRIBUTE = "3f78c3e5-f79a-46bd-a0b8-9d18116ddc79"

# Entries that leave nothing to do, beside the grant.
HARMLESS = {
    "nothing more": (),
    "administrators of the forest": (Ace.make(ALLOW, FULL, ROOT_ADMINS),),
    "who manages DNS": (Ace.make(ALLOW, FULL, DNS_ADMINS, INHERITED),),
    "domain controllers": (Ace.make(ALLOW, FULL, sid.ENTERPRISE_DOMAIN_CONTROLLERS),),
    "for child objects only": (Ace.make(ALLOW, FULL, ROGUE, INHERIT_ONLY | INHERITED),),
    "another attribute": (limited(0x20, ROGUE, OTHER_ATTRIBUTE),),
    "reading": (Ace.make(ALLOW, rights.READ, ROGUE),),
    "a denial of somebody": (Ace.make(DENY, FULL, ROGUE),),
    "the group, from the zone": (Ace.make(ALLOW, FULL, GROUP, INHERITED),),
    "what nobody has heard of": (Ace.parse(bytes([0x4F, 0, 8, 0, 1, 2, 3, 4])),),
    "the owner's rights": (Ace.make(ALLOW, FULL, sid.OWNER_RIGHTS),),
}

# Entries, and what becomes of them.
WRONG: dict[str, tuple[tuple[Ace, ...], list[tuple[str, str]]]] = {
    "full control": ((Ace.make(ALLOW, FULL, ROGUE),), [("revoke", ROGUE)]),
    "writing": ((Ace.make(ALLOW, 0x20, ROGUE),), [("revoke", ROGUE)]),
    "writing this attribute": ((limited(0x20, ROGUE, rights.DNS_RECORD),), [("revoke", ROGUE)]),
    "with a condition": ((limited(0x20, ROGUE, rights.DNS_RECORD, 11),), [("revoke", ROGUE)]),
    "changing permissions": ((Ace.make(ALLOW, 0x40000, ROGUE),), [("revoke", ROGUE)]),
    "changing the owner": ((Ace.make(ALLOW, 0x80000, ROGUE),), [("revoke", ROGUE)]),
    "deleting": ((Ace.make(ALLOW, 0x10000, ROGUE),), [("revoke", ROGUE)]),
    "generic rights": ((Ace.make(ALLOW, 0x40000000, ROGUE),), [("revoke", ROGUE)]),
    "a crowd that also reads": (
        (Ace.make(ALLOW, FULL, sid.AUTHENTICATED_USERS),),
        [("reduce", sid.AUTHENTICATED_USERS)],
    ),
    "a crowd that only writes": ((Ace.make(ALLOW, 0x20, sid.EVERYONE),), [("revoke", sid.EVERYONE)]),
    "all computers": ((Ace.make(ALLOW, FULL, f"{DOMAIN}-515"),), [("reduce", f"{DOMAIN}-515")]),
    "the group, with too much": ((Ace.make(ALLOW, FULL, GROUP),), [("revoke", GROUP)]),
    "the group, denied": ((Ace.make(DENY, 0x20, GROUP),), [("revoke", GROUP)]),
    "the rogue's inheritance": ((Ace.make(ALLOW, FULL, ROGUE, INHERITED),), [("protect", GROUP), ("revoke", ROGUE)]),
}


@pytest.mark.parametrize("aces", HARMLESS.values(), ids=HARMLESS)
def test_nothing_to_do(aces: tuple[Ace, ...]) -> None:
    before = of(GRANT, *BASE, *aces)
    plan = make_plan(before, POLICY)
    assert plan.is_empty
    assert plan.after == before


@pytest.mark.parametrize(("aces", "expected"), WRONG.values(), ids=WRONG)
def test_what_becomes_of_wrong_entries(aces: tuple[Ace, ...], expected: list[tuple[str, str]]) -> None:
    plan = make_plan(of(GRANT, *BASE, *aces), POLICY)
    assert actions(plan) == expected
    assert plan.flags == 4
    assert writers(plan.after, POLICY.trusted | {GROUP}) == ()
    assert GRANT in plan.after.aces
    assert all(ace in plan.after.aces for ace in BASE)


@pytest.mark.parametrize("aces", [case[0] for case in WRONG.values()], ids=WRONG)
def test_a_second_plan_is_empty(aces: tuple[Ace, ...]) -> None:
    after = make_plan(of(*BASE, *aces, owner=ROGUE), POLICY).after
    # As it comes back from the server.
    assert make_plan(SecurityDescriptor.parse(after.to_bytes()), POLICY).is_empty


def test_the_group_is_granted_what_is_asked_for() -> None:
    plan = make_plan(of(*BASE), POLICY)
    assert actions(plan) == [("grant", GROUP)]
    assert GRANT in plan.after.aces


def test_a_grant_in_the_generic_form_counts() -> None:
    policy = AccessPolicy(GROUP, rights.FULL_CONTROL, ADMINS, POLICY.trusted)
    assert make_plan(of(*BASE, Ace.make(ALLOW, rights.GENERIC_ALL, GROUP)), policy).is_empty
    assert make_plan(of(*BASE, Ace.make(ALLOW, FULL, GROUP)), policy).is_empty


@pytest.mark.parametrize("owner", [ROGUE, None, GROUP], ids=["a rogue", "nobody", "the group"])
def test_owner_and_entries_are_written_together(owner: str | None) -> None:
    plan = make_plan(of(GRANT, *BASE, Ace.make(ALLOW, FULL, ROGUE), owner=owner), POLICY)
    assert actions(plan) == [("owner", ADMINS), ("revoke", ROGUE)]
    assert plan.steps[0].former == owner
    assert plan.after.owner == ADMINS
    assert plan.flags == 5


@pytest.mark.parametrize("owner", [ADMINS, ROOT_ADMINS, sid.SYSTEM, sid.ADMINISTRATORS, DNS_ADMINS, f"{DOMAIN}-500"])
def test_an_owner_who_stays(owner: str) -> None:
    assert make_plan(of(GRANT, *BASE, owner=owner), POLICY).is_empty


def test_what_else_was_inherited_stays_when_inheritance_ends() -> None:
    mine = Ace.make(ALLOW, FULL, DNS_ADMINS, INHERITED)
    below = Ace.make(ALLOW, FULL, ROGUE, INHERITED | INHERIT_ONLY)
    plan = make_plan(of(GRANT, *BASE, mine, below, Ace.make(ALLOW, 0x20, sid.USERS, INHERITED)), POLICY)
    assert plan.after.protected
    assert mine.explicit() in plan.after.aces
    assert below.explicit() in plan.after.aces
    assert not any(ace.inherited for ace in plan.after.aces)


def test_protection_that_is_there_stays() -> None:
    assert make_plan(of(*BASE, protected=True), POLICY).after.protected


def test_no_list_at_all() -> None:
    plan = make_plan(SecurityDescriptor(owner=ROGUE), POLICY)
    assert actions(plan) == [("owner", ADMINS), ("revoke", sid.EVERYONE), ("grant", GROUP)]
    assert writers(plan.before or of(), frozenset()) == (ROGUE, sid.EVERYONE)
    assert writers(plan.after, POLICY.trusted | {GROUP}) == ()
    assert make_plan(plan.after, POLICY).is_empty


def test_a_denial_of_a_crowd_is_named() -> None:
    denial = Ace.make(DENY, 0x20, sid.AUTHENTICATED_USERS)
    plan = make_plan(of(GRANT, *BASE, denial), POLICY)
    assert plan.is_empty
    assert plan.denied == (denial,)


def test_a_new_node() -> None:
    plan = plan_new(POLICY)
    assert plan.before is None
    assert [step.action for step in plan.steps] == [Action.CREATE, Action.GRANT]
    assert plan.after.owner == ADMINS
    assert make_plan(SecurityDescriptor.parse(plan.after.to_bytes()), POLICY).is_empty


def test_writers_are_named_once_and_the_owner_first() -> None:
    found = of(Ace.make(ALLOW, FULL, ROGUE), Ace.make(ALLOW, 0x20, sid.USERS), *BASE, owner=ROGUE)
    assert writers(found, POLICY.trusted) == (ROGUE, sid.USERS)
