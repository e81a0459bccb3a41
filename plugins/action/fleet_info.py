# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""License reports of all hosts of a play, read by one task."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from typing import Any, ClassVar

from ansible.utils.display import Display

from ansible_collections.winfleet.activation.plugins.module_utils._identity import ApprovedHosts
from ansible_collections.winfleet.activation.plugins.module_utils._kms import endpoints_of_records
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.hosts import HostConnections
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fact_cache import FactCache, FactCacheError
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.action import FleetAction, parent_watch
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.audit import FleetRun
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.diagnosis import FleetDiagnosis
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.reading import AuditRequest
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.resume import ResumeFile
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.kms_host_facts import Inventory
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.network_facts import Network
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.license import (
    POLICY_ARGUMENTS,
    policies_of,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.published_records import Publication

_HOUR = 3600.0
# For a name server or a port; a host may have longer.
_LONGEST_QUESTION = 15.0


class ActionModule(FleetAction):
    NAME = "fleet_info"
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        **FleetAction.FLEET_ARGUMENTS,
        **POLICY_ARGUMENTS,
        "office": {"type": "bool", "default": False},
        "published_hosts": {"type": "list", "elements": "str", "default": []},
        "published": {"type": "dict"},
        "permissions": {"type": "dict", "default": {}},
        "others": {"type": "dict", "default": {}},
        "diagnose": {"type": "bool", "default": False},
        "nameservers": {"type": "list", "elements": "str", "default": []},
        "server_port": {"type": "int", "default": 53},
        "resume_file": {"type": "path"},
        "resume_hours": {"type": "float", "default": 24.0},
        "cacheable": {"type": "bool", "default": False},
    }

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        arguments["policies"] = policies_of(arguments, self.variables)
        given, names = arguments["published"], endpoints_of_records(arguments["published_hosts"])
        arguments["publication"] = Publication.parse(given) if given else None
        shown = arguments["publication"].targets.endpoints if given else ()
        arguments["published_names"] = ApprovedHosts(tuple(dict.fromkeys((*names, *shown))))
        arguments["network"] = Network(
            nameservers=tuple(arguments["nameservers"]),
            server_port=arguments["server_port"],
            timeout=min(arguments["host_timeout"], _LONGEST_QUESTION),
        )

    def work(self, hosts: tuple[str, ...], connections: HostConnections, arguments: dict[str, Any]) -> dict[str, Any]:
        request = AuditRequest(
            hosts=hosts,
            policies=arguments["policies"],
            bounds=self.bounds(arguments),
            office=arguments["office"],
            published=arguments["published_names"],
            publication=arguments["publication"],
            permissions=arguments["permissions"],
            others=arguments["others"],
            processes=arguments["processes"],
        )
        cache = FactCache.configured(time.time) if arguments["cacheable"] else None
        with contextlib.ExitStack() as stack:
            resume = self._resume_file(arguments)
            if resume is not None:
                stack.enter_context(resume)
            progress = self.progress(len(hosts), arguments)
            run = FleetRun(request, connections, progress, Display().warning, resume, parent_watch())
            result = run.run()
        if arguments["diagnose"]:
            self._diagnose(result, arguments, connections)
        if cache is not None:
            self._keep(cache, result)
        return result

    def _diagnose(self, result: dict[str, Any], arguments: dict[str, Any], connections: HostConnections) -> None:
        bounds = self.bounds(arguments)
        summary = result["summary"]
        if bounds.deadline is not None:
            bounds = replace(bounds, deadline=max(0.0, bounds.deadline - summary["seconds"]))
        began = time.monotonic()
        inventory = Inventory(self.inventory, connections)
        diagnosis = FleetDiagnosis(arguments["policies"], arguments["network"], inventory, bounds)
        summary["diagnosed"], requests = diagnosis.add(result["hosts"])
        summary["requests"] += requests
        summary["seconds"] = round(summary["seconds"] + time.monotonic() - began, 1)

    def _resume_file(self, arguments: dict[str, Any]) -> ResumeFile | None:
        path = arguments["resume_file"]
        if path is None:
            return None
        question = {name: arguments[name] for name in ("office", *POLICY_ARGUMENTS)}
        return ResumeFile(path, question, arguments["resume_hours"] * _HOUR, time.time)

    def _keep(self, cache: FactCache, result: dict[str, Any]) -> None:
        """Into the fact cache. What was read is not thrown away because the cache is full."""
        try:
            cache.keep(result["hosts"])
        except FactCacheError as error:
            Display().warning(str(error))
