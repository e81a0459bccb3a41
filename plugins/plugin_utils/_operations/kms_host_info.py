# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything about one KMS host: its state, its settings, its key, its clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from .._licensing.host_clients import RecentClient, expiring, overdue, recent_clients
from .._licensing.host_keys import HostKeyGroup, group_of
from .._licensing.host_preflight import Problem, problems
from .._licensing.host_settings import HostSettings
from .._licensing.model import Product
from .._licensing.terms import KeyType
from .._spp.event_log import read_requests
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
    """``clients`` is empty when the log was not asked for."""

    state: Audit
    settings: HostSettings
    keys: tuple[HostKey, ...]
    clients: tuple[RecentClient, ...]
    overdue: tuple[RecentClient, ...]
    expiring: tuple[RecentClient, ...]
    problems: tuple[Problem, ...]


def host_info(session: Session, days: int, names: tuple[str, ...] = ()) -> HostInfo:
    """Read the host. ``days``: how far back its event log is read, 0 for not at all. ``names``: the machine's own."""
    return take(session, host_info_steps(days, names))


def host_info_steps(days: int, names: tuple[str, ...] = ()) -> Work[HostInfo]:
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
    if not days:
        return HostInfo(state, settings, keys, (), (), (), obstacles)
    now = state.snapshot.os.local_time or datetime.now(timezone.utc)
    clients = recent_clients((yield from read_requests(now - timedelta(days=days))))
    return HostInfo(state, settings, keys, clients, overdue(clients, now), expiring(clients, now), obstacles)
