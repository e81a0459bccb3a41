# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows service behind the licensing provider: ``slsvc``, ``sppsvc`` or ``osppsvc``.

StartService and StopService only accept the request; the state follows, so it is polled.
"""

from __future__ import annotations

from dataclasses import dataclass

from .._wsman import class_types, wql
from . import schema
from .errors import SppError
from .facts import FACTS
from .steps import Invoke, Query, Work

RUNNING = "Running"
STOPPED = "Stopped"

_CODES = FACTS.of("return_code", schema.WINDOWS_SERVICE)
_MEANINGS = {fact.number: fact.note for fact in _CODES.values()}
_ACCEPTED = _CODES["accepted"].number
# What counts as done although the request was not accepted: it was in that state already.
_ALREADY_RUNNING = _CODES["already_running"].number
_NOT_RUNNING = (_CODES["cannot_accept"].number, _CODES["not_running"].number)
# The service did not answer in time, or not as the manager expected, and may well do what it was asked all the same
# (networkoptix/nx_system_tests waits after both, against real machines).
_MAY_HAPPEN_YET = (_CODES["timeout"].number, _CODES["unknown_failure"].number)


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
    return _request(name, "StartService", accepted=(_ACCEPTED, _ALREADY_RUNNING, *_MAY_HAPPEN_YET))


def request_stop(name: str) -> Work[None]:
    """Ask a service to stop; whether it does, its state tells. Raises ServiceRefused."""
    return _request(name, "StopService", accepted=(_ACCEPTED, *_NOT_RUNNING, *_MAY_HAPPEN_YET))


def _request(name: str, method: str, accepted: tuple[int, ...]) -> Work[None]:
    result = yield Invoke(schema.WINDOWS_SERVICE, method, None, {"Name": name})
    code = result.return_value
    if code not in accepted:
        meaning = _MEANINGS.get(code or 0, "the return code is not documented")
        raise ServiceRefused(f"{method} on {name} returned {code}: {meaning}")


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None
