# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a step from being asked: that its facts were not read, or that its question does not arise."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from . import reading
from .facts import Facts, KmsHost
from .step import Answer, not_asked, unknown

Ask = Callable[[Facts], Answer]
Objection = Callable[[Facts], Answer | None]


def unless(*objections: Objection) -> Callable[[Ask], Ask]:
    """The step, where none of these has an answer instead of it."""

    def guarded(ask: Ask) -> Ask:
        @wraps(ask)
        def asked(facts: Facts) -> Answer:
            found = (objection(facts) for objection in objections)
            return next((answer for answer in found if answer is not None), None) or ask(facts)

        return asked

    return guarded


def not_read(facts: Facts) -> Answer | None:
    """Its licensing was not."""
    return unknown(facts.why_unread("licensing")) if facts.machine is None else None


def no_client(facts: Facts) -> Answer | None:
    """Neither KMS nor Active Directory has to activate it."""
    return None if reading.is_volume_client(facts.product) else not_asked("it is not a client of volume activation")


def cloud_guest(facts: Facts) -> Answer | None:
    """Its KMS host is not ours."""
    return not_asked("its cloud provider activates it") if reading.cloud_provider(facts) is not None else None


def set_to_host(facts: Facts) -> Answer | None:
    """It does not look in DNS."""
    place = reading.configured_place(facts)
    return not_asked(f"it is set to {place[0]} and does not look in DNS") if place is not None else None


def no_log(facts: Facts) -> Answer | None:
    """Its event log was not read."""
    return unknown(f"its event log: {facts.why_unread('events')}") if facts.log is None else None


def nobody_approved(facts: Facts) -> Answer | None:
    """There is nothing to compare its KMS hosts with."""
    approved = facts.policy.approved if facts.policy is not None else None
    return None if approved else not_asked("no policy names the approved hosts")


VOLUME_CLIENT: tuple[Objection, ...] = (not_read, no_client)
KMS_CLIENT: tuple[Objection, ...] = (*VOLUME_CLIENT, cloud_guest)


def of_host(ask: Callable[[Facts, KmsHost], Answer]) -> Ask:
    """The step about its KMS host, where that was read."""

    @wraps(ask)
    def asked(facts: Facts) -> Answer:
        if facts.kms_host is None:
            return unknown(f"its KMS host: {facts.why_unread('kms_host')}")
        return ask(facts, facts.kms_host)

    return asked
