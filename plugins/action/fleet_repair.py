# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plans of all hosts of a play, carried out by one task."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable
from typing import Any, ClassVar

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.utils.display import Display

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.hosts import HostConnections
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.action import FleetAction, parent_watch
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.journal import Journal
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.repair import (
    FleetRepairRequest,
    RepairRun,
    Seen,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.refusal import TaskRefused
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.repair_arguments import (
    REPAIR_ARGUMENTS,
    client_request_of,
    required_policies,
    wishes_of,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.license import POLICY_ARGUMENTS
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.client_settings import ClientRequest
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.fleet_repair import Order
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.rollout import Share


class ActionModule(FleetAction):
    NAME = "fleet_repair"
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        **FleetAction.FLEET_ARGUMENTS,
        "in_flight": {"type": "int", "default": 128},
        "host_timeout": {"type": "float", "default": 300.0},
        **POLICY_ARGUMENTS,
        **REPAIR_ARGUMENTS,
        # What is seen decides, unless the user says so.
        "served": {"type": "bool"},
        "no_kms_host": {"type": "bool", "default": False},
        "audit": {"type": "dict"},
        "client_settings_by_host": {"type": "dict", "default": {}},
        "canary": {"type": "int", "default": 1},
        "max_changes": {"type": "str"},
        "max_failures": {"type": "str", "default": "5"},
        "activations_per_second": {"type": "float", "default": 20.0},
        "journal": {"type": "path"},
        "fail": {"type": "bool", "default": True},
    }

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        arguments["policies"] = required_policies(arguments, self.variables)
        arguments["wishes"] = wishes_of({**arguments, "served": bool(arguments["served"])})
        arguments["settings"] = {
            host: _settings(host, settings) for host, settings in arguments["client_settings_by_host"].items()
        }
        arguments["seen"] = Seen.parse(arguments["audit"])
        if arguments["journal"] is not None and not arguments["journal"].strip():
            raise ValueError("journal is empty. Leave it out for none, or name a file")
        if arguments["canary"] < 0:
            raise ValueError("canary must be 0, for none, or more")
        if not 0 <= arguments["activations_per_second"] < math.inf:
            raise ValueError("activations_per_second must be 0, for any number, or more")
        for name in ("max_changes", "max_failures"):
            text = arguments[name]
            arguments[name] = None if text is None else Share.parse(name, text)

    def work(self, hosts: tuple[str, ...], connections: HostConnections, arguments: dict[str, Any]) -> dict[str, Any]:
        _refuse_strangers("hosts", (host for host in hosts if not connections.knows(host)), "in the inventory")
        _refuse_strangers("client_settings_by_host", arguments["settings"].keys() - set(hosts), "among the hosts")
        request = FleetRepairRequest(
            hosts=hosts,
            policies=arguments["policies"],
            wishes=arguments["wishes"],
            order=Order(
                self.bounds(arguments),
                arguments["canary"],
                arguments["max_failures"],
                arguments["activations_per_second"],
                bool(self._task.check_mode),
            ),
            served=arguments["served"],
            no_kms_host=arguments["no_kms_host"],
            require_activation=arguments["require_activation"],
            office=arguments["office"],
            max_changes=arguments["max_changes"],
            fail=arguments["fail"],
            seen=arguments["seen"],
            settings=arguments["settings"],
            processes=arguments["processes"],
        )
        with contextlib.ExitStack() as stack:
            path = arguments["journal"]
            journal = stack.enter_context(Journal(path)) if path and not self._task.check_mode else None
            run = RepairRun(
                request,
                connections,
                lambda total, what: self.progress(total, arguments, what),
                Display().warning,
                journal,
                parent_watch(),
            )
            result = run.run()
        if self._task.diff:
            result["diff"] = [
                {"before": one["before"], "after": one["after"], "before_header": host, "after_header": host}
                for host, one in result["hosts"].items()
                if one["changed"] and {"before", "after"} <= one.keys()
            ]
        return result


def _refuse_strangers(option: str, names: Iterable[str], where: str) -> None:
    strangers = sorted(names)
    if strangers:
        raise TaskRefused(f"{option} names {', '.join(strangers[:5])}: not {where}. Nothing was changed.")


def _settings(host: str, settings: Any) -> ClientRequest | None:
    """Those of one host, checked as the option for all is. Raises ValueError."""
    spec = {"client_settings": REPAIR_ARGUMENTS["client_settings"]}
    outcome = ArgumentSpecValidator(spec).validate({"client_settings": settings})
    if outcome.error_messages:
        raise ValueError(f"client_settings_by_host of {host}: {outcome.errors.msg}")
    try:
        return client_request_of(outcome.validated_parameters["client_settings"])
    except ValueError as error:
        raise ValueError(f"client_settings_by_host of {host}: {error}") from None
