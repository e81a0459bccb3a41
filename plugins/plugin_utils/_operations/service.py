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
from .._spp.reader import read_operating_system
from .._spp.service_control import ServiceAbsent, ServiceControl, ServiceRefused, WindowsService
from .._winrm.errors import WinrmError
from .._winrm.session import Session
from .._wsman import WsmanError, WsmanFault
from .audit import Audit, audit
from .errors import ChangeFailed, Refused, Result


class State(str, Enum):
    """The wanted state of the service."""

    RESTARTED = "restarted"
    STARTED = "started"
    STOPPED = "stopped"


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
    timeout: float = 60.0


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
    before = None
    if request.product is Platform.OFFICE:
        name = schema.OFFICE_WINDOWS_SERVICE
    elif request.state is State.RESTARTED:
        before = audit(session)
        name = before.snapshot.service.service_name
    else:
        name = schema.service_name(read_operating_system(session).provider)
    control = ServiceControl(session, name, patience=request.timeout)
    try:
        now = control.read()
    except ServiceAbsent as absent:
        raise Refused(str(absent), _absent_advice(request), before) from absent
    needed, reason = _need(request, now, before)
    if not needed:
        return ServiceReport(Result.VERIFIED, False, reason, now, now, before, before)
    if check:
        return ServiceReport(Result.PLANNED, True, reason, now, now, before, before)
    reached = _apply(control, request, now, before)
    after = _prove(session, before)
    return ServiceReport(Result.VERIFIED, True, reason, now, reached, before, after)


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


def _apply(
    control: ServiceControl, request: ServiceRequest, now: WindowsService, before: Audit | None
) -> WindowsService:
    try:
        reached = now
        if request.state is not State.STARTED and not now.stopped:
            reached = control.stop()
        if request.state is not State.STOPPED:
            reached = control.start()
        return reached
    except ServiceRefused as refused:
        raise ChangeFailed(
            str(refused),
            f"Look at the service {now.name} and the System event log on the host; a restart of the machine "
            "does the same.",
            changed=_is_different(control, now),
            before=before,
        ) from refused
    except WsmanFault:
        # An answer, if an unwelcome one: rights, quota. Nothing is lost.
        raise
    except (WinrmError, WsmanError) as lost:
        raise ChangeFailed(
            f"The connection was lost while {now.name} was being {request.state.value}: {lost}",
            "Run this task again; it first looks what state the service is in.",
            changed=None,
            before=before,
        ) from lost


def _is_different(control: ServiceControl, before: WindowsService) -> bool | None:
    try:
        return control.read().state != before.state
    except (ServiceAbsent, WinrmError, WsmanError):
        return None


def _prove(session: Session, before: Audit | None) -> Audit | None:
    """After a restart the running service must agree with the installed key."""
    if before is None:
        return None
    after = audit(session)
    if restart_due(after.snapshot):
        raise ChangeFailed(
            f"{after.snapshot.service.service_name} was restarted, but it still does not work with the installed "
            f"key: {after.role.reason}",
            "Restart the machine and look again.",
            changed=True,
            before=before,
            after=after,
        )
    return after


def _absent_advice(request: ServiceRequest) -> str:
    if request.product is Platform.OFFICE:
        return (
            "Only Office 2010, and Office on Windows 7 and Server 2008 R2, bring a licensing service of their own; "
            "elsewhere Office uses the one of Windows."
        )
    return "The machine has no licensing service; check that it runs Windows Vista or later."
