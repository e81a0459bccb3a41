# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of a task that works on many: where they are, one masked result for each, and warnings told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..._operations.errors import OutOfTime
from ..._operations.fleet import unexpected
from ..._winrm.endpoint import Endpoint
from ..._winrm.errors import SignInWithheld
from ..connections import options
from ..connections.hosts import HostConnections
from ..results import failure
from ..results.fleet import NOT_REACHED
from .masking import FleetMasking

Result = dict[str, Any]

#: Warnings, each with the first host it concerns and the number of hosts.
Noted = list[tuple[str, str, int]]


class FleetHosts:
    """Collects the results. ``on_result`` hears of each; ``warn`` gets what the user should know about connection
    variables, once for all hosts it concerns.
    """

    def __init__(
        self, connections: HostConnections, on_result: Callable[[str, Result], None], warn: Callable[[str], None]
    ) -> None:
        self.results: dict[str, Result] = {}
        self._keeps = True
        self._connections = connections
        self._on_result = on_result
        self._warn = warn
        self._masking = FleetMasking()
        self._warnings: Counter[str] = Counter()
        self._warned_of: dict[str, str] = {}

    def for_member(self, on_result: Callable[[str, Result], None]) -> FleetHosts:
        """The same for a process that keeps no result and tells no warning, but passes on both."""
        made = type(self)(self._connections, on_result, self._warn)
        made._keeps = False
        return made

    def endpoints(self, hosts: Iterable[str]) -> Iterator[Endpoint]:
        """Where the hosts are, computed as they are asked for. One whose variables are wrong has its result by that."""
        for host in hosts:
            try:
                endpoint, warnings = options.endpoint_from_connection(self._connections.of(host), host)
            except options.OptionError as error:
                self.keep(host, failure.failed(error))
                continue
            except Exception as error:
                # Such as a file of host_vars that is not YAML. Ansible's message quotes no content.
                said = " ".join(str(getattr(error, "message", None) or type(error).__name__).split())
                what = f"{host}: its variables cannot be read ({said[:300]}). Check host_vars and group_vars."
                self.keep(host, failure.failed(options.OptionError(what)))
                continue
            for warning in warnings:
                self._note(endpoint, warning)
            yield endpoint

    def done(self, endpoint: Endpoint, result: Callable[[], Result]) -> None:
        """One host is done. Where its result cannot be made, that is its result."""
        try:
            made = result()
        except Exception as error:
            # Whatever a host has made up to get here, it is one host.
            made = failure.result_of(unexpected(endpoint, error), endpoint.label)
        self.keep(endpoint.inventory_name, self._masking.result(made, endpoint.password))

    def failed(self, endpoint: Endpoint, error: Exception) -> Result:
        """The result of a host on which something failed."""
        if isinstance(error, SignInWithheld):
            self._note(endpoint, str(error))
        result = failure.result_of(error, endpoint.label)
        if isinstance(error, OutOfTime):
            result[NOT_REACHED] = True
        return result

    def keep(self, host: str, result: Result) -> None:
        """The result of one host, which holds no secret."""
        # Ansible adds this to what a task says of a failure.
        result.setdefault("changed", False)
        if self._keeps:
            self.results[host] = result
        self._on_result(host, result)

    def lost(self, host: str, work: str, advice: str) -> None:
        """The result of a host whose process is gone. ``work`` is what it was to do."""
        what = f"{host}: the process that was to {work} it was ended before its end, perhaps for want of memory."
        self.keep(host, {"failed": True, "msg": f"{what} {advice}"})

    @property
    def noted(self) -> Noted:
        """What is to be told of connection variables, for the one who tells it."""
        return [(text, self._warned_of[text], count) for text, count in self._warnings.items()]

    def take_noted(self, noted: Noted) -> None:
        """Tell what another process has noted, too."""
        for text, host, count in noted:
            self._warnings[text] += count
            self._warned_of.setdefault(text, host)

    def tell_warnings(self) -> None:
        """What is to be known about connection variables."""
        for text, count in self._warnings.items():
            others = f" and {count - 1} other hosts" if count > 1 else ""
            self._warn(f"{self._warned_of[text]}{others}: {text}")

    def _note(self, endpoint: Endpoint, warning: str) -> None:
        text = warning.removeprefix(f"{endpoint.label}: ").removeprefix(f"{endpoint.inventory_name}: ")
        self._warnings[text] += 1
        self._warned_of.setdefault(text, endpoint.inventory_name)
