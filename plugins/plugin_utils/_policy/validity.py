# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For how long a client is activated: longer than KMS and Active Directory do, or not for long any more."""

from __future__ import annotations

from .._licensing.model import Product
from . import plan
from .finding import finding
from .machine import Judgement, Machine
from .plan import Plan
from .policy import Policy
from .verdict import Verdict

_MINUTES_A_DAY = 1440

#: KMS and Active Directory activate for 180 days (Microsoft Learn, "Plan for volume activation").
LONGEST_MINUTES = 180 * _MINUTES_A_DAY

# A clock that was put right since, and the renewal that a week may bring forward.
_MARGIN_MINUTES = 7 * _MINUTES_A_DAY


def implausible(machine: Machine, primary: Product) -> Judgement | None:
    """A volume client whose activation neither KMS nor Active Directory has given."""
    minutes = primary.grace_minutes
    if minutes is None or minutes <= LONGEST_MINUTES + _MARGIN_MINUTES:
        return None
    days = minutes // _MINUTES_A_DAY
    reason = (
        f"{machine.role.reason} It is activated for {days:,} more days, and KMS and Active Directory give 180 at most."
    )
    advice = (
        "Find out what activated it; a KMS emulator or a wrong clock leaves such a validity. Remove the cause, "
        "and license the machine again."
    )
    found = finding("CLI-011", reason, advice, grace_minutes=minutes)
    return Judgement(Verdict.IMPLAUSIBLE_VALIDITY, reason, (found,), Plan((plan.ask(advice),)))


def time_left(product: Product, policy: Policy) -> str | None:
    """How long an activation lasts, where that is less than the policy asks for."""
    minutes = product.grace_minutes
    if not minutes or minutes >= policy.minimum_days * _MINUTES_A_DAY:
        return None
    days = minutes // _MINUTES_A_DAY
    return f"{days} days" if days != 1 else "1 day"


def ends_soon(machine: Machine, primary: Product, policy: Policy) -> Judgement | None:
    """A client that has not renewed for months, and is about to lose its activation."""
    left = time_left(primary, policy)
    if left is None:
        return None
    reason = (
        f"{machine.role.reason} Its activation ends in {left}; a client that reaches its KMS host renews every week."
    )
    advice = "Check that it reaches a KMS host: the SRV records of its domain, TCP port 1688, and its clock."
    found = finding("CLI-003", reason, advice, grace_minutes=primary.grace_minutes)
    return Judgement(Verdict.VALIDITY_ENDS_SOON, reason, (found,), Plan((plan.ask(advice),)))
