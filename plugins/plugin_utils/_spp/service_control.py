# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows service behind the licensing provider: ``slsvc``, ``sppsvc`` or ``osppsvc``.

StartService and StopService only accept the request; the state follows, so it is polled.
Return codes: Microsoft Learn, Win32_Service class, StartService and StopService methods.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from .._winrm.session import Session
from .._wsman import class_types, wql
from . import schema
from .errors import SppError

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
_POLL_SECONDS = 0.5


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
    """Start or stop was refused, or did not happen in time."""


class ServiceControl:
    """Reads, starts and stops one Windows service.

    ``patience`` is how many seconds a state may take; ``sleep`` and ``clock`` are for tests.
    """

    def __init__(
        self,
        session: Session,
        name: str,
        patience: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._name = name
        self._patience = patience
        self._sleep = sleep
        self._clock = clock

    def read(self) -> WindowsService:
        """Raises ServiceAbsent when there is no such service."""
        rows = self._session.query(
            f"SELECT DisplayName,Name,ProcessId,StartMode,State FROM {schema.WINDOWS_SERVICE} "
            f"WHERE Name = {wql.quote(self._name)}",
            types=class_types.types_of(schema.WINDOWS_SERVICE),
        )
        if not rows:
            raise ServiceAbsent(self._name)
        row = rows[0]
        process_id = row.get("ProcessId")
        return WindowsService(
            name=str(row.get("Name")),
            display_name=_text(row.get("DisplayName")),
            state=str(row.get("State")),
            start_mode=_text(row.get("StartMode")),
            process_id=process_id if isinstance(process_id, int) and process_id else None,
        )

    def start(self) -> WindowsService:
        """Start the service and wait until it runs."""
        self._request("StartService", accepted=(0, _ALREADY_RUNNING))
        return self._wait_for(RUNNING)

    def stop(self) -> WindowsService:
        """Stop the service and wait until it has stopped."""
        self._request("StopService", accepted=(0, *_NOT_RUNNING))
        return self._wait_for(STOPPED)

    def _request(self, method: str, accepted: tuple[int, ...]) -> None:
        result = self._session.invoke(schema.WINDOWS_SERVICE, method, None, {"Name": self._name})
        code = result.return_value
        if code not in accepted:
            meaning = _RETURN_CODES.get(code or 0, "the return code is not documented")
            raise ServiceRefused(f"{method} on {self._name} returned {code}: {meaning}")

    def _wait_for(self, state: str) -> WindowsService:
        deadline = self._clock() + self._patience
        while True:
            service = self.read()
            if service.state == state:
                return service
            if self._clock() >= deadline:
                raise ServiceRefused(
                    f"{self._name} is '{service.state}' and not '{state}' after {self._patience:g} seconds"
                )
            self._sleep(_POLL_SECONDS)


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None
