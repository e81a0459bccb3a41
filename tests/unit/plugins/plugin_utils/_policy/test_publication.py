# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a published host is, from what the machine and its port say."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import Role
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.publication import (
    Finding,
    Machine,
    Machines,
    Probe,
    Published,
    cross_check,
    machines_of,
)

PC = "pc1.corp.example"


def check(role: Role | None, approved: bool | None = False, probe: Probe | None = None, resolvable: bool = True):
    machines = Machines([Machine("pc1", role, "because of its key.")])
    return cross_check(Published(PC, approved, resolvable), machines, probe)


@pytest.mark.parametrize(
    ("role", "approved", "finding", "comes_back"),
    [
        (Role.KMS_HOST, True, Finding.APPROVED, None),
        (None, True, Finding.APPROVED, None),
        (Role.KMS_CLIENT, True, Finding.APPROVED_NOT_SERVING, None),
        (Role.KMS_HOST_PENDING, True, Finding.APPROVED_NOT_SERVING, None),
        (Role.KMS_HOST, False, Finding.KMS_HOST, True),
        (Role.KMS_HOST, None, Finding.KMS_HOST, True),
        (Role.KMS_HOST_PENDING, False, Finding.RESTART_DUE, True),
        (Role.KMS_CLIENT, False, Finding.STALE, False),
        (Role.OTHER, False, Finding.STALE, False),
        (Role.UNLICENSED, False, Finding.STALE, False),
        (None, False, Finding.UNREACHABLE, None),
    ],
)
def test_machine_decides(role: Role | None, approved: bool | None, finding: Finding, comes_back: bool | None):
    checked = check(role, approved)
    assert (checked.finding, checked.comes_back, checked.machine) == (finding, comes_back, "pc1")
    if finding is not Finding.APPROVED:
        assert "ecause of its key." in checked.reason
    assert (checked.advice is None) == (finding in (Finding.APPROVED, Finding.STALE))


def test_probe_counts_where_the_machine_was_not_read():
    assert check(None, probe=Probe(True, "bound")).finding is Finding.SERVING
    silent = check(None, probe=Probe(False, "the port is closed"))
    assert silent.finding is Finding.UNREACHABLE
    assert "the port is closed" in silent.reason
    assert check(Role.KMS_CLIENT, probe=Probe(True, "bound")).finding is Finding.STALE


def test_machine_that_the_inventory_does_not_have():
    assert cross_check(Published(PC, False), Machines([])).finding is Finding.UNKNOWN
    assert cross_check(Published(PC, False, True), Machines([]), Probe(True, "bound")).finding is Finding.SERVING
    gone = cross_check(Published(PC, False, False), Machines([]))
    assert (gone.finding, gone.comes_back, gone.machine) == (Finding.GONE, False, None)


@pytest.mark.parametrize(
    ("machines", "expected"),
    [
        ([("pc1", None)], "pc1"),
        ([("PC1.Corp.Example.", None)], "PC1.Corp.Example."),
        ([("web", "PC1.corp.example")], "web"),
        # A short name of its own proves nothing, and a namesake in another domain is another machine.
        ([("web", "PC1")], None),
        ([("pc1", "pc1.emea.corp.example")], None),
        ([("pc1.other.example", None)], None),
        # The full name wins over the short one.
        ([("pc1", None), ("pc1.corp.example", None)], "pc1.corp.example"),
        ([("pc1", None), ("other", "pc1.corp.example")], "other"),
        ([("pc", None), ("pc10", None)], None),
    ],
)
def test_names(machines: list[tuple[str, str | None]], expected: str | None):
    known = Machines(Machine(name, Role.KMS_CLIENT, "", full_name) for name, full_name in machines)
    assert cross_check(Published(PC, False), known).machine == expected


def test_two_machines_of_one_name_are_named():
    known = Machines([Machine("a", Role.KMS_CLIENT, "", PC), Machine("b", Role.KMS_HOST, "", PC)])
    checked = cross_check(Published(PC, False), known)
    assert checked.finding is Finding.UNKNOWN
    assert "several machines of that name: a, b" in checked.reason


def test_machines_of_results():
    results = {
        "pc1": {"role": "kms_client", "role_reason": "GVLK.", "os": {"full_name": PC}},
        "pc2": {"unreachable": True, "msg": "nobody there"},
        "pc3": {"role": "nobody_named_this_yet", "msg": ""},
    }
    first, second, third = machines_of(results)
    assert first == Machine("pc1", Role.KMS_CLIENT, "GVLK.", PC)
    assert second == Machine("pc2", None, "nobody there")
    assert third == Machine("pc3", None, "it was not read")
