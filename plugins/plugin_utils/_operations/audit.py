# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read one machine and say what it is: the verb every other verb begins and ends with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from ...module_utils._identity import MachineIdentity
from .._licensing import classify
from .._licensing.model import OperatingSystem, Product, Snapshot
from .._policy.machine import Machine
from .._spp import reader
from .._spp.steps import Session, Work, take


@dataclass(frozen=True)
class Audit:
    """A snapshot with its classification.

    ``primary`` is None when no Windows license carries a key, or when several do and none can be called the main one;
    then ``ambiguity`` says so.
    """

    snapshot: Snapshot
    primary: Product | None
    role: classify.RoleVerdict
    installation_id: str | None = None
    ambiguity: classify.AmbiguousProduct | None = None

    def machine(self, name: str, address: str | None, now: datetime | None = None) -> Machine:
        """It as the judgement wants it: the machine that the inventory calls ``name`` and reaches at ``address``.

        ``now`` is the controller's clock, aware, to compare the machine's with; None to leave that out.
        """
        identity = MachineIdentity(name, address, self.snapshot.os.full_name)
        return Machine(identity, self.snapshot, self.primary, self.role, now)


#: Whether a machine has to be asked for its full name, by what is known of its system.
NeedsName = Callable[[OperatingSystem], bool]


def audit(
    session: Session, installation_id: bool = False, office: bool = False, needs_name: NeedsName | None = None
) -> Audit:
    """Read the machine behind the session in three requests, one more for a KMS host and one for the installation ID.

    ``office`` also reads the licensing platform of Office 2010 and of Office on Windows 7 and Server 2008 R2, which
    takes two requests more. ``needs_name`` decides whether one more asks for the machine's domain and full name.

    Raises the errors of ``_spp.reader.read_snapshot``.
    """
    return take(session, audit_steps(installation_id, office, needs_name))


def audit_steps(
    installation_id: bool = False, office: bool = False, needs_name: NeedsName | None = None
) -> Work[Audit]:
    """The steps of ``audit``, for whoever reads many machines at once."""
    snapshot = yield from reader.snapshot(office)
    if needs_name is not None and needs_name(snapshot.os):
        snapshot = replace(snapshot, os=(yield from reader.with_domain(snapshot.os)))
    return (yield from _audit(snapshot, installation_id))


def audit_again(before: Audit) -> Work[Audit]:
    """Read a machine once more after a change that cannot have given it another edition: its licenses, not its system.

    Its clock is that of the first reading too, so the end of an activation comes out earlier by the time since then.
    """
    known = before.snapshot
    return (yield from _audit((yield from reader.snapshot(known.office is not None, known.os))))


def _audit(snapshot: Snapshot, installation_id: bool = False) -> Work[Audit]:
    primary, ambiguity = _primary(snapshot)
    identifier = (yield from reader.installation_id(primary)) if installation_id and primary else None
    return Audit(snapshot, primary, classify.role(snapshot), identifier, ambiguity)


def _primary(snapshot: Snapshot) -> tuple[Product | None, classify.AmbiguousProduct | None]:
    try:
        return classify.primary_product(snapshot.products, snapshot.os), None
    except classify.AmbiguousProduct as ambiguity:
        return None, ambiguity
