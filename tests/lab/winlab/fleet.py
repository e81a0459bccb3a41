# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole lab: machines, one clock, Microsoft's activation service, service records, and the log."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from .activation import ActivationService
from .clock import LabClock
from .machine import Machine
from .nameservice.choose import NameService
from .windows.rows import DirectoryBinding

_EVENT_LIMIT = 200_000


class Fleet:
    """Machines and what they share."""

    def __init__(self, name: str, clock: LabClock, names: NameService) -> None:
        self.name = name
        self.clock = clock
        self.names = names
        self.zone = names.records
        self.microsoft = ActivationService()
        self.activation_object: DirectoryBinding | None = None
        self.machines: dict[str, Machine] = {}
        self.events: deque[dict[str, Any]] = deque(maxlen=_EVENT_LIMIT)
        self._sequence = 0
        self._names: dict[str, Machine] = {}

    def add(self, machine: Machine) -> None:
        """Put a machine on the network."""
        self.machines[machine.name] = machine
        for alias in (machine.name, machine.fqdn, machine.address):
            self._names[alias.lower()] = machine

    def __iter__(self) -> Iterator[Machine]:
        return iter(self.machines.values())

    def find(self, name: str) -> Machine | None:
        """A machine by name, full name or address."""
        return self._names.get(name.lower().rstrip("."))

    def kms_endpoint(self, name: str, port: int) -> Machine | None:
        """The KMS host that listens under this name and port, if any does."""
        machine = self.find(name)
        if machine is None or not machine.powered:
            return None
        machine.services.all()
        role = machine.platform.role
        return machine if role.listening and role.port == port else None

    def record(self, machine: str, kind: str, /, **data: object) -> None:
        """Append to the log."""
        self._sequence += 1
        self.events.append(
            {
                "sequence": self._sequence,
                "time": self.clock.now().isoformat(timespec="milliseconds"),
                "machine": machine,
                "kind": kind,
                **data,
            }
        )

    def forget_events(self) -> None:
        """Begin the log anew: what led to the first state is no event."""
        self.events.clear()
        self._sequence = 0

    def settle(self) -> None:
        """Let everything happen that is due now."""
        for machine in self:
            machine.settle()

    def advance(self, by: timedelta) -> None:
        """Move the clock, stopping at every moment at which something falls due on some machine."""
        target = self.clock.now() + by
        queue: list[tuple[datetime, str]] = []
        for machine in self:
            machine.settle()
            if (due := machine.next_due()) is not None:
                heapq.heappush(queue, (due, machine.name))
        while queue and queue[0][0] <= target:
            due, name = heapq.heappop(queue)
            self.clock.advance_to(due)
            machine = self.machines[name]
            machine.settle()
            if (following := machine.next_due()) is not None:
                heapq.heappush(queue, (max(following, due + timedelta(seconds=1)), name))
        self.clock.advance_to(target)
        self.settle()
