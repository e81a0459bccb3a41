# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""License reports of all hosts of a play, read by one process."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.winfleet.activation.plugins.module_utils._identity import ApprovedHosts
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import open_session
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fact_cache import FactCache, FactCacheError
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet import (
    FleetRun,
    Request,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet_diagnosis import FleetDiagnosis
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.host_connections import HostConnections
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.keywords import connection_keywords
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.kms_host_facts import Inventory
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.license_result import (
    POLICY_ARGUMENTS,
    policy_of,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.network_facts import Network
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.progress import Progress
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.rendering import Renderer
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.resume import ResumeError, ResumeFile
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.fleet import Bounds

_HOUR = 3600.0


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    BYPASS_HOST_LOOP = True
    _requires_connection = False
    _supports_async = False

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "hosts": {"type": "list", "elements": "str"},
        "office": {"type": "bool", "default": False},
        "published_hosts": {"type": "list", "elements": "str", "default": []},
        "diagnose": {"type": "bool", "default": False},
        "nameservers": {"type": "list", "elements": "str", "default": []},
        "server_port": {"type": "int", "default": 53},
        **POLICY_ARGUMENTS,
        "in_flight": {"type": "int", "default": 256},
        "host_timeout": {"type": "float", "default": 60.0},
        "deadline": {"type": "float"},
        "max_refusals": {"type": "int", "default": 3},
        "progress": {"type": "float", "default": 10.0},
        "resume_file": {"type": "path"},
        "resume_hours": {"type": "float", "default": 24.0},
        "cacheable": {"type": "bool", "default": False},
    }

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self._arguments()
        variables = task_vars or {}
        request = Request(
            hosts=tuple(dict.fromkeys(map(str, arguments["hosts"] or variables["ansible_play_batch"]))),
            policy=arguments["policy"],
            bounds=Bounds(
                arguments["in_flight"], arguments["host_timeout"], arguments["deadline"], arguments["max_refusals"]
            ),
            office=arguments["office"],
            published=arguments["published"],
        )
        keywords = connection_keywords(self._task, self._play_context, variables)
        connections = HostConnections(Renderer(self._templar, variables["hostvars"]), keywords)
        try:
            cache = FactCache.configured(time.time) if arguments["cacheable"] else None
            with contextlib.ExitStack() as stack:
                resume = self._resume_file(arguments)
                if resume is not None:
                    stack.enter_context(resume)
                progress = Progress(len(request.hosts), arguments["progress"], self._say, time.monotonic)
                run = FleetRun(request, connections, progress, Display().warning, resume, _parent_watch())
                result.update(run.run())
            if arguments["diagnose"]:
                self._diagnose(result, arguments, connections, variables)
            if cache is not None:
                self._keep(cache, result)
        except (FactCacheError, ResumeError) as error:
            raise AnsibleActionFail(str(error)) from None
        return result

    def _diagnose(
        self, result: dict[str, Any], arguments: dict[str, Any], connections: HostConnections, variables: dict[str, Any]
    ) -> None:
        network = Network(nameservers=tuple(arguments["nameservers"]), server_port=arguments["server_port"])
        inventory = Inventory(tuple(map(str, variables["hostvars"])), connections, open_session)
        diagnosis = FleetDiagnosis(arguments["policy"], network, inventory)
        result["summary"]["diagnosed"] = diagnosis.add(result["hosts"])

    def _arguments(self) -> dict[str, Any]:
        outcome = ArgumentSpecValidator(self.ARGUMENTS).validate(dict(self._task.args))
        if outcome.error_messages:
            raise AnsibleActionFail(outcome.errors.msg)
        arguments: dict[str, Any] = dict(outcome.validated_parameters)
        if arguments["in_flight"] < 1:
            raise AnsibleActionFail("in_flight must be at least 1")
        if arguments["max_refusals"] < 0:
            raise AnsibleActionFail("max_refusals must be 0, for any number, or more")
        if not 1 <= arguments["server_port"] <= 65535:
            raise AnsibleActionFail("server_port must be between 1 and 65535")
        for name in ("host_timeout", "deadline"):
            if arguments[name] is not None and arguments[name] <= 0:
                raise AnsibleActionFail(f"{name} must be more than 0 seconds")
        try:
            arguments["policy"] = policy_of(arguments)
            arguments["published"] = ApprovedHosts.parse(arguments["published_hosts"])
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from None
        return arguments

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

    def _say(self, line: str) -> None:
        Display().display(f"fleet_info: {line}")


def _parent_watch() -> Callable[[], bool]:
    """Whether ansible-playbook has died since: its workers live in sessions of their own, and read on for nobody."""
    parent = os.getppid()
    return lambda: os.getppid() != parent
