# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of a fleet read, from their variables to their results: in this process, or in several at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ....module_utils._identity import NOBODY, ApprovedHosts, MachineIdentity
from ..._crew.crew import Crew, Home
from ..._operations.audit import Audit, NeedsName
from ..._operations.crew_guard import LeadGuard, MemberGuard, Outcome, Turn
from ..._operations.fleet import Bounds, Row, survey, surveying
from ..._operations.processes import bounds_for, dealt
from ..._policy.policies import Policies, policy_of
from ..._policy.policy import Policy, asks_for_name
from ..._policy.published_records import Publication
from ..._winrm.endpoint import Endpoint
from ..._winrm.stream.shared import Traffic
from ..results.license import license_result
from .hosts import FleetHosts, Noted
from .same_texts import SameTexts

Result = dict[str, Any]
Saw = Callable[[MachineIdentity], None]


@dataclass(frozen=True)
class AuditRequest:
    """What is asked, of whom, and how much at once. ``processes`` None: as many as help.

    ``permissions`` are what kms_srv_acl returned. ``others`` are results of machines that are not read again, and count
    for what is said of the fleet as a whole.
    """

    hosts: tuple[str, ...]
    policies: Policies | None
    bounds: Bounds
    office: bool = False
    published: ApprovedHosts = NOBODY
    publication: Publication | None = None
    permissions: Mapping[str, Any] = field(default_factory=dict)
    others: Mapping[str, Result] = field(default_factory=dict)
    processes: int | None = 1

    def policy_of(self, host: str) -> Policy | None:
        """The policy of one machine; None where nothing is to be judged."""
        return policy_of(self.policies, host)

    def needs_name(self, endpoint: Endpoint) -> NeedsName | None:
        """Whether the machine behind an endpoint has to be asked for its full name."""
        policy = self.policy_of(endpoint.inventory_name)
        if policy is not None and policy.asks_for_domains:
            return lambda _os: True
        approved = policy.approved.endpoints if policy is not None else ()
        named = ApprovedHosts((*approved, *self.published.endpoints))
        return asks_for_name(named, endpoint.inventory_name, endpoint.host) if named else None


class Reading:
    """Reads hosts. ``saw`` hears what each machine is called, before ``hosts`` has its result."""

    def __init__(self, request: AuditRequest, hosts: FleetHosts, saw: Saw) -> None:
        self._request = request
        self._hosts = hosts
        self._saw = saw

    def read(self, names: Sequence[str], processes: int) -> Traffic:
        """Read them, in this process or in so many."""
        if processes > 1:
            return self._read_together(names, processes)
        request = self._request
        return survey(self._hosts.endpoints(names), request.bounds, self._on_row, request.office, request.needs_name)

    def _read_together(self, names: Sequence[str], processes: int) -> Traffic:
        """Those of a process that was killed have that for a result."""
        secret = os.urandom(32)
        parts = dealt(names, processes)
        crew = Crew([partial(self._as_member, part, processes, secret) for part in parts])
        lead = _Lead(crew, self._hosts, self._saw, self._request.bounds.refusals)
        crew.carry_out(lead)
        for member, part in enumerate(parts):
            if member not in lead.finished:
                for name in part:
                    if name not in self._hosts.results:
                        self._hosts.lost(name, "read", "Run again; lower in_flight or processes if it happens again.")
        return lead.traffic

    async def _as_member(self, names: Sequence[str], processes: int, secret: bytes, home: Home) -> None:
        request = self._request
        seen: dict[str, MachineIdentity] = {}

        def done(name: str, result: Result) -> None:
            home.tell(_Read(name, result, seen.pop(name, None)))

        def saw(machine: MachineIdentity) -> None:
            seen[machine.inventory_name] = machine

        hosts = self._hosts.for_member(done)
        guard = MemberGuard(request.bounds.refusals, home, secret)
        home.on_news(guard.hear)
        own = Reading(request, hosts, saw)
        traffic = await surveying(
            hosts.endpoints(names),
            bounds_for(request.bounds, processes),
            own._on_row,
            request.office,
            request.needs_name,
            guard,
        )
        home.tell(_Finished(traffic, hosts.noted))

    def _on_row(self, row: Row[Audit]) -> None:
        self._hosts.done(row.endpoint, lambda: self._result(row))

    def _result(self, row: Row[Audit]) -> Result:
        endpoint = row.endpoint
        full_name = row.outcome.snapshot.os.full_name if isinstance(row.outcome, Audit) else None
        name = endpoint.inventory_name
        self._saw(MachineIdentity(name, endpoint.host, full_name))
        if isinstance(row.outcome, Audit):
            return license_result(row.outcome, self._request.policy_of(name), name, endpoint.host)
        return self._hosts.failed(endpoint, row.outcome)


@dataclass(frozen=True)
class _Read:
    """A member tells that a host is done. ``machine`` is None where nobody was asked."""

    name: str
    result: Result
    machine: MachineIdentity | None


@dataclass(frozen=True)
class _Finished:
    """A member tells that all its hosts are done."""

    traffic: Traffic
    noted: Noted


class _Lead:
    def __init__(self, crew: Crew, hosts: FleetHosts, saw: Saw, refusals: int) -> None:
        self._guard = LeadGuard(refusals, crew.tell_all)
        self._hosts = hosts
        self._saw = saw
        self._texts = SameTexts()
        #: The members that came to their end.
        self.finished: set[int] = set()
        self.traffic = Traffic()

    def hear(self, member: int, message: Any) -> None:
        if isinstance(message, _Read):
            if message.machine is not None:
                self._saw(message.machine)
            self._texts.in_place(message.result)
            self._hosts.keep(message.name, message.result)
        elif isinstance(message, Outcome):
            self._guard.hear(message)
        elif isinstance(message, _Finished):
            self.finished.add(member)
            self.traffic.add(message.traffic)
            self._hosts.take_noted(message.noted)

    async def answer(self, member: int, question: Turn) -> Any:
        return await self._guard.answer(member, question)

    def ended(self, member: int) -> None:
        self._guard.ended(member)
