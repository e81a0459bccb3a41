# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows services: their state machine, seen through Win32_Service.

StartService and StopService only ask; the state passes through `Start Pending` and `Stop Pending` for a moment, and
the caller has to look again. Return codes: facts.tsv.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .facts import numbers

RUNNING, STOPPED, START_PENDING, STOP_PENDING = "Running", "Stopped", "Start Pending", "Stop Pending"

_CODES = numbers("return_code", "Win32_Service")
_ACCEPTED, _DEPENDENTS_RUNNING, _DISABLED = _CODES["accepted"], _CODES["dependents_running"], _CODES["disabled"]
_CANNOT_ACCEPT, _ALREADY_RUNNING = _CODES["cannot_accept"], _CODES["already_running"]
_INVALID_PARAMETER = _CODES["invalid_parameter"]

_START_MODES = {"automatic": "Auto", "manual": "Manual", "disabled": "Disabled", "boot": "Boot", "system": "System"}

# How long a licensing service without work stays up from Windows 8 on.
IDLE = timedelta(seconds=30)


@dataclass
class WindowsService:
    """One service."""

    name: str
    display_name: str
    path: str
    start_mode: str = "Auto"
    state: str = RUNNING
    account: str = "LocalSystem"
    service_type: str = "Share Process"
    description: str = ""
    delayed: bool = False
    terminal: bool = False
    trigger_started: bool = False
    depends_on: tuple[str, ...] = ()
    settles: datetime | None = None
    used: datetime | None = None
    starts: int = 0


def _unnoticed(_unused: WindowsService) -> None:
    return None


def _never_busy(_unused: WindowsService) -> bool:
    return False


@dataclass
class ServiceControl:
    """The service control manager of one machine.

    Time passes by itself: every look at a service first moves it as far as the clock allows. `started` and `stopped`
    are told of every change, `busy` says whether a trigger-started service still has work.
    """

    now: Callable[[], datetime]
    start_time: timedelta = timedelta(seconds=0.3)
    stop_time: timedelta = timedelta(seconds=0.3)
    started: Callable[[WindowsService], None] = _unnoticed
    stopped: Callable[[WindowsService], None] = _unnoticed
    busy: Callable[[WindowsService], bool] = _never_busy
    services: dict[str, WindowsService] = field(default_factory=dict)

    def add(self, services: Iterable[WindowsService]) -> None:
        """Install services."""
        for service in services:
            self.services[service.name.lower()] = service

    def find(self, name: str) -> WindowsService | None:
        """A service by name, moved to the present."""
        service = self.services.get(name.lower())
        if service is not None:
            self.settle(service)
        return service

    def all(self) -> list[WindowsService]:
        """All services, moved to the present."""
        for service in self.services.values():
            self.settle(service)
        return list(self.services.values())

    def settle(self, service: WindowsService) -> None:
        """Finish a pending change whose time has come; stop a trigger-started service that idles."""
        if service.settles is not None and self.now() >= service.settles:
            service.settles = None
            if service.state == STOP_PENDING:
                service.state = STOPPED
                self.stopped(service)
            elif service.state == START_PENDING:
                self._run(service)
        if service.trigger_started and service.state == RUNNING and self._idle(service):
            service.state = STOPPED
            self.stopped(service)

    def start(self, service: WindowsService) -> int:
        """StartService."""
        self.settle(service)
        if service.start_mode == "Disabled":
            return _DISABLED
        if service.state != STOPPED:
            return _ALREADY_RUNNING
        service.state = START_PENDING
        service.settles = self.now() + self.start_time
        self.settle(service)
        return _ACCEPTED

    def stop(self, service: WindowsService) -> int:
        """StopService."""
        self.settle(service)
        if service.state != RUNNING:
            return _CANNOT_ACCEPT
        if any(service.name in other.depends_on and other.state == RUNNING for other in self.all()):
            return _DEPENDENTS_RUNNING
        service.state = STOP_PENDING
        service.settles = self.now() + self.stop_time
        self.settle(service)
        return _ACCEPTED

    def change_start_mode(self, service: WindowsService, mode: str | None) -> int:
        """ChangeStartMode."""
        known = _START_MODES.get((mode or "").lower())
        if known is None:
            return _INVALID_PARAMETER
        service.start_mode = known
        return _ACCEPTED

    def demand(self, service: WindowsService) -> bool:
        """Somebody calls the service: it starts when it can. False while it stops or when it is disabled."""
        self.settle(service)
        if service.state == STOP_PENDING:
            return False
        if service.state == STOPPED and service.start_mode == "Disabled":
            return False
        service.used = self.now()
        if service.state != RUNNING:
            # The caller waits for a start under way or begins one.
            service.settles = None
            self._run(service)
        return True

    def restart(self, service: WindowsService) -> None:
        """What a reboot does to a service."""
        service.settles = None
        if service.state != STOPPED:
            service.state = STOPPED
            self.stopped(service)
        if service.start_mode == "Auto":
            self._run(service)

    def _run(self, service: WindowsService) -> None:
        service.state = RUNNING
        service.used = self.now()
        service.starts += 1
        self.started(service)

    def _idle(self, service: WindowsService) -> bool:
        quiet = service.used is None or self.now() - service.used > IDLE
        return quiet and not self.busy(service)
