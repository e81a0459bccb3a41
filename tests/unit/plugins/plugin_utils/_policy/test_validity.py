# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a validity stops being one that KMS or Active Directory gives: 180 days, and a week for clocks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._identity import MachineIdentity
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing import classify
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import Snapshot
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import LICENSED, KeyType
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.machine import Machine
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.validity import implausible

from .._licensing.samples import SERVER_2019_STANDARD, product, snapshot

_DAY = 1440


@pytest.mark.parametrize(
    ("minutes", "wrong"), [(180 * _DAY, False), (187 * _DAY, False), (187 * _DAY + 1, True), (200 * _DAY, True)]
)
def test_a_week_of_margin(minutes: int, wrong: bool) -> None:
    key = replace(product(KeyType.GVLK, "J464C", LICENSED), grace_minutes=minutes)
    state = Snapshot(SERVER_2019_STANDARD, snapshot().service, (key,))
    machine = Machine(MachineIdentity("pc1"), state, key, classify.role(state))
    assert (implausible(machine, key) is not None) is wrong
