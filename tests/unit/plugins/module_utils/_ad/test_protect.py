# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known after a write went wrong, at every step of it: changed, not changed, or nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._ad import present, protect, rights, sid, zones
from ansible_collections.winfleet.activation.plugins.module_utils._ad.accounts import Account, Group
from ansible_collections.winfleet.activation.plugins.module_utils._ad.directory import Directory
from ansible_collections.winfleet.activation.plugins.module_utils._ad.dns_node import Node, Records, Updates
from ansible_collections.winfleet.activation.plugins.module_utils._ad.errors import (
    AdError,
    NoAnswer,
    NotAllowed,
    ServerSaysNo,
)
from ansible_collections.winfleet.activation.plugins.module_utils._ad.plan import AccessPolicy, make_plan, trusted_in
from ansible_collections.winfleet.activation.plugins.module_utils._ad.security_descriptor import (
    ALLOW,
    Ace,
    SecurityDescriptor,
)

DOMAIN = "S-1-5-21-1-2-3"
GROUP, ROGUE, ADMINS = f"{DOMAIN}-1106", f"{DOMAIN}-1200", f"{DOMAIN}-512"
POLICY = AccessPolicy(GROUP, rights.UPDATE, ADMINS, trusted_in([DOMAIN]))
PLACE = zones.Place(Node("corp.example", "corp.example", "DC=corp.example"), Updates.SECURE, True)
LABEL = "dc1.corp.example"


def found_with(*aces: Ace) -> zones.Found:
    return zones.Found(SecurityDescriptor(owner=ADMINS).with_aces(aces, protected=False), Records(1), 15)


OPEN = found_with(Ace.make(ALLOW, rights.FULL_CONTROL, ROGUE))


class Disk:
    """A directory with one object. ``write`` and ``read`` are called at each of them, and may raise."""

    label = LABEL

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found = OPEN
        self.writes = self.reads = 0
        self.write: Callable[[int], None] = lambda _number: None
        self.read_at: Callable[[int], None] = lambda _number: None
        self.forgets = False
        monkeypatch.setattr(zones, "write_descriptor", self._write)
        monkeypatch.setattr(zones, "read_node", self._read)

    def _write(self, _directory: Directory, _node: Node, descriptor: SecurityDescriptor, _flags: int) -> None:
        self.writes += 1
        self.write(self.writes)
        if not self.forgets:
            self.found = zones.Found(descriptor, Records(1), 15)

    def _read(self, _directory: Directory, _node: Node) -> zones.Found:
        self.reads += 1
        self.read_at(self.reads)
        return self.found

    def change_values(self, *_unused: Any) -> None:
        self.write(1)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def protected(disk: Disk) -> protect.Report:
    seen = protect.Look(PLACE, disk.found, make_plan(disk.found.descriptor, POLICY))
    return protect.protect(cast(Directory, disk), seen, POLICY)


def raising(error: AdError) -> Callable[[int], None]:
    def now(_number: int) -> None:
        raise error

    return now


SILENCE = NoAnswer(LABEL, "the connection broke")
NO = NotAllowed(LABEL, "not allowed")


@pytest.mark.parametrize(
    ("step", "error", "changed"),
    [("write", SILENCE, None), ("write", NO, False), ("read_at", SILENCE, True), ("read_at", NO, True)],
    ids=["no answer to the write", "no to the write", "no answer to the look after it", "no to the look after it"],
)
def test_a_failure_says_what_is_known(disk: Disk, step: str, error: AdError, changed: bool | None) -> None:
    """Kind: changed false with a failure although something was changed, or may have been."""
    setattr(disk, step, raising(type(error)(error.where, error.what)))
    with pytest.raises(type(error)) as caught:
        protected(disk)
    assert caught.value.changed is changed
    told = present.failure("corp.example", caught.value, {GROUP: "CORP\\KMS Hosts", sid.EVERYONE: "Everyone"})
    assert (told["changed"], told["state_known"]) == (changed is not False, changed is not None)
    assert ("actions" in told) is (changed is True)
    assert ("Done before that: " in told["msg"]) is (changed is True)


def test_writes_that_do_not_last_are_writes(disk: Disk) -> None:
    disk.forgets = True
    with pytest.raises(ServerSaysNo, match="3 times in a row") as caught:
        protected(disk)
    assert (caught.value.changed, disk.writes) == (True, 3)


def test_all_well(disk: Disk) -> None:
    done = protected(disk)
    assert (done.done, done.effective, disk.writes) == (True, True, 1)


@pytest.mark.parametrize(("error", "changed"), [(SILENCE, None), (NO, False)])
def test_members_that_may_have_changed(disk: Disk, error: AdError, changed: bool | None) -> None:
    """The first write of several."""
    membership = protect.Membership(Group(Account("CN=G", GROUP, "CORP\\G"), (), True), (Account("CN=K", ROGUE, "K$"),))
    disk.write = raising(type(error)(error.where, error.what))
    with pytest.raises(type(error)) as caught:
        protect.change_members(cast(Directory, disk), membership)
    assert caught.value.changed is changed


def test_names_of_strangers_steer_no_terminal() -> None:
    """Whoever may create an object chooses its name (CWE-150)."""
    hostile = "CN=\x1b[31mred\u202e"
    error = NotAllowed(LABEL, f"changing {hostile} is not allowed")
    assert "\x1b" not in str(error)
    assert "\u202e" not in str(error)
    membership = protect.Membership(Group(Account(hostile, GROUP, "CORP\\G"), (), True), (), (hostile,))
    shown = present.group(membership, True)
    assert "\x1b" not in repr(shown["dn"]) + "".join(shown["removed"])
    assert membership.leave == (hostile,), "what is acted on stays as it is"
