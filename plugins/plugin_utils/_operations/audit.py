# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read one machine and say what it is: the verb every other verb begins and ends with."""

from __future__ import annotations

from dataclasses import dataclass

from .._licensing import classify
from .._licensing.model import Product, Snapshot
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


def audit(session: Session, installation_id: bool = False, office: bool = False) -> Audit:
    """Read the machine behind the session in three requests, one more for a KMS host and one for the installation ID.

    ``office`` also reads the licensing platform of Office 2010 and of Office on Windows 7 and Server 2008 R2, which
    takes two requests more.

    Raises the errors of ``_spp.reader.read_snapshot``.
    """
    return take(session, audit_steps(installation_id, office))


def audit_steps(installation_id: bool = False, office: bool = False) -> Work[Audit]:
    """The steps of ``audit``, for whoever reads many machines at once."""
    snapshot = yield from reader.snapshot(office)
    primary, ambiguity = _primary(snapshot)
    identifier = (yield from reader.installation_id(primary)) if installation_id and primary else None
    return Audit(snapshot, primary, classify.role(snapshot), identifier, ambiguity)


def _primary(snapshot: Snapshot) -> tuple[Product | None, classify.AmbiguousProduct | None]:
    try:
        return classify.primary_product(snapshot.products, snapshot.os), None
    except classify.AmbiguousProduct as ambiguity:
        return None, ambiguity
