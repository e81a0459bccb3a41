# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a repair may do of a machine's plan: the administrator's wishes, and what must not be given up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .._licensing.client_settings import ClientRequest
from . import plan
from .machine import Judgement, Machine
from .plan import Action, ActionKind, Plan
from .verdict import Verdict

#: What a machine may be when its repair was cut off: its key taken off, in place, or in place and not activated.
IN_BETWEEN = frozenset({Verdict.KMS_UNAPPROVED, Verdict.NO_KEY, Verdict.NOT_ACTIVATED})


@dataclass(frozen=True)
class Wishes:
    """What is to be done.

    ``verdicts`` are those to repair. ``served`` says that an approved KMS host or an activation object has been seen
    that can activate machines; without it a license that does not end is not given up, and a KMS host that works is not
    taken away. ``settings`` are those of a KMS client, wanted on every machine.
    """

    verdicts: frozenset[Verdict] = frozenset({Verdict.KMS_UNAPPROVED})
    activate: bool = True
    served: bool = False
    settings: ClientRequest | None = None


def plan_repair(machine: Machine, judgement: Judgement, wishes: Wishes) -> Plan:
    """The actions of a repair, in their order."""
    if judgement.verdict.compliant is False and judgement.verdict not in wishes.verdicts:
        why = f"It is {judgement.verdict.value}, which is not to be repaired here."
        return Plan((plan.leave_alone(why),))
    objection = _objection(machine, judgement, wishes)
    if objection is not None:
        return Plan((plan.ask(objection),))
    return Plan(tuple(_wanted(judgement, wishes)))


def _wanted(judgement: Judgement, wishes: Wishes) -> Iterator[Action]:
    settings = [plan.client_settings(wishes.settings)] if wishes.settings is not None else []
    for action in judgement.plan.actions:
        if action.kind is ActionKind.ACTIVATE:
            yield from settings
            settings = []
            if not wishes.activate:
                continue
        yield action
    yield from settings


def _objection(machine: Machine, judgement: Judgement, wishes: Wishes) -> str | None:
    if wishes.served:
        return None
    if any(action.gives_up for action in judgement.plan.actions):
        kind = machine.primary.key_type.value if machine.primary else "present"
        return (
            f"Its {kind} license does not end, and no KMS host or activation object was seen that could activate the "
            "machine once that license is gone. Set up a KMS host first, or say that one serves (served=true)."
        )
    counted = _counted(machine)
    if counted is not None and judgement.plan.changes:
        return (
            f"It has counted {counted} clients and activates them, and no approved KMS host was seen that could do so "
            "in its place. Is its name missing in approved_kms_hosts, or misspelt? Set up an approved KMS host first, "
            "or say that one serves (served=true)."
        )
    return None


def _counted(machine: Machine) -> int | None:
    """The clients of a KMS host that has enough of them to activate any; None of any other machine."""
    return next((state.current_count for state in machine.snapshot.serving if state.has_enough_clients), None)
