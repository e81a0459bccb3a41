# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results in names and words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._ad import present, rights, sid
from ansible_collections.winfleet.activation.plugins.module_utils._ad.accounts import Account, Domain, Group
from ansible_collections.winfleet.activation.plugins.module_utils._ad.dns_node import Node, Records, Updates
from ansible_collections.winfleet.activation.plugins.module_utils._ad.plan import (
    AccessPolicy,
    Action,
    Step,
    make_plan,
    plan_new,
    trusted_in,
)
from ansible_collections.winfleet.activation.plugins.module_utils._ad.protect import (
    Look,
    Membership,
    Report,
    Setting,
    preview,
)
from ansible_collections.winfleet.activation.plugins.module_utils._ad.security_descriptor import (
    ALLOW,
    DENY,
    INHERIT_ONLY,
    Ace,
    SecurityDescriptor,
)
from ansible_collections.winfleet.activation.plugins.module_utils._ad.zones import Found, Place

DOMAIN = "S-1-5-21-1-2-3"
GROUP, ROGUE, ADMINS = f"{DOMAIN}-1106", f"{DOMAIN}-1200", f"{DOMAIN}-512"
NAMES = {GROUP: "CORP\\KMS Hosts", ROGUE: "CORP\\PC0815$", ADMINS: "CORP\\Domain Admins", sid.USERS: "BUILTIN\\Users"}
POLICY = AccessPolicy(GROUP, rights.UPDATE, ADMINS, trusted_in([DOMAIN]))
MEMBERSHIP = Membership(Group(Account("CN=KMS Hosts", GROUP, NAMES[GROUP]), (), True))
SETTING = Setting(Domain("DC=corp,DC=example", DOMAIN, DOMAIN, "CORP"), MEMBERSHIP, POLICY)
ONE = Records(1)
PLACE = Place(Node("corp.example", "corp.example", "DC=corp.example,CN=MicrosoftDNS"), Updates.SECURE, True)


def seen(*aces: Ace, owner: str = ADMINS, records: Records = ONE, updates: Updates = Updates.SECURE) -> Look:
    descriptor = SecurityDescriptor(owner=owner).with_aces(aces, protected=False)
    return Look(replace(PLACE, updates=updates), Found(descriptor, records, 15), make_plan(descriptor, POLICY))


GRANT = Ace.make(ALLOW, rights.UPDATE, GROUP)
STEPS = {
    "set the owner to CORP\\Domain Admins (was CORP\\PC0815$)": Step(Action.OWNER, ADMINS, former=ROGUE),
    "grant CORP\\KMS Hosts: read, write properties": Step(Action.GRANT, GROUP, rights.UPDATE),
    "revoke from S-1-5-21-9-9-9-9: full control": Step(Action.REVOKE, "S-1-5-21-9-9-9-9", rights.FULL_CONTROL),
    "reduce BUILTIN\\Users to reading (had full control)": Step(Action.REDUCE, sid.USERS, rights.FULL_CONTROL),
}

PROBLEMS = {
    "none": (seen(GRANT), set()),
    "a rogue owner": (seen(GRANT, owner=ROGUE), {"unapproved_owner"}),
    "another writer": (seen(GRANT, Ace.make(ALLOW, 0x20, ROGUE)), {"other_writers"}),
    "a tombstone": (seen(GRANT, records=Records(0, 0, True)), {"tombstoned"}),
    "no record": (seen(GRANT, records=Records()), {"no_records"}),
    "nonsecure updates": (seen(GRANT, updates=Updates.NONSECURE), {"nonsecure_updates"}),
    "no updates": (seen(GRANT, updates=Updates.NONE), {"no_updates"}),
    "a denial": (seen(GRANT, Ace.make(DENY, 0x20, sid.USERS)), {"group_denied"}),
    "no object": (Look(PLACE, None, plan_new(POLICY)), {"node_missing"}),
}
EFFECTIVE = {"none", "a tombstone", "no record", "no updates"}


@pytest.mark.parametrize(("text", "step"), STEPS.items())
def test_steps(text: str, step: Step) -> None:
    assert present.words(step, NAMES) == text


@pytest.mark.parametrize("case", PROBLEMS)
def test_problems(case: str) -> None:
    look, expected = PROBLEMS[case]
    result = present.report(preview(look), SETTING, NAMES, check=True)
    assert {problem["code"] for problem in result["problems"]} == expected
    assert result["effective"] is (case in EFFECTIVE)


def test_check_mode_shows_the_plan_and_a_run_what_there_is() -> None:
    look = seen(Ace.make(ALLOW, rights.FULL_CONTROL, ROGUE), owner=ROGUE)
    planned = present.report(preview(look), SETTING, NAMES, check=True)
    assert planned["result"] == "planned"
    assert planned["after"]["owner"] == "CORP\\Domain Admins"
    after = Found(look.plan.after, Records(1), 15)
    done = present.report(
        Report(look, after, make_plan(after.descriptor, POLICY), True, (look.plan,)), SETTING, NAMES, check=False
    )
    assert done["result"] == "verified"
    assert done["effective"] is True
    assert (done["before"], done["after"], done["actions"]) == (planned["before"], planned["after"], planned["actions"])


def test_entries_for_child_objects_are_left_out() -> None:
    look = seen(GRANT, Ace.make(ALLOW, 0x20, ROGUE, INHERIT_ONLY))
    assert [one["sid"] for one in present.permissions(look.plan.after, NAMES)["entries"]] == [GROUP]


def test_diff_has_what_changes_and_nothing_else() -> None:
    changed = present.report(preview(seen(owner=ROGUE)), SETTING, NAMES, check=True)
    same = present.report(preview(seen(GRANT)), SETTING, NAMES, check=True)
    (found,) = present.diff([changed, same], MEMBERSHIP)
    assert found["before"] == "owner: CORP\\PC0815$\ninherits from the zone: yes\n"
    assert found["after"].endswith("allow CORP\\KMS Hosts: read, write properties\n")
    joining = replace(MEMBERSHIP, join=(Account("CN=KMS01", f"{DOMAIN}-1300", "CORP\\KMS01$"),), leave=("CN=PC1",))
    (members,) = present.diff([same], joining)
    assert (members["before"], members["after"]) == ("member: CN=PC1\n", "member: CN=KMS01\n")
