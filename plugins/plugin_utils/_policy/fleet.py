# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet against its policy: which approved names were seen, who serves, and what forbids a repair. Pure.

A misspelt name would make a mistake of the organization's own KMS host. So a name that matches nothing, and a repair
after which nobody serves, are errors before anything is changed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ...module_utils._identity import ApprovedHosts, MachineIdentity, near_names
from ...module_utils._kms import KmsEndpoint
from .machine import Machine
from .verdict import REPAIRABLE, Verdict


@dataclass
class Coverage:
    """Which of the approved names were seen, machine by machine."""

    approved: ApprovedHosts
    names: list[str] = field(default_factory=list)
    _matched: set[KmsEndpoint] = field(default_factory=set)

    def saw(self, machine: MachineIdentity) -> None:
        """A machine of the inventory, read or not."""
        self.names.append(machine.inventory_name)
        self._matched.update(self.approved.of_machine(machine))

    def unmatched(self) -> dict[str, list[str]]:
        """The approved names that no machine goes by, each with the names that may have been meant."""
        return {
            str(endpoint): list(near_names(endpoint, self.names)) for endpoint in self.approved.unmatched(self._matched)
        }


def can_activate(machine: Machine, verdict: Verdict) -> bool:
    """Whether a machine proves that others can be activated: an approved KMS host that has counted enough clients, or
    a machine that an activation object of the directory has activated.
    """
    if verdict is Verdict.KMS_HOST_OK:
        return any(state.has_enough_clients for state in machine.snapshot.serving)
    return machine.licensed and machine.primary is not None and machine.primary.by_directory


def objections(
    unmatched: Mapping[str, Sequence[str]],
    serving: Sequence[str],
    answering: Iterable[str] = (),
    no_kms_host: bool = False,
    by_directory: bool = False,
) -> list[str]:
    """Why a fleet must not be repaired, as sentences. ``answering`` are names whose port answers as a KMS host.

    ``by_directory``: activation objects are to take the place of KMS hosts, and there is one for Windows.
    """
    answers = set(answering)
    found = [
        f"approved_kms_hosts names {name}, but no machine has that name, and nothing answers there as a KMS host."
        + (
            f" Did you mean {' or '.join(near)}?"
            if near
            else " Check its spelling, include it in this run, or remove it from the list."
        )
        for name, near in unmatched.items()
        if name not in answers
    ]
    if not serving and not answers and not no_kms_host and not by_directory:
        found.append(
            "No approved KMS host was seen serving, so a repair could leave the organization without one. Set up an "
            "approved KMS host first; or set no_kms_host=true if there is to be none; or, where Active Directory "
            "activates the machines, set activation=adba and adba_domain_controller, so that its object is seen."
        )
    return found


def repairable(words: Iterable[str]) -> tuple[Verdict, ...]:
    """The verdicts that are meant. Raises ValueError, which names the word that is wrong and what it may have meant."""
    known = [verdict.value for verdict in REPAIRABLE]
    verdicts = []
    for word in words:
        if word not in known:
            near = difflib.get_close_matches(word, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"the words are {', '.join(known)}."
            raise ValueError(f"repair: {word!r} is not a verdict that can be repaired; {hint}")
        verdicts.append(Verdict(word))
    if not verdicts:
        raise ValueError(f"repair is empty; the words are {', '.join(known)}.")
    return tuple(dict.fromkeys(verdicts))
