# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``fleet_repair``: the hosts of a play repaired in one task, guarded before, journalled meanwhile, proved after."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ....module_utils import _kms, _kms_rpc
from ....module_utils._identity import MachineIdentity
from ..._crew.crew import Crew, Home
from ..._licensing.client_settings import ClientRequest
from ..._operations.crew_guard import MemberGuard
from ..._operations.errors import HeldBack
from ..._operations.fleet import Row
from ..._operations.fleet_repair import Order, Rollout, repair_fleet, repairing
from ..._operations.processes import bounds_for, dealt, helpful
from ..._operations.repair import Planned, RepairReport, RepairRequest
from ..._policy.fleet import Coverage, can_activate, objections
from ..._policy.fleet_activation import stands_in
from ..._policy.plan import ActionKind
from ..._policy.policies import Policies
from ..._policy.repair import IN_BETWEEN, Wishes
from ..._policy.rollout import Share, too_many
from ..._policy.verdict import Verdict
from ..._spp.steps import Note
from ..._winrm.endpoint import Endpoint
from ..connections.hosts import HostConnections
from ..refusal import TaskRefused
from ..results import fleet
from ..results.repair import repair_result
from .hosts import FleetHosts
from .journal import Journal
from .line_file import LineFileError
from .progress import Progress
from .repair_crew import Done, Finished, Lead, MemberCommand, MemberJournal, Sights, hear_all

Result = dict[str, Any]

# Seconds for an approved name, and how many names at once.
_PROBE_TIMEOUT, _PROBES = 5.0, 32

_GO_ON = (
    "Run again with the same journal, which goes on where this run ended; lower in_flight or processes if it happens "
    "again."
)

# How many machines a message names, and a report.
_NAMED, _REPORTED = 10, 50


@dataclass(frozen=True)
class Seen:
    """What was seen of the whole fleet, where a task works on a part of it: the summary of ``fleet_info``."""

    hosts: int = 0
    approved_unmatched: Mapping[str, Sequence[str]] | None = None
    approved_serving: tuple[str, ...] = ()
    can_activate: bool = False

    @classmethod
    def parse(cls, summary: Mapping[str, Any] | None) -> Seen:
        """Raises ValueError."""
        if summary is None:
            return cls()
        if summary.get("approved_unmatched") is None or "approved_serving" not in summary:
            raise ValueError("audit: give the summary of a fleet_info that has judged by approved_kms_hosts")
        return cls(
            int(summary.get("hosts") or 0),
            summary["approved_unmatched"],
            tuple(map(str, summary["approved_serving"])),
            bool(summary.get("can_activate")),
        )


@dataclass(frozen=True)
class FleetRepairRequest:
    """What is to be repaired, and what forbids it.

    ``served`` None: as seen. ``settings`` are those of a KMS client for some hosts, in place of those for all.
    """

    hosts: tuple[str, ...]
    policies: Policies
    wishes: Wishes
    order: Order
    served: bool | None = None
    no_kms_host: bool = False
    require_activation: bool = False
    office: bool = False
    max_changes: Share | None = None
    fail: bool = True
    seen: Seen = field(default_factory=Seen)
    settings: Mapping[str, ClientRequest | None] = field(default_factory=dict)
    processes: int | None = 1


class RepairRun:
    """One run; what ``_operations.fleet_repair`` calls its client.

    ``progress`` makes a counter for so many hosts and for what is done with them.
    """

    def __init__(
        self,
        request: FleetRepairRequest,
        connections: HostConnections,
        progress: Callable[[int, str], Progress],
        warn: Callable[[str], None],
        journal: Journal | None = None,
        abandoned: Callable[[], bool] = lambda: False,
    ) -> None:
        self._request = request
        self._new_progress = progress
        self._progress = progress(len(request.hosts), "read ")
        self._journal: Journal | MemberJournal | None = journal
        self._warn = warn
        self._hosts = FleetHosts(connections, lambda _host, result: self._progress.done(result), warn)
        self._by_directory = stands_in(request.policies.whole)
        seen = request.seen.can_activate or self._by_directory
        self.sights = Sights(
            Coverage(request.policies.whole.approved),
            set(request.seen.approved_serving),
            seen if request.served is None else request.served,
        )
        self._waiting: dict[str, Endpoint] = {}
        # Whose failure leaves something undone; another machine that cannot be read may be as it should.
        self._concerned = set(journal.begun) if journal is not None else set[str]()
        self.abandoned = abandoned

    def run(self) -> Result:
        """Repair all hosts; what ``fleet_repair`` returns. Raises TaskRefused where nothing must be changed."""
        began = time.monotonic()
        processes = helpful(len(self._request.hosts), self._request.processes)
        rollout = self._repair_together(processes) if processes > 1 else self._repair()
        self._hosts.tell_warnings()
        self._complete_journal()
        return self._result(rollout, time.monotonic() - began)

    def _repair(self) -> Rollout:
        return repair_fleet(self._hosts.endpoints(self._request.hosts), self._request.order, self)

    # --- in several processes

    def _repair_together(self, processes: int) -> Rollout:
        secret, parts = os.urandom(32), dealt(self._request.hosts, processes)
        crew = Crew([partial(self._as_member, part, processes, secret) for part in parts])
        lead = Lead(crew, processes, self._request.order, self, self._hosts)
        crew.carry_out(lead)
        for member, part in enumerate(parts):
            if member not in lead.finished:
                for host in part:
                    if host in lead.open or host not in self._hosts.results:
                        self._hosts.lost(host, "repair", _GO_ON)
        return lead.rollout

    async def _as_member(self, hosts: Sequence[str], processes: int, secret: bytes, home: Home) -> None:
        """In a process of its own, to which this object belongs from now on."""
        order = self._request.order
        guard = MemberGuard(order.bounds.refusals, home, secret)
        command = MemberCommand(home, lambda: self.sights, self._replan)
        hear_all(home, guard, command)
        self._hosts = self._hosts.for_member(lambda host, result: home.tell(Done(host, result)))
        self._journal = MemberJournal(home, self._journal.begun) if self._journal is not None else None
        self.abandoned = lambda: command.gone
        part = replace(order, bounds=bounds_for(order.bounds, processes), activations=order.activations / processes)
        rollout = await repairing(self._hosts.endpoints(hosts), part, self, command, guard)
        home.tell(Finished(rollout, self._hosts.noted))

    def _replan(self, served: bool) -> Iterable[Endpoint]:
        self.sights.served = served
        return self.replan()

    def keep(self, name: str, result: Result) -> None:
        self._hosts.keep(name, result)

    async def journal_note(self, host: str, done: tuple[str, ...], following: str) -> None:
        if self._journal is not None:
            await self._journal.note(host, done, following)

    def journal_end(self, host: str, done: Sequence[str], verdict: Verdict) -> None:
        self._ended(host, done, verdict)

    # --- what the operation asks and tells

    def request(self, endpoint: Endpoint) -> RepairRequest:
        begun = self._is_in_between(endpoint.inventory_name)
        wishes = replace(
            self._request.wishes,
            served=self.sights.served,
            settings=self._request.settings.get(endpoint.inventory_name) or self._request.wishes.settings,
        )
        return RepairRequest(
            policy=self._request.policies.of(endpoint.inventory_name),
            name=endpoint.inventory_name,
            address=endpoint.host,
            wishes=replace(wishes, verdicts=wishes.verdicts | IN_BETWEEN) if begun else wishes,
            require_activation=self._request.require_activation,
            office=self._request.office,
            begun=begun,
        )

    def planned(self, row: Row[Planned]) -> None:
        outcome = row.outcome
        if not isinstance(outcome, Planned):
            self.sights.coverage.saw(MachineIdentity(row.name, row.endpoint.host))
            failure = outcome
            self._hosts.done(row.endpoint, lambda: self._hosts.failed(row.endpoint, failure))
            return
        self._saw(row.endpoint, outcome)
        self._hosts.done(row.endpoint, lambda: repair_result(outcome.report(check=True)))
        if not outcome.plan.changes:
            self._ended(row.name, (), outcome.judged.verdict)

    def replan(self) -> Iterable[Endpoint]:
        return tuple(self._waiting.values()) if self.sights.served and self._request.served is None else ()

    def allow(self, due: Sequence[Endpoint]) -> None:
        self.allow_changes([endpoint.inventory_name for endpoint in due])

    def allow_changes(self, due: Sequence[str]) -> None:
        request = self._request
        self._concerned |= set(due)
        found = [too_many(len(due), max(request.seen.hosts, len(request.hosts)), request.max_changes)]
        unmatched = self._unmatched()
        probes = _kms_rpc.probe_all(map(_target, unmatched), _PROBE_TIMEOUT, _PROBES)
        answering = [name for name, one in zip(unmatched, probes, strict=True) if one["answers_as_kms"]]
        found += objections(unmatched, sorted(self.sights.serving), answering, request.no_kms_host, self._by_directory)
        reasons = [reason for reason in found if reason]
        if reasons:
            raise TaskRefused(f"{' '.join(reasons)} Nothing was changed.")
        if not request.order.check:
            self._progress = self._new_progress(len(due), "repaired ")

    async def note(self, endpoint: Endpoint, note: Note) -> None:
        if self._journal is None:
            return
        try:
            await self._journal.note(endpoint.inventory_name, note.done, note.next)
        except LineFileError as error:
            raise HeldBack(
                f"{endpoint.label}: {error}", "Free space for the journal, and run this task again."
            ) from None

    def repaired(self, row: Row[RepairReport]) -> None:
        self._hosts.done(row.endpoint, lambda: self._repaired(row))
        if isinstance(row.outcome, RepairReport):
            self._ended(row.name, row.outcome.done, row.outcome.judged_after.verdict)

    # --- one host

    def _saw(self, endpoint: Endpoint, planned: Planned) -> None:
        name, judged = endpoint.inventory_name, planned.judged
        machine = planned.before.machine(name, endpoint.host)
        self.sights.coverage.saw(machine.identity)
        if judged.verdict is Verdict.KMS_HOST_OK:
            self.sights.serving.add(name)
        if self._request.served is None and can_activate(machine, judged.verdict):
            self.sights.served = True
        self._waiting.pop(name, None)
        if planned.plan.has(ActionKind.ASK) and judged.verdict in self._request.wishes.verdicts:
            self._waiting[name] = endpoint

    def _repaired(self, row: Row[RepairReport]) -> Result:
        if isinstance(row.outcome, RepairReport):
            return repair_result(row.outcome)
        result = self._hosts.failed(row.endpoint, row.outcome)
        if isinstance(row.outcome, HeldBack):
            result["held_back"] = True
        return result

    def _is_in_between(self, host: str) -> bool:
        return self._journal is not None and not self._request.order.check and host in self._journal.begun

    def _ended(self, host: str, done: Sequence[str], verdict: Verdict) -> None:
        journal = self._journal
        if journal is not None:
            self._in_journal(lambda: journal.end(host, done, verdict.value))

    def _complete_journal(self) -> None:
        if isinstance(self._journal, Journal):
            self._in_journal(self._journal.complete)

    def _in_journal(self, write: Callable[[], None]) -> None:
        """What the journal lacks when it cannot be written costs the next run a look at the machine, and no more."""
        if self._journal is None or self._request.order.check:
            return
        try:
            write()
        except LineFileError as error:
            self._warn(str(error))

    def _unmatched(self) -> dict[str, Sequence[str]]:
        """The approved names that nothing goes by, here and in the audit of the whole fleet."""
        own: dict[str, Sequence[str]] = dict(self.sights.coverage.unmatched())
        elsewhere = self._request.seen.approved_unmatched
        return own if elsewhere is None else {name: elsewhere[name] for name in own if name in elsewhere}

    # --- all of them

    def _result(self, rollout: Rollout, seconds: float) -> Result:
        request = self._request
        hosts = {host: self._hosts.results[host] for host in request.hosts if host in self._hosts.results}
        for host in request.hosts:
            if host not in hosts:
                hosts[host] = fleet.not_reached(host, request.order.bounds.deadline)
        repairing = {verdict.value for verdict in request.wishes.verdicts}
        accepted = () if request.wishes.activate else (Verdict.NOT_ACTIVATED.value,)
        known = {
            host: result
            for host, result in hosts.items()
            if host in self._concerned or fleet.condition_of(result) == "read"
        }
        wrong = {} if request.order.check else fleet.still_wrong(known, repairing, accepted)
        changed = sorted(host for host, result in hosts.items() if result["changed"])
        read = sum(fleet.condition_of(result) == "read" for result in hosts.values())
        result: Result = {
            "changed": bool(changed),
            "hosts": hosts,
            "summary": {
                "hosts": len(hosts),
                "due": rollout.due,
                "changed": len(changed),
                "still_wrong": len(wrong),
                "held_back": sum(bool(result.get("held_back")) for result in hosts.values()),
                "unreachable": sum(bool(result.get("unreachable")) for result in hosts.values()),
                "canaries": list(rollout.canaries),
                "stopped": rollout.stopped,
                "requests": rollout.traffic.requests,
                "seconds": round(seconds, 1),
            },
            "groups": {**fleet.repair_groups(hosts), "changed": changed, "still_wrong": sorted(wrong)},
            "still_wrong": list(wrong.values()),
        }
        result["msg"] = _sentence(result, request.order.check, read)
        result["report"] = _report(hosts, self._concerned.union(changed, wrong))
        if request.fail and (wrong or (hosts and not read)):
            # Ansible prints all of a failure. The groups still name everybody.
            shown = sorted(wrong or hosts)[:_NAMED]
            result.update(failed=True, hosts={host: hosts[host] for host in shown})
        return result


def _target(name: str) -> tuple[str, int]:
    host, port = _kms.split_port(name)
    return host, _kms.DEFAULT_PORT if port is None else port


def _sentence(result: Result, check: bool, read: int) -> str:
    summary, wrong = result["summary"], result["still_wrong"]
    if not read:
        return f"None of the {summary['hosts']} machines could be read; hosts has the reason for each."
    if check:
        return f"{summary['changed']} of {summary['hosts']} machines would be changed; hosts has the plan of each."
    said = f"{summary['changed']} of {summary['hosts']} machines were changed."
    if summary["stopped"]:
        said += f" {summary['held_back']} were left as they were, because {summary['stopped']}."
    if not wrong:
        return said
    more = f" And {len(wrong) - _NAMED} more; still_wrong names all." if len(wrong) > _NAMED else ""
    return f"{said} {len(wrong)} are still not as the policy requires. {' '.join(wrong[:_NAMED])}{more}"


def _report(hosts: Mapping[str, Result], concerned: Container[str]) -> list[str]:
    lines = [f"{host}: {result.get('msg', '')}" for host, result in hosts.items() if host in concerned]
    more = len(lines) - _REPORTED
    return [*lines[:_REPORTED], f"And {more} more; hosts names all."] if more > 0 else lines
