# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clients a KMS host has heard from, as its event log remembers them. Pure: rows of the log in, verdicts out.

Event 12290 holds nine fields: return code, minimum count of the client, its name, its client machine ID (CMID), time,
virtual machine flag, license status, minutes left, activation ID (TechNet ff793440, "KMS Events Logged in the Windows
Event Log"). They come as one comma-delimited string or as one string each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .activation_events import event_fields
from .numbers import whole
from .terms import license_status_name

# A client that has not asked for 30 days is forgotten (Microsoft Learn, KMS activation planning).
MEMORY = timedelta(days=30)
# It should ask every seven days, so two missed weeks are worth a word.
OVERDUE = timedelta(days=21)
# An activation by KMS is good for 180 days (the same page).
VALIDITY = timedelta(days=180)
EXPIRING = timedelta(days=30)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class ClientRequest:
    """One request of a client. ``hresult`` 0 is success, ``minutes_left`` what was left before the request."""

    when: datetime
    hresult: int
    minimum_count: int | None
    name: str
    client_machine_id: str
    virtual_machine: bool | None
    license_status: str
    minutes_left: int | None
    activation_id: str | None

    @property
    def expires(self) -> datetime | None:
        """When the state of the client ends unless it asks again with success; None when it has no end, or is over."""
        if self.hresult == 0:
            return self.when + VALIDITY
        return self.when + timedelta(minutes=self.minutes_left) if self.minutes_left else None


@dataclass(frozen=True)
class RecentClient:
    """One client machine ID. ``names`` has more than one for a cloned, or renamed, machine.

    ``last`` is its last request of all; ``products`` has the last one for each activation ID, the latest first, for
    Windows and Office of one machine share the ID.
    """

    last: ClientRequest
    names: tuple[str, ...]
    requests: int
    products: tuple[ClientRequest, ...]

    @property
    def duplicate(self) -> bool:
        """Several names behind one CMID: cloned without sysprep, and counted once."""
        return len(self.names) > 1


def parse_request(when: datetime, strings: Sequence[str]) -> ClientRequest | None:
    """Read one event; None when it does not hold what an event 12290 holds."""
    fields = event_fields(strings)
    if len(fields) < 7:
        return None
    code, count, name, cmid, _time, virtual, status, *rest = fields
    minutes = whole(rest[0]) if rest else None
    return ClientRequest(
        when=when,
        hresult=int(code, 16),
        minimum_count=whole(count),
        name=name,
        client_machine_id=cmid.lower(),
        virtual_machine={"0": False, "1": True}.get(virtual),
        license_status=license_status_name(whole(status)),
        minutes_left=minutes,
        activation_id=rest[1].lower() or None if len(rest) > 1 else None,
    )


def recent_clients(requests: Iterable[ClientRequest]) -> tuple[RecentClient, ...]:
    """The clients by CMID, most recent first."""
    by_id: dict[str, list[ClientRequest]] = {}
    for request in requests:
        by_id.setdefault(request.client_machine_id, []).append(request)
    clients = [_client(sorted(asked, key=lambda one: one.when)) for asked in by_id.values()]
    return tuple(sorted(clients, key=lambda client: client.last.when, reverse=True))


def overdue(clients: Iterable[RecentClient], now: datetime) -> tuple[RecentClient, ...]:
    """Clients that have not asked for three weeks and are forgotten after 30 days."""
    return tuple(client for client in clients if now - client.last.when >= OVERDUE)


def weekly(requests: Iterable[ClientRequest], now: datetime, read: timedelta) -> tuple[int, ...]:
    """How many clients have asked in each whole week of what was read of the log, the last week first.

    Every activated client asks every week, so this is what the count of 30 days comes to.
    """
    weeks: list[set[str]] = [set() for _whole in range(read // WEEK)]
    for request in requests:
        number = max(timedelta(), now - request.when) // WEEK
        if number < len(weeks):
            weeks[number].add(request.client_machine_id)
    return tuple(len(week) for week in weeks)


@dataclass(frozen=True)
class Machine:
    """A machine that should ask a KMS host: what the inventory calls it, and by what it would be known in the log."""

    inventory_name: str
    client_machine_id: str
    names: tuple[str, ...]


def unheard(machines: Iterable[Machine], clients: Iterable[RecentClient]) -> tuple[str, ...]:
    """The machines that the host has not heard from. One whose ID came with other names only is among them."""
    heard = {client.last.client_machine_id: {_short(name) for name in client.names} for client in clients}
    return tuple(
        one.inventory_name
        for one in machines
        if heard.get(one.client_machine_id.lower(), set()).isdisjoint(map(_short, one.names))
    )


def _short(name: str) -> str:
    return name.partition(".")[0].lower()


def expiring(clients: Iterable[RecentClient], now: datetime) -> tuple[RecentClient, ...]:
    """Clients with a product that was refused last and is, or will be within 30 days, without a license.

    A client that was activated has 180 days, so only those that ask in vain are near their end.
    """
    return tuple(client for client in clients if any(_ends(one, now) for one in client.products))


def _ends(request: ClientRequest, now: datetime) -> bool:
    if request.hresult == 0 or request.minutes_left is None:
        return False
    return request.expires is None or request.expires - now <= EXPIRING


def _client(asked: list[ClientRequest]) -> RecentClient:
    names = dict.fromkeys(one.name.lower() for one in asked)
    last_by_product = {one.activation_id: one for one in asked}
    products = sorted(last_by_product.values(), key=lambda one: one.when, reverse=True)
    return RecentClient(asked[-1], tuple(names), len(asked), tuple(products))
