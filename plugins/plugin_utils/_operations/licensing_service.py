# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the licensing service to a state, and prove what a restart was for.

A machine that got a GVLK may go on answering and registering itself as a KMS host until its licensing
service restarts (Microsoft, "KMS activation and 0xC004C008"). A healthy KMS host, on the other hand,
loses its client count by a restart, so a restart happens only where it is called for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .._licensing.restart import restart_due
from .._spp import schema
from .._spp.reader import operating_system
from .._spp.service_control import ServiceAbsent, WindowsService, read_service_state
from .._spp.steps import Session, Work, take
from .._winrm.errors import WinrmError
from .._wsman import WsmanError
from .audit import Audit, audit_again, audit_steps
from .changing import look
from .errors import ChangeFailed, Refused, Result
from .restart import PATIENCE, Reached, State, bring_to


class Platform(str, Enum):
    """Whose licensing service: Windows', or that of Office 2010 and of Office on Windows 7."""

    WINDOWS = "windows"
    OFFICE = "office"


@dataclass(frozen=True)
class ServiceRequest:
    """``force`` restarts even where the running service works with the installed key already."""

    state: State = State.RESTARTED
    product: Platform = Platform.WINDOWS
    force: bool = False
    timeout: float = PATIENCE


@dataclass(frozen=True)
class ServiceReport:
    """What became of the service. ``before`` and ``after`` are None where the KMS role plays no part."""

    result: Result
    changed: bool
    reason: str
    service_before: WindowsService
    service_after: WindowsService
    before: Audit | None
    after: Audit | None


def set_service_state(session: Session, request: ServiceRequest, check: bool = False) -> ServiceReport:
    """Start, stop or restart the licensing service of the machine.

    Raises Refused and ChangeFailed.
    """
    return take(session, service_steps(request, check))


def service_steps(request: ServiceRequest, check: bool = False) -> Work[ServiceReport]:
    """The steps of ``set_service_state``."""
    before = (yield from audit_steps()) if _plays_a_part(request) else None
    name = yield from _name(request, before)
    try:
        now = yield from read_service_state(name)
    except ServiceAbsent as absent:
        raise Refused(str(absent), _absent_advice(request), before) from absent
    needed, reason = _need(request, now, before)
    if not needed:
        return ServiceReport(Result.VERIFIED, False, reason, now, now, before, before)
    if check:
        return ServiceReport(Result.PLANNED, True, reason, now, now, before, before)
    reached = yield from bring_to(request.state, now, request.timeout)
    if reached.failure is not None or reached.service is None:
        failure = _not_reached(request, now, reached, before)
        cause = reached.failure if isinstance(reached.failure, Exception) and reached.failure is not failure else None
        raise failure from cause
    after = yield from _proof(name, before)
    return ServiceReport(Result.VERIFIED, True, reason, now, reached.service, before, after)


def _plays_a_part(request: ServiceRequest) -> bool:
    """Whether the role of the machine decides: Windows' own service, which a restart gives another role."""
    return request.product is Platform.WINDOWS and request.state is State.RESTARTED


def _name(request: ServiceRequest, before: Audit | None) -> Work[str]:
    if request.product is Platform.OFFICE:
        return schema.OFFICE_WINDOWS_SERVICE
    if before is not None:
        return before.snapshot.service.service_name
    return schema.service_name((yield from operating_system()).provider)


def _need(request: ServiceRequest, now: WindowsService, before: Audit | None) -> tuple[bool, str]:
    """Whether anything has to be done, and the sentence that says why."""
    if request.state is State.STARTED:
        return not now.running, f"{now.name} is {now.state.lower()}"
    if request.state is State.STOPPED:
        return not now.stopped, f"{now.name} is {now.state.lower()}"
    if request.force or before is None:
        return True, "a restart was asked for"
    if restart_due(before.snapshot):
        return True, before.role.reason
    return False, f"no restart is due: {before.role.reason}"


def _not_reached(request: ServiceRequest, now: WindowsService, reached: Reached, before: Audit | None) -> Exception:
    if reached.changed is False and isinstance(reached.failure, (WsmanError, WinrmError)):
        # Nothing reached the service: rights, quota, no connection. The failure says all.
        return reached.failure
    unknown = "" if reached.service else " Its state is not known."
    return ChangeFailed(
        f"{now.name} could not be {request.state.value}: {reached.trouble}{unknown}",
        f"Check the service {now.name} and the System event log on the host, and run this task again, which first "
        "reads the state of the service; a restart of the machine does the same.",
        changed=reached.changed,
        before=before,
    )


def _proof(name: str, before: Audit | None) -> Work[Audit | None]:
    """After a restart the running service must agree with the installed key."""
    if before is None:
        return None
    seen = yield from look(audit_again(before))
    if seen.state is None:
        raise ChangeFailed(
            f"{name} was restarted, but the machine could not be read afterwards: {seen.failure}",
            "Run license_info on the host; run this task again if its role is still pending.",
            changed=True,
            before=before,
        ) from seen.failure
    if restart_due(seen.state.snapshot):
        raise ChangeFailed(
            f"{name} was restarted, but it still does not work with the installed key: {seen.state.role.reason}",
            "Restart the machine, and run license_info on it.",
            changed=True,
            before=before,
            after=seen.state,
        )
    return seen.state


def _absent_advice(request: ServiceRequest) -> str:
    if request.product is Platform.OFFICE:
        return (
            "Only Office 2010, and Office on Windows 7 and Server 2008 R2, have a licensing service of their own; "
            "elsewhere Office uses the one of Windows."
        )
    return "The machine has no licensing service; check that it runs Windows Vista or later."
