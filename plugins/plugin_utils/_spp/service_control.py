# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows service behind the licensing provider: ``slsvc``, ``sppsvc`` or ``osppsvc``.

StartService and StopService only accept the request; the state follows, so it is polled.
Return codes: Microsoft Learn, Win32_Service class, StartService and StopService methods.
"""

from __future__ import annotations

from dataclasses import dataclass

from .._wsman import class_types, wql
from . import schema
from .errors import SppError
from .steps import Invoke, Query, Work

RUNNING = "Running"
STOPPED = "Stopped"

_RETURN_CODES = {
    1: "the request is not supported",
    2: "access is denied",
    3: "other running services depend on it",
    4: "the control code is not valid",
    5: "the service cannot accept the request in its present state",
    6: "the service is not running",
    7: "the service did not answer in time",
    8: "unknown failure",
    9: "the path to the service file was not found",
    10: "the service is already running",
    11: "the service database is locked",
    12: "a service it depends on was removed",
    13: "a service it depends on could not start",
    14: "the service is disabled",
    15: "the account of the service could not sign in",
    16: "the service is being removed",
    17: "the service has no execution thread",
    18: "the services depend on each other in a circle",
    21: "a parameter is not valid",
    22: "the account of the service is not valid",
    24: "the service is paused",
}

# What counts as done although the request was not accepted: it was in that state already.
_ALREADY_RUNNING = 10
_NOT_RUNNING = (5, 6)
# The service did not answer in time, or not as the manager expected, and may well do what it was asked all the same
# (networkoptix/nx_system_tests waits after both, against real machines).
_MAY_HAPPEN_YET = (7, 8)


@dataclass(frozen=True)
class WindowsService:
    """One Windows service as Win32_Service tells it."""

    name: str
    display_name: str | None
    state: str
    start_mode: str | None
    process_id: int | None

    @property
    def running(self) -> bool:
        return self.state == RUNNING

    @property
    def stopped(self) -> bool:
        return self.state == STOPPED


class ServiceAbsent(SppError):
    """There is no Windows service of that name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"Windows service {name} does not exist on this machine")


class ServiceRefused(SppError):
    """Start or stop was refused."""


def read_service_state(name: str) -> Work[WindowsService]:
    """Read one Windows service. Raises ServiceAbsent when there is no such service."""
    rows = yield Query(
        f"SELECT DisplayName,Name,ProcessId,StartMode,State FROM {schema.WINDOWS_SERVICE} "
        f"WHERE Name = {wql.quote(name)}",
        class_types.types_of(schema.WINDOWS_SERVICE),
    )
    if not rows:
        raise ServiceAbsent(name)
    row = rows[0]
    process_id = row.get("ProcessId")
    return WindowsService(
        name=str(row.get("Name")),
        display_name=_text(row.get("DisplayName")),
        state=str(row.get("State")),
        start_mode=_text(row.get("StartMode")),
        process_id=process_id if isinstance(process_id, int) and process_id else None,
    )


def request_start(name: str) -> Work[None]:
    """Ask a service to start; whether it does, its state tells. Raises ServiceRefused."""
    return _request(name, "StartService", accepted=(0, _ALREADY_RUNNING, *_MAY_HAPPEN_YET))


def request_stop(name: str) -> Work[None]:
    """Ask a service to stop; whether it does, its state tells. Raises ServiceRefused."""
    return _request(name, "StopService", accepted=(0, *_NOT_RUNNING, *_MAY_HAPPEN_YET))


def _request(name: str, method: str, accepted: tuple[int, ...]) -> Work[None]:
    result = yield Invoke(schema.WINDOWS_SERVICE, method, None, {"Name": name})
    code = result.return_value
    if code not in accepted:
        meaning = _RETURN_CODES.get(code or 0, "the return code is not documented")
        raise ServiceRefused(f"{method} on {name} returned {code}: {meaning}")


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None
