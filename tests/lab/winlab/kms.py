# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The counting half of a KMS host.

Microsoft Learn, "KMS activation planning" and "Guidelines for troubleshooting KMS": unique client machine IDs of the
last 30 days count, clients and servers together; 25 are needed for a Windows client, 5 for a server, 5 for Office; the
host remembers at most twice the largest threshold it has met; client and host clocks may differ by four hours.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

MEMORY = timedelta(days=30)
CLOCK_TOLERANCE = timedelta(hours=4)
DEFAULT_PORT = 1688
RENEWAL = timedelta(days=7)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class KmsRequest:
    """What a client tells a host about itself."""

    client_machine_id: str
    client_name: str
    application_id: str
    release: str
    group: str | None
    office: str | None
    required: int
    status: int
    when: datetime
    minutes: int = 0
    activation_id: str = ""

    @property
    def when_text(self) -> str:
        """The time as events show it."""
        return f"{self.when:%Y/%m/%d %H:%M}"


@dataclass(frozen=True)
class KmsAnswer:
    """What a host gives an accepted client."""

    count: int
    host_pid: str
    activation_interval: int
    renewal_interval: int


@dataclass
class ClientCounter:
    """The clients one product of a KMS host remembers, and its cumulative request counters.

    `outsiders` are clients that are no machines of the lab. They ask once a week like all others; after a restart
    of the host they are back within a week.
    """

    floor: int = 5
    outsiders: tuple[str, ...] = ()
    restarted: datetime | None = None
    clients: OrderedDict[str, datetime] = field(default_factory=OrderedDict)
    requests: Counter[int] = field(default_factory=Counter)
    failed: int = 0

    def note(self, request: KmsRequest, now: datetime) -> int:
        """Count a client and return how many the host knows now."""
        self.floor = max(self.floor, request.required)
        self.clients.pop(request.client_machine_id, None)
        self.clients[request.client_machine_id] = now
        return self.count(now)

    def count(self, now: datetime) -> int:
        """How many clients asked within the last 30 days, as far as the host remembers."""
        self._hear_outsiders(now)
        for machine_id in [known for known, seen in self.clients.items() if now - seen > MEMORY]:
            del self.clients[machine_id]
        while len(self.clients) > 2 * self.floor:
            self.clients.popitem(last=False)
        return len(self.clients)

    def forget(self, now: datetime) -> None:
        """What a restart of the service does; cumulative counters survive."""
        self.clients.clear()
        self.restarted = now

    def _hear_outsiders(self, now: datetime) -> None:
        """Each has a time of the week at which it asks; `clients` stays in the order of the last contact."""
        for index, machine_id in enumerate(self.outsiders):
            phase = RENEWAL * index / len(self.outsiders)
            asked = now - (now - _EPOCH - phase) % RENEWAL
            if self.restarted is None or asked >= self.restarted:
                self.clients[machine_id] = max(asked, self.clients.get(machine_id, asked))
        if self.outsiders:
            self.clients = OrderedDict(sorted(self.clients.items(), key=lambda client: client[1]))

    @property
    def total(self) -> int:
        """All requests that were understood."""
        return sum(self.requests.values())
