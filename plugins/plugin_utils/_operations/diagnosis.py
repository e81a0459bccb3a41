# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gathers what a diagnosis rests on, from the machine and from its KMS host. Nothing is changed.

What cannot be read is left out, with the reason, so that the steps that need it are unknown. Only a connection that is
lost ends the reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from ...module_utils._identity import MachineIdentity
from .._licensing.activation_events import NOT_CONTACTED, REQUEST_SENT
from .._licensing.host_clients import RecentClient, recent_clients
from .._licensing.model import Product
from .._licensing.product_choice import WINDOWS, ProductUnknown, choose
from .._licensing.terms import LICENSED, KeyType, Role
from .._policy.diagnosis import finder, reading
from .._policy.diagnosis.facts import Computer, Facts, HostKeyState, KmsHost, Resolution, Service
from .._spp import reader, schema
from .._spp.errors import SppError
from .._spp.event_log import read_attempts, read_requests
from .._spp.service_control import read_service_state
from .._spp.steps import Work
from .._spp.surroundings import read_computer, read_name_resolution
from .._wsman import WsmanError, WsmanFault
from .audit import Audit, audit_steps
from .errors import Refused
from .kms_host_info import HostInfo, HostKey, host_info_steps

T = TypeVar("T")

_REFUSALS = (WsmanError, SppError)
# The clocks that write the two logs may differ that much, and the request takes its time.
_TRAVEL = timedelta(minutes=10)


@dataclass(frozen=True)
class Inquiry:
    """What is to be looked at. ``event_days`` 0 leaves the event log alone. ``product`` as the modules have it."""

    product: str = WINDOWS
    event_days: int = 7

    @property
    def office(self) -> bool:
        """Whether the licensing platform of older Office has to be read as well."""
        return self.product.strip().lower() != WINDOWS


@dataclass
class _Unread:
    """Why something was not read, by kind."""

    reasons: dict[str, str] = field(default_factory=dict)

    def attempt(self, kind: str, work: Work[T]) -> Work[T | None]:
        """Do a piece of reading, or note why it was refused."""
        try:
            return (yield from work)
        except _REFUSALS as refusal:
            self.reasons[kind] = " ".join(str(refusal).split())[:300] or type(refusal).__name__
            return None


def machine_facts(identity: MachineIdentity, inquiry: Inquiry, now: Callable[[], datetime]) -> Work[Facts]:
    """Read one machine: in 3 requests where there is nothing to explain, in 11 where there is.

    Raises Refused for a product that is not there, classify.AmbiguousProduct, and the errors of a connection.
    """
    unread = _Unread()
    try:
        audit = yield from audit_steps(office=inquiry.office)
    except WsmanFault as fault:
        if fault.tells_nothing_of_the_question or not reading.is_of_the_machine(fault.hresult):
            raise
        unread.reasons["licensing"] = f"the licensing service does not answer ({fault.hresult_text})"
        system = yield from unread.attempt("system", reader.operating_system())
        facts = Facts(identity.inventory_name, system, failure=fault.hresult)
    else:
        facts = _of_audit(identity, audit, inquiry, now())
    if finder.problem_of(facts) is not None:
        facts = yield from _with_surroundings(facts, inquiry, unread)
    return replace(facts, unread=dict(unread.reasons))


@dataclass(frozen=True)
class HostReading:
    """What was read of a KMS host. ``clients`` is None where its log of requests was not."""

    name: str
    info: HostInfo
    clock_offset: timedelta | None
    clients: tuple[RecentClient, ...] | None


def log_needed(client: Facts) -> datetime | None:
    """Since when the log of the KMS host is of use: since a request of the client that has no answer."""
    failure = reading.logged(client)
    unanswered = failure is not None and failure.event == REQUEST_SENT and failure.hresult == NOT_CONTACTED
    return failure.when - _TRAVEL if failure is not None and unanswered else None


def read_host(name: str, now: Callable[[], datetime], log_since: datetime | None = None) -> Work[HostReading]:
    """Read a KMS host, and its log of requests since a moment where one is given."""
    info = yield from host_info_steps(0)
    offset = info.state.snapshot.os.ahead_of(now())
    if log_since is None:
        return HostReading(name, info, offset, None)
    requests = yield from read_requests(log_since)
    return HostReading(name, info, offset, recent_clients(requests))


def host_facts(host: HostReading, client: Facts) -> KmsHost:
    """What a KMS host says, as far as it concerns this client."""
    heard = _heard(host.clients or (), client)
    return KmsHost(
        name=host.name,
        serving=host.info.state.role.role is Role.KMS_HOST,
        keys=tuple(
            _key(key, client)
            for key in host.info.keys
            if client.product is None or key.product.is_office == client.product.is_office
        ),
        clock_offset=host.clock_offset,
        log_read=host.clients is not None,
        last_request=heard.last.when if heard is not None else None,
        twins=heard.names if heard is not None and heard.duplicate else (),
    )


def _key(key: HostKey, client: Facts) -> HostKeyState:
    known = key.group is not None and client.product is not None and client.system is not None
    state = key.product.host
    return HostKeyState(
        name=key.group.group if key.group is not None else key.product.channel or "a host key",
        covers=key.group.activates(client.product, client.system)  # type: ignore[union-attr, arg-type]
        if known
        else None,
        licensed=key.product.license_status_code == LICENSED,
        current_count=state.current_count if state is not None else None,
        required_count=state.required_count if state is not None else None,
    )


def _of_audit(identity: MachineIdentity, audit: Audit, inquiry: Inquiry, now: datetime) -> Facts:
    if audit.ambiguity is not None and inquiry.product.strip().lower() == WINDOWS:
        raise audit.ambiguity
    system = audit.snapshot.os
    return Facts(
        name=identity.inventory_name,
        system=system,
        machine=audit.machine(identity.inventory_name, identity.address),
        product=_product(audit, inquiry),
        clock_offset=system.ahead_of(now),
    )


def _product(audit: Audit, inquiry: Inquiry) -> Product | None:
    try:
        return choose(audit.snapshot, inquiry.product)
    except ProductUnknown as unknown:
        raise Refused(unknown.message, unknown.advice, audit) from unknown


def _with_surroundings(facts: Facts, inquiry: Inquiry, unread: _Unread) -> Work[Facts]:
    name = schema.service_name(facts.system.provider) if facts.system is not None else "sppsvc"
    if facts.machine is not None:
        name = facts.machine.snapshot.service_of(facts.product).service_name
    service = yield from unread.attempt("service", read_service_state(name))
    facts = replace(facts, service=Service(service.name, service.start_mode, service.state) if service else None)
    if facts.product is None or facts.product.key_type is not KeyType.GVLK:
        return (yield from _with_events(facts, inquiry, unread))
    computer = yield from unread.attempt("computer", read_computer())
    resolution = yield from unread.attempt("resolution", read_name_resolution())
    facts = replace(
        facts,
        computer=Computer(**vars(computer)) if computer is not None else None,
        resolution=Resolution(**vars(resolution)) if resolution is not None else None,
    )
    return (yield from _with_events(facts, inquiry, unread))


def _with_events(facts: Facts, inquiry: Inquiry, unread: _Unread) -> Work[Facts]:
    if not inquiry.event_days:
        unread.reasons["events"] = "it was not asked for (event_days)"
        return facts
    if facts.system is None or facts.system.local_time is None:
        unread.reasons["events"] = "the time of the machine is not known"
        return facts
    since = facts.system.local_time - timedelta(days=inquiry.event_days)
    log = yield from unread.attempt("events", read_attempts(facts.system.provider, since))
    return replace(facts, log=log)


def _heard(clients: tuple[RecentClient, ...], client: Facts) -> RecentClient | None:
    own = client.machine.snapshot.service.client_machine_id if client.machine is not None else None
    return next((one for one in clients if own and one.last.client_machine_id == own.lower()), None)
