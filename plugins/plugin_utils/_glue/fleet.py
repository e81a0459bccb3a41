# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``fleet_info``: the hosts of a play in one process, from their variables to their results."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...module_utils._identity import NOBODY, ApprovedHosts, MachineIdentity
from .._operations.audit import Audit, NeedsName
from .._operations.errors import OutOfTime
from .._operations.fleet import Bounds, Row, survey, unexpected
from .._policy.fleet import Coverage
from .._policy.policy import Policy, asks_for_name
from .._winrm.endpoint import Endpoint
from .._winrm.errors import SignInWithheld
from . import failure, fleet_result, options
from .fleet_masking import FleetMasking
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
    policy: Policy | None
    bounds: Bounds
    office: bool = False
    published: ApprovedHosts = NOBODY

    def needs_name(self, endpoint: Endpoint) -> NeedsName | None:
        """Whether the machine behind an endpoint has to be asked for its full name."""
        if self.policy is not None and self.policy.asks_for_domains:
            return lambda _os: True
        approved = self.policy.approved.endpoints if self.policy is not None else ()
        named = ApprovedHosts((*approved, *self.published.endpoints))
        return asks_for_name(named, endpoint.inventory_name, endpoint.host) if named else None


class Abandoned(Exception):
    """The playbook is gone, so nobody would get the result. What was read is in the resume file."""


class FleetRun:
    """One run. ``warn`` gets what the user should know about connection variables, once for all hosts it concerns.

    ``abandoned`` says whether nobody waits for the result any more.
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
        self._connections = connections
        self._progress = progress
        self._warn = warn
        self._resume = resume
        self._abandoned = abandoned
        self._masking = FleetMasking()
        self._results: dict[str, Result] = {}
        self._warnings: Counter[str] = Counter()
        self._warned_of: dict[str, str] = {}
        self._seen: set[str] = set()
        self._coverage = Coverage(request.policy.approved) if request.policy is not None else None

    def run(self) -> Result:
        """Read all hosts; what ``fleet_info`` returns."""
        began = time.monotonic()
        waiting = self._take_up()
        traffic = survey(
            self._endpoints(waiting), self._request.bounds, self._on_row, self._request.office, self._request.needs_name
        )
        hosts = self._in_order()
        for host in hosts.keys() - self._seen:
            self._saw(host, None)
        for text, count in self._warnings.items():
            others = f" and {count - 1} other hosts" if count > 1 else ""
            self._warn(f"{self._warned_of[text]}{others}: {text}")
        if self._resume is not None and not any(result.get(NOT_REACHED) for result in hosts.values()):
            with contextlib.suppress(ResumeError):
                self._resume.complete()
        summary = {
            **fleet_result.summary_of(hosts),
            **fleet_result.coverage_of(self._coverage, hosts, self._request.policy),
            "resumed": len(hosts) - len(waiting),
            "requests": traffic.requests,
            "seconds": round(time.monotonic() - began, 1),
        }
        return {
            "changed": False,
            "hosts": hosts,
            "summary": summary,
            "groups": fleet_result.groups_of(hosts),
            "findings": fleet_result.findings_of(self._request.policy, hosts, self._request.published),
        }

    def _take_up(self) -> Sequence[str]:
        """The hosts that no earlier run has read."""
        earlier = self._resume.read if self._resume is not None else {}
        self._results.update({host: earlier[host] for host in self._request.hosts if host in earlier})
        for host, result in self._results.items():
            self._saw(host, None, (result.get("os") or {}).get("full_name"))
        self._progress.resumed(len(self._results))
        return [host for host in self._request.hosts if host not in self._results]

    def _in_order(self) -> dict[str, Result]:
        """All results in the order of the play, those of hosts whose turn never came included."""
        deadline = self._request.bounds.deadline
        return {
            host: self._results.get(host) or fleet_result.not_reached(host, deadline) for host in self._request.hosts
        }

    def _endpoints(self, hosts: Sequence[str]) -> Iterator[Endpoint]:
        for host in hosts:
            try:
                endpoint, warnings = options.endpoint_from_connection(self._connections.of(host), host)
            except options.OptionError as error:
                self._done(host, failure.failed(error))
                continue
            except Exception as error:
                # Such as a file of host_vars that is no YAML. Ansible's message quotes no content.
                said = " ".join(str(getattr(error, "message", None) or type(error).__name__).split())
                what = f"{host}: its variables cannot be read ({said[:300]}). Look at host_vars and group_vars."
                self._done(host, failure.failed(options.OptionError(what)))
                continue
            for warning in warnings:
                self._note(endpoint, warning)
            yield endpoint

    def _saw(self, host: str, address: str | None, full_name: str | None = None) -> None:
        self._seen.add(host)
        if self._coverage is not None:
            self._coverage.saw(MachineIdentity(host, address, full_name))

    def _note(self, endpoint: Endpoint, warning: str) -> None:
        text = warning.removeprefix(f"{endpoint.label}: ").removeprefix(f"{endpoint.inventory_name}: ")
        self._warnings[text] += 1
        self._warned_of.setdefault(text, endpoint.inventory_name)

    def _on_row(self, row: Row) -> None:
        try:
            result = self._result(row)
        except Exception as error:
            # Whatever a host has made up to get here, it is one host.
            result = failure.result_of(unexpected(row.endpoint, error), row.endpoint.label)
        self._done(row.name, self._masking.result(result, row.endpoint.password))

    def _result(self, row: Row) -> Result:
        endpoint = row.endpoint
        full_name = row.outcome.snapshot.os.full_name if isinstance(row.outcome, Audit) else None
        self._saw(endpoint.inventory_name, endpoint.host, full_name)
        if isinstance(row.outcome, Audit):
            return license_result(row.outcome, self._request.policy, endpoint.inventory_name, endpoint.host)
        result = failure.result_of(row.outcome, endpoint.label)
        if isinstance(row.outcome, SignInWithheld):
            self._note(endpoint, str(row.outcome))
        if isinstance(row.outcome, OutOfTime):
            result[NOT_REACHED] = True
        return result

    def _done(self, host: str, result: Result) -> None:
        # Ansible adds this to what a task says of a failure.
        result.setdefault("changed", False)
        self._results[host] = result
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
