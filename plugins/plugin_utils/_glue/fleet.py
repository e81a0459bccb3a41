# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``fleet_info``: the hosts of a play in one process, from their variables to their results."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...module_utils._identity import NOBODY, ApprovedHosts, MachineIdentity
from .._operations.audit import Audit, NeedsName
from .._operations.fleet import Bounds, Row, survey
from .._policy.fleet import Coverage
from .._policy.policies import Policies
from .._policy.policy import Policy, asks_for_name
from .._policy.published_records import Publication
from .._winrm.endpoint import Endpoint
from . import fleet_result
from .fleet_hosts import FleetHosts
from .fleet_result import NOT_REACHED
from .host_connections import HostConnections
from .license_result import license_result
from .progress import Progress
from .resume import ResumeError, ResumeFile

Result = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """What is asked, of whom, and how much at once."""

    hosts: tuple[str, ...]
    policies: Policies | None
    bounds: Bounds
    office: bool = False
    published: ApprovedHosts = NOBODY
    publication: Publication | None = None

    def policy_of(self, host: str) -> Policy | None:
        """The policy of one machine; None where nothing is to be judged."""
        return self.policies.of(host) if self.policies is not None else None

    def needs_name(self, endpoint: Endpoint) -> NeedsName | None:
        """Whether the machine behind an endpoint has to be asked for its full name."""
        policy = self.policy_of(endpoint.inventory_name)
        if policy is not None and policy.asks_for_domains:
            return lambda _os: True
        approved = policy.approved.endpoints if policy is not None else ()
        named = ApprovedHosts((*approved, *self.published.endpoints))
        return asks_for_name(named, endpoint.inventory_name, endpoint.host) if named else None


class Abandoned(Exception):
    """The playbook is gone, so nobody would get the result. What was read is in the resume file."""


class FleetRun:
    """One run. ``warn`` gets what the user should know. ``abandoned`` says whether nobody waits for the result any
    more.
    """

    def __init__(
        self,
        request: Request,
        connections: HostConnections,
        progress: Progress,
        warn: Callable[[str], None],
        resume: ResumeFile | None = None,
        abandoned: Callable[[], bool] = lambda: False,
    ) -> None:
        self._request = request
        self._progress = progress
        self._warn = warn
        self._resume = resume
        self._abandoned = abandoned
        self._hosts = FleetHosts(connections, self._done, warn)
        self._seen: set[str] = set()
        self._coverage = Coverage(request.policies.whole.approved) if request.policies is not None else None

    def run(self) -> Result:
        """Read all hosts; what ``fleet_info`` returns."""
        began = time.monotonic()
        waiting = self._take_up()
        traffic = survey(
            self._hosts.endpoints(waiting),
            self._request.bounds,
            self._on_row,
            self._request.office,
            self._request.needs_name,
        )
        hosts = self._in_order()
        for host in hosts.keys() - self._seen:
            self._saw(host, None)
        self._hosts.tell_warnings()
        if self._resume is not None and not any(result.get(NOT_REACHED) for result in hosts.values()):
            with contextlib.suppress(ResumeError):
                self._resume.complete()
        fleet_result.accept_unread(hosts, self._request.policies)
        summary = {
            **fleet_result.summary_of(hosts),
            **fleet_result.coverage_of(
                self._coverage, hosts, self._request.policies.whole if self._request.policies is not None else None
            ),
            "resumed": len(hosts) - len(waiting),
            "requests": traffic.requests,
            "seconds": round(time.monotonic() - began, 1),
        }
        return {
            "changed": False,
            "hosts": hosts,
            "summary": summary,
            "groups": fleet_result.groups_of(hosts),
            "findings": fleet_result.findings_of(
                self._request.policies, hosts, self._request.published, self._request.publication
            ),
        }

    def _take_up(self) -> Sequence[str]:
        """The hosts that no earlier run has read."""
        earlier = self._resume.read if self._resume is not None else {}
        results = self._hosts.results
        results.update({host: earlier[host] for host in self._request.hosts if host in earlier})
        for host, result in results.items():
            self._saw(host, None, (result.get("os") or {}).get("full_name"))
        self._progress.resumed(len(results))
        return [host for host in self._request.hosts if host not in results]

    def _in_order(self) -> dict[str, Result]:
        """All results in the order of the play, those of hosts whose turn never came included."""
        deadline = self._request.bounds.deadline
        return {
            host: self._hosts.results.get(host) or fleet_result.not_reached(host, deadline)
            for host in self._request.hosts
        }

    def _saw(self, host: str, address: str | None, full_name: str | None = None) -> None:
        self._seen.add(host)
        if self._coverage is not None:
            self._coverage.saw(MachineIdentity(host, address, full_name))

    def _on_row(self, row: Row[Audit]) -> None:
        self._hosts.done(row.endpoint, lambda: self._result(row))

    def _result(self, row: Row[Audit]) -> Result:
        endpoint = row.endpoint
        full_name = row.outcome.snapshot.os.full_name if isinstance(row.outcome, Audit) else None
        name = endpoint.inventory_name
        self._saw(name, endpoint.host, full_name)
        if isinstance(row.outcome, Audit):
            return license_result(row.outcome, self._request.policy_of(name), name, endpoint.host)
        return self._hosts.failed(endpoint, row.outcome)

    def _done(self, host: str, result: Result) -> None:
        self._keep(host, result)
        self._progress.done(result)
        if self._abandoned():
            raise Abandoned

    def _keep(self, host: str, result: Result) -> None:
        if self._resume is None:
            return
        try:
            self._resume.add(host, result)
        except ResumeError as error:
            # A disk that is full costs the file, not what has been read.
            self._warn(f"{error} The run goes on without it.")
            self._resume = None
