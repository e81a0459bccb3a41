# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every machine that can be put together from the facts that decide: what must hold whatever they are.

Kind: advice that is refused when followed, and a plan that harms a machine it was not made for.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._identity import MachineIdentity
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing import classify
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import OperatingSystem, Snapshot
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import (
    LICENSED,
    OFFICE_APPLICATION_ID,
    KeyType,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.judgement import judge
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.key_choice import (
    KeyPlan,
    KeyRequest,
    plan_key,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.machine import Judgement, Machine
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.plan import Action, ActionKind
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.repair import Wishes, plan_repair
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.verdict import REPAIRABLE, Verdict

from .._licensing.samples import (
    SERVER_2008_R2_ENTERPRISE,
    SERVER_2019_STANDARD,
    SERVER_2022_EVALUATION,
    product,
    snapshot,
)

WINDOWS_10 = OperatingSystem("Microsoft Windows 10 Pro", "10.0.19045", 19045, 48, 1, edition_id="Professional")
SYSTEMS = (
    SERVER_2008_R2_ENTERPRISE,
    SERVER_2019_STANDARD,
    SERVER_2022_EVALUATION,
    WINDOWS_10,
    replace(WINDOWS_10, sku=175, edition_id="ServerRdsh"),
    replace(WINDOWS_10, sku=101, edition_id="Core"),
    OperatingSystem("Microsoft(R) Windows(R) Server 2003", "5.2.3790", 3790, None, 3),
)
CODES = (None, 0xC004F035, 0xC004C020, 0xC004FD02, 0xC004F074, 0xC004F06C)
OFFICE_HOST_KEY = product(
    KeyType.CSVLK,
    "BCHFY",
    activation_id="70512334-47b4-44db-a233-be5ea33b914c",
    application_id=OFFICE_APPLICATION_ID,
    name="Office 19",
)
KMS01 = "kms01.corp.example"
POLICIES = (Policy.parse([KMS01]), Policy.parse([KMS01], ["GVLK", "MAK", "OEM"]), Policy.parse([]))


def machines() -> Iterator[Machine]:
    kinds = (None, *(kind for kind in KeyType if kind is not KeyType.NONE))
    choices = itertools.product(SYSTEMS, kinds, range(7), CODES, (False, True), (False, True), (KMS01, "pc1"))
    for system, kind, status, code, serving, office, name in choices:
        windows = [] if kind is None else [replace(product(kind, "PYWKV", status), license_status_reason=code)]
        if serving and windows:
            windows = [replace(windows[0], host=replace(windows[0].host, enabled=True))]  # type: ignore[type-var]
        yield _machine(Snapshot(system, snapshot().service, (*windows, *([OFFICE_HOST_KEY] if office else []))), name)


def _machine(state: Snapshot, name: str) -> Machine:
    return Machine(MachineIdentity(name), state, classify.primary_product(state.products), classify.role(state))


def _changes(judgement: Judgement) -> list[Action]:
    return [action for action in judgement.plan.actions if action.changes]


@pytest.mark.parametrize("policy", POLICIES, ids=["GVLK only", "MAK and OEM too", "no KMS host"])
def test_what_holds_for_every_machine(policy: Policy) -> None:
    judged = 0
    for machine in machines():
        judgement = judge(machine, policy)
        judged += 1
        told = f"{machine.snapshot.os.caption} {machine.snapshot.products} -> {judgement.verdict} {judgement.plan}"
        assert judgement.reason, told
        assert bool(judgement.advice) is not judgement.verdict.compliant, told
        assert bool(judgement.findings) or judgement.verdict.compliant, told
        if judgement.approved:
            assert not _changes(judgement), told
        _check_actions(machine, judgement, told)
        _check_repair(machine, judgement, told)
    assert judged > 20_000


def _check_actions(machine: Machine, judgement: Judgement, told: str) -> None:
    for action in _changes(judgement):
        if action.kind is ActionKind.INSTALL_KEY:
            # Followed by hand, the advice is not refused.
            choice = plan_key(machine.snapshot, KeyRequest())
            assert isinstance(choice, KeyPlan), told
            assert not choice.installed, told
            assert action.key == choice.key, told
        if action.kind is ActionKind.REMOVE_KEY:
            assert action.product is not None, told
            assert action.product.key_type is KeyType.CSVLK, told
        if action.kind is ActionKind.ACTIVATE and action.product is not None:
            assert action.product.key_type is not KeyType.CSVLK, told
            assert action.product.license_status_code != LICENSED, told
    host_keys = {key.activation_id for key in machine.host_keys}
    dealt_with = {action.product.activation_id for action in judgement.plan.actions if action.product is not None}
    asked = judgement.plan.has(ActionKind.ASK)
    if judgement.verdict is Verdict.KMS_UNAPPROVED:
        assert host_keys <= dealt_with or asked, told


def _check_repair(machine: Machine, judgement: Judgement, told: str) -> None:
    everything = plan_repair(machine, judgement, Wishes(frozenset(REPAIRABLE)))
    planned = {action.kind for action in judgement.plan.actions}
    assert {action.kind for action in everything.actions} <= planned | {ActionKind.ASK}, told
    assert not any(action.gives_up for action in everything.actions), told
    quiet = plan_repair(machine, judgement, Wishes(frozenset(REPAIRABLE), activate=False, served=True))
    assert not quiet.has(ActionKind.ACTIVATE), told
    nothing = plan_repair(machine, judgement, Wishes(frozenset()))
    assert not nothing.changes, told
