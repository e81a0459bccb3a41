# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was observed of one machine, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...module_utils._identity import MachineIdentity
from .._licensing import classify
from .._licensing.model import Product, Snapshot
from .._licensing.terms import LICENSED, KeyType
from .finding import Finding
from .plan import NOTHING_TO_DO, Plan
from .verdict import Verdict


@dataclass(frozen=True)
class Machine:
    """Who it is, what was read, and what the classification made of it.

    ``now`` is the controller's clock when it was read, aware; None where nobody looked.
    """

    identity: MachineIdentity
    snapshot: Snapshot
    primary: Product | None
    role: classify.RoleVerdict
    now: datetime | None = None

    @property
    def host_keys(self) -> tuple[Product, ...]:
        """The products that carry a KMS host key, Office included."""
        return tuple(product for product in self.snapshot.products if product.key_type is KeyType.CSVLK)

    @property
    def licensed(self) -> bool:
        """Whether its Windows license is activated."""
        return self.primary is not None and self.primary.license_status_code == LICENSED


@dataclass(frozen=True)
class Judgement:
    """A verdict, why, and what to do.

    ``reason`` is a sentence for people. ``then`` is what is left to do elsewhere once the plan is carried out.
    ``approved`` is None without a policy.
    """

    verdict: Verdict
    reason: str
    findings: tuple[Finding, ...] = ()
    plan: Plan = NOTHING_TO_DO
    then: str = ""
    approved: bool | None = None

    @property
    def advice(self) -> str:
        """The plan in words, and what is left to do after it. Empty where there is nothing to do."""
        return f"{self.plan.advice} {self.then}".strip()
