# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a machine keyed and activated as the policy requires? The only place where that is decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .._licensing.terms import Role
from . import approved_host, by_directory, client, clock, extended_updates, office_licenses, prevention, rogue_host
from .exemption import accepted, exempted
from .finding import Finding
from .machine import Judgement, Machine
from .policy import Policy
from .verdict import Verdict

_HOST_ROLES = (Role.KMS_HOST, Role.KMS_HOST_PENDING)


def judge(machine: Machine, policy: Policy | None) -> Judgement:
    """Judge one machine. Without a policy nothing is right or wrong."""
    if policy is None:
        return Judgement(Verdict.UNJUDGED, machine.role.reason)
    approved = bool(policy.approved.of_machine(machine.identity))
    found = replace(_judged(machine, policy, approved), approved=approved)
    found = accepted(found, policy.exemptions)
    besides = tuple(exempted(one, policy.exemptions, found.verdict) for one in _besides(machine, policy, approved))
    return replace(found, findings=(*found.findings, *besides)) if besides else found


def _besides(machine: Machine, policy: Policy, approved: bool) -> Iterator[Finding]:
    """What leaves the verdict as it is."""
    yield from by_directory.findings(machine, policy, approved)
    yield from office_licenses.findings(machine, policy)
    yield from clock.findings(machine)
    yield from prevention.findings(machine, policy, approved)
    yield from extended_updates.findings(machine)


def _judged(machine: Machine, policy: Policy, approved: bool) -> Judgement:
    if approved:
        return approved_host.judge(machine, policy)
    rogue = bool(machine.host_keys) or machine.role.role in _HOST_ROLES
    found = rogue_host.judge(machine) if rogue else client.judge(machine, policy)
    return by_directory.announced(machine, policy, by_directory.guarded(machine, policy, found))
