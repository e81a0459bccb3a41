# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a connection to a machine gets: reach it, sign in, read, invoke. It stops at the first step that fails.

Nothing is changed: the method invoked only asks what the account may do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from .._licensing.model import LicensingService, OperatingSystem
from .._spp import reader, schema
from .._spp.errors import SppError
from .._spp.registry import may_change
from .._spp.steps import take
from .._winrm.doorstep import Doorstep, look
from .._winrm.endpoint import Endpoint
from .._winrm.errors import ConnectionLost, NotWsman, TimedOut, TlsError, Unreachable, Unsealed, WinrmError
from .._winrm.session import Session
from .._wsman import WsmanError
from .._wsman.identify import Identity
from .errors import NEEDS_ADMINISTRATOR, OperationError, Refused

# What goes wrong before anybody was asked who they are, or is said by a stranger.
_NOT_REACHED = (Unreachable, TlsError, NotWsman, TimedOut, ConnectionLost, Unsealed)
_EXPECTED = (WinrmError, WsmanError, SppError, OperationError)


class Step(str, Enum):
    """The steps, in their order."""

    REACH = "reach"
    SIGN_IN = "sign_in"
    READ = "read"
    INVOKE = "invoke"


@dataclass(frozen=True)
class ConnectionReport:
    """How far it went. ``failed_at`` and ``error`` are None when all steps went well."""

    doorstep: Doorstep
    identity: Identity | None = None
    system: OperatingSystem | None = None
    service: LicensingService | None = None
    clock_offset: float | None = None
    failed_at: Step | None = None
    error: Exception | None = None

    def outcome(self, step: Step) -> bool | None:
        """Whether a step went well; None for one that was not come to."""
        if self.failed_at is None:
            return True
        if step is self.failed_at:
            return False
        order = list(Step)
        if order.index(step) > order.index(self.failed_at):
            return None
        # A sign-in can fail on this side, before anything is sent; then only the doorstep tells if there is a door.
        return True if step is not Step.REACH or self.failed_at is not Step.SIGN_IN or self.doorstep.answered else None


def examine(session: Session, endpoint: Endpoint, now: Callable[[], datetime]) -> ConnectionReport:
    """Walk the steps. ``now`` is this control node's clock, aware. Raises nothing that a machine can cause."""
    try:
        identity = session.identify()
    except _EXPECTED as error:
        # A door that does not open needs no second look, which would wait as long again.
        seen = Doorstep() if isinstance(error, Unreachable) else look(endpoint)
        return ConnectionReport(doorstep=seen, failed_at=_stopped_at(error), error=error)
    report = ConnectionReport(doorstep=look(endpoint), identity=identity)
    step = Step.READ
    try:
        began = now()
        system = reader.read_operating_system(session)
        halfway = began + (now() - began) / 2
        ahead = system.ahead_of(halfway)
        report = replace(report, system=system, clock_offset=ahead.total_seconds() if ahead is not None else None)
        report = replace(report, service=reader.read_service(session, system))
        step = Step.INVOKE
        _require_rights(session, schema.REGISTRY_KEYS[system.provider])
    except _EXPECTED as error:
        return replace(report, failed_at=step, error=error)
    return report


def _stopped_at(error: Exception) -> Step:
    """The step that the first question of all failed at."""
    if isinstance(error, _NOT_REACHED):
        return Step.REACH
    # Only who was let in gets an answer of WS-Management.
    return Step.READ if isinstance(error, WsmanError) else Step.SIGN_IN


def _require_rights(session: Session, key: str) -> None:
    if not take(session, may_change(key)):
        raise Refused(
            f"The account may read, but not change HKLM\\{key}, where the licensing service keeps its settings.",
            NEEDS_ADMINISTRATOR,
        )
