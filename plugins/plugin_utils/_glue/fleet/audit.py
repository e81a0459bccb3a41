# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``fleet_info``: the hosts of a play in one task, from their variables to their results."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any

from ....module_utils._identity import MachineIdentity
from ..._operations.processes import helpful
from ..._policy.fleet import Coverage
from ..connections.hosts import HostConnections
from ..results import fleet
from ..results.fleet import NOT_REACHED
from .hosts import FleetHosts
from .progress import Progress
from .reading import AuditRequest, Reading
from .resume import ResumeError, ResumeFile

Result = dict[str, Any]


class Abandoned(Exception):
    """The playbook is gone, so nobody would get the result. What was read is in the resume file."""


class FleetRun:
    """One run. ``warn`` gets what the user should know. ``abandoned`` says whether nobody waits for the result any
    more.
    """

    def __init__(
        self,
        request: AuditRequest,
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
        self._reading = Reading(request, self._hosts, self._saw)
        self._seen: set[str] = set()
        self._coverage = Coverage(request.policies.whole.approved) if request.policies is not None else None

    def run(self) -> Result:
        """Read all hosts; what ``fleet_info`` returns."""
        began = time.monotonic()
        waiting = self._take_up()
        processes = helpful(len(waiting), self._request.processes)
        traffic = self._reading.read(waiting, processes)
        hosts = self._in_order()
        for host in hosts.keys() - self._seen:
            self._saw(MachineIdentity(host))
        self._hosts.tell_warnings()
        if self._resume is not None and not any(result.get(NOT_REACHED) for result in hosts.values()):
            with contextlib.suppress(ResumeError):
                self._resume.complete()
        fleet.accept_unread(hosts, self._request.policies)
        summary = {
            **fleet.summary_of(hosts),
            **fleet.coverage_of(
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
            "groups": fleet.groups_of(hosts),
            "findings": fleet.findings_of(
                self._request.policies,
                {**self._request.others, **hosts},
                self._request.published,
                self._request.publication,
                self._request.permissions,
            ),
        }

    def _take_up(self) -> Sequence[str]:
        """The hosts that no earlier run has read."""
        earlier = self._resume.read if self._resume is not None else {}
        results = self._hosts.results
        results.update({host: earlier[host] for host in self._request.hosts if host in earlier})
        for host, result in results.items():
            self._saw(MachineIdentity(host, None, (result.get("os") or {}).get("full_name")))
        self._progress.resumed(len(results))
        return [host for host in self._request.hosts if host not in results]

    def _in_order(self) -> dict[str, Result]:
        """All results in the order of the play, those of hosts whose turn never came included."""
        deadline = self._request.bounds.deadline
        return {
            host: self._hosts.results.get(host) or fleet.not_reached(host, deadline) for host in self._request.hosts
        }

    def _saw(self, machine: MachineIdentity) -> None:
        self._seen.add(machine.inventory_name)
        if self._coverage is not None:
            self._coverage.saw(machine)

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
            self._warn(f"{error} The run continues without it.")
            self._resume = None
