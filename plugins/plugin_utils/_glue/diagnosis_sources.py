# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the facts of one machine to its diagnosis, with what the network and its KMS host add."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .._policy.diagnosis.facts import Facts
from .._policy.diagnosis.finder import Diagnosis, diagnose, problem_of
from .kms_host_facts import KmsHosts
from .network_facts import Observer


@dataclass(frozen=True)
class Sources:
    """Where facts come from besides the machine. ``kms_hosts`` None: KMS hosts are not read."""

    observer: Observer
    kms_hosts: KmsHosts | None

    def diagnose(self, facts: Facts) -> Diagnosis:
        """Nobody is asked where there is nothing to explain."""
        if problem_of(facts) is None:
            return diagnose(facts)
        facts = self.observer.add(facts)
        if self.kms_hosts is None:
            why = "it was not asked for (read_kms_host)"
            return diagnose(replace(facts, unread={**facts.unread, "kms_host": why}))
        return diagnose(self.kms_hosts.add(facts))
