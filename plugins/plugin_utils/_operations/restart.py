# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stop and start a Windows service, and never leave one stopped that was running before without having tried again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .._spp.service_control import RUNNING, STOPPED, WindowsService, read_service_state, request_start, request_stop
from .._spp.steps import Pause, Work
from .changing import Fate, Look, attempt, look

#: Seconds that a service may take to stop, and to start.
PATIENCE = 60.0

# Most services are there at once; one that is not is asked less and less often.
_FIRST_POLL, _SLOWEST_POLL = 0.5, 3.0

# A service may refuse to start while it is still stopping.
_START_PAUSES = (2.0, 5.0)


class State(str, Enum):
    """The wanted state of the service."""

    RESTARTED = "restarted"
    STARTED = "started"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Reached:
    """How far it got. ``changed`` is None where it is not known; ``service`` None where it could not be read.

    ``failure`` is the first thing that went wrong, None when the wanted state was reached.
    """

    service: WindowsService | None
    changed: bool | None
    failure: Exception | str | None = None

    @property
    def trouble(self) -> str:
        """The failure, and the state that the service is in, in sentences."""
        state = f" The service is '{self.service.state}' now." if self.service else ""
        return f"{str(self.failure).rstrip('.')}.{state}"


def bring_to(wanted: State, now: WindowsService, patience: float) -> Work[Reached]:
    """Bring a service to a state. ``patience`` is how many seconds each change of state may take."""
    stopped: Reached | None = None
    if wanted is not State.STARTED and not now.stopped:
        stopped = yield from _stopped(now, patience)
        if stopped.changed is False or wanted is State.STOPPED:
            return stopped
    elif wanted is State.STOPPED:
        return Reached(now, False)
    started = yield from _started(now.name, patience)
    if stopped is None:
        return started
    # What went wrong first is what the user has to read, unless another process shows that it did stop.
    failure = started.failure if _is_another(started.service, now) else stopped.failure or started.failure
    return Reached(started.service, True, failure)


def _is_another(service: WindowsService | None, before: WindowsService) -> bool:
    return service is not None and service.running and service.process_id not in (None, before.process_id)


def _stopped(now: WindowsService, patience: float) -> Work[Reached]:
    sent = yield from attempt(request_stop(now.name))
    if sent.fate is Fate.REFUSED:
        return Reached(now, False, sent.failure)
    seen = yield from _wait_for(now.name, STOPPED, patience)
    return _reached(seen, STOPPED, patience, now.name, sent.failure)


def _started(name: str, patience: float) -> Work[Reached]:
    """Start it, and try again where that is refused or lost: starting what runs is harmless."""
    first: Exception | str | None = None
    reached = Reached(None, None)
    for pause in (*_START_PAUSES, None):
        sent = yield from attempt(request_start(name))
        refused = sent.fate is Fate.REFUSED
        seen = yield from (look(read_service_state(name)) if refused else _wait_for(name, RUNNING, patience))
        reached = _reached(seen, RUNNING, patience, name, sent.failure)
        if reached.failure is None:
            return reached
        first = first or reached.failure
        if pause is not None:
            yield Pause(pause)
    return Reached(reached.service, reached.changed, first)


def _reached(seen: Look[WindowsService], state: str, patience: float, name: str, failure: Exception | None) -> Reached:
    service = seen.state
    if service is None:
        return Reached(None, None, failure or seen.failure)
    if service.state == state:
        return Reached(service, True)
    late = f"{name} is '{service.state}' and not '{state}' after {patience:g} seconds"
    return Reached(service, None if service.state.endswith("Pending") else True, failure or late)


def _wait_for(name: str, state: str, patience: float) -> Work[Look[WindowsService]]:
    """Poll, since the state follows the request; not at once, since it has hardly followed by then."""
    waited = 0.0
    while True:
        pause = min(_FIRST_POLL + waited / 10, _SLOWEST_POLL)
        yield Pause(pause)
        waited += pause
        seen = yield from look(read_service_state(name))
        if (seen.state is not None and seen.state.state == state) or waited >= patience:
            return seen
