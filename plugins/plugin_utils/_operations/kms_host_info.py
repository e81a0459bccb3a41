# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything about one KMS host: its state, its settings, its key, its clients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from .._licensing.host_clients import RecentClient, expiring, overdue, recent_clients, weekly
from .._licensing.host_events import HostTrouble
from .._licensing.host_keys import HostKeyGroup, group_of
from .._licensing.host_preflight import Problem, problems
from .._licensing.host_settings import HostSettings
from .._licensing.model import Product
from .._licensing.terms import KeyType, Role
from .._policy import host_health
from .._policy.finding import Finding
from .._spp.event_log import read_host_troubles, read_requests
from .._spp.host_settings import read_host_settings
from .._spp.steps import Session, Work, take
from .audit import Audit, audit_steps


@dataclass(frozen=True)
class HostKey:
    """One host key on the machine. ``group`` is None for a word nobody has listed yet."""

    product: Product
    group: HostKeyGroup | None


@dataclass(frozen=True)
class HostInfo:
    """``clients`` is empty when the log was not asked for, ``troubles`` when its own events were not.

    ``last_request`` is the newest one of all, None where none was read. ``findings`` say what is wrong with the host.
    ``weeks``: how many clients have asked in each whole week that was read, the last first.
    """

    state: Audit
    settings: HostSettings
    keys: tuple[HostKey, ...]
    clients: tuple[RecentClient, ...]
    overdue: tuple[RecentClient, ...]
    expiring: tuple[RecentClient, ...]
    problems: tuple[Problem, ...]
    troubles: tuple[HostTrouble, ...] = ()
    findings: tuple[Finding, ...] = ()
    now: datetime | None = None
    weeks: tuple[int, ...] = ()

    @property
    def last_request(self) -> datetime | None:
        return max((client.last.when for client in self.clients), default=None)


def host_info(session: Session, days: int, names: tuple[str, ...] = (), event_days: int = 0) -> HostInfo:
    """Read the host. ``names``: the machine's own.

    ``days`` and ``event_days``: how far back its log of requests and that of its own events are read, 0 for not at all.
    """
    return take(session, host_info_steps(days, names, event_days))


def host_info_steps(days: int, names: tuple[str, ...] = (), event_days: int = 0) -> Work[HostInfo]:
    """The steps of ``host_info``."""
    state = yield from audit_steps()
    known = (*names, state.snapshot.os.computer_name or "")
    obstacles = problems(state.snapshot, state.primary, known, datetime.now(timezone.utc))
    settings = yield from read_host_settings(state.snapshot, firewall=True)
    keys = tuple(
        HostKey(product, group_of(product, state.snapshot.os.build))
        for product in state.snapshot.products
        if product.key_type is KeyType.CSVLK
    )
    now = state.snapshot.os.local_time or datetime.now(timezone.utc)
    requests = (yield from read_requests(now - timedelta(days=days))) if days else ()
    clients, weeks = recent_clients(requests), weekly(requests, now, timedelta(days=days))
    troubles: tuple[HostTrouble, ...] = ()
    if event_days:
        provider = state.snapshot.os.provider
        troubles = yield from read_host_troubles(provider, now - timedelta(days=event_days))
    late, ending = overdue(clients, now), expiring(clients, now)
    info = HostInfo(state, settings, keys, clients, late, ending, obstacles, troubles, (), now, weeks)
    return replace(info, findings=tuple(_findings(info, days, now)))


def _findings(info: HostInfo, days: int, now: datetime) -> Iterator[Finding]:
    yield from host_health.event_findings(info.troubles)
    if info.state.role.role is not Role.KMS_HOST:
        return
    for state in info.state.snapshot.serving:
        yield from host_health.count_findings(state.current_count, state.required_count)
        yield from host_health.trend_findings(info.weeks, state.current_count, state.required_count)
    if days:
        yield from host_health.client_findings(info.clients, info.expiring, now, timedelta(days=days))
