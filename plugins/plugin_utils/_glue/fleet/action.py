# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of a task that works on all hosts of a play at once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..._operations.fleet import Bounds
from .. import tracing
from ..arguments import validated
from ..connections.hosts import HostConnections
from ..refusal import TaskRefused
from .progress import Progress

Result = dict[str, Any]


class FleetAction(ActionBase):
    """Base of these plugins. A subclass names its arguments, checks them, and does the work."""

    TRANSFERS_FILES = False
    BYPASS_HOST_LOOP = True
    _requires_connection = False
    _supports_async = False

    #: The name of the module, before each line of its progress.
    NAME: ClassVar[str]

    #: The names of all hosts of the inventory.
    inventory: tuple[str, ...]
    #: The variables of the task.
    variables: Result
    ARGUMENTS: ClassVar[dict[str, Any]] = {}

    #: What all of them have in common.
    FLEET_ARGUMENTS: ClassVar[dict[str, Any]] = {
        "hosts": {"type": "list", "elements": "str"},
        "in_flight": {"type": "int", "default": 256},
        "processes": {"type": "int"},
        "host_timeout": {"type": "float", "default": 60.0},
        "deadline": {"type": "float"},
        "max_refusals": {"type": "int", "default": 3},
        "progress": {"type": "float", "default": 10.0},
    }

    def check_arguments(self, arguments: Result) -> None:
        """Refuse bad arguments before anything is connected, by raising ValueError. Override where needed."""

    def work(self, hosts: tuple[str, ...], connections: HostConnections, arguments: Result) -> Result:
        """Do it. Raises TaskRefused. Override this."""
        raise NotImplementedError

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> Result:
        result: Result = super().run(tmp, task_vars)
        variables = self.variables = task_vars or {}
        try:
            arguments = self._arguments()
            self.inventory = tuple(map(str, variables["hostvars"]))
            named = variables["ansible_play_batch"] if arguments["hosts"] is None else arguments["hosts"]
            hosts = tuple(dict.fromkeys(map(str, named)))
            tracing.begin()
            connections = HostConnections.of_task(self._task, self._play_context, self._templar, variables)
            result.update(self.work(hosts, connections, arguments))
        except TaskRefused as error:
            raise AnsibleActionFail(str(error)) from None
        return result

    def _arguments(self) -> Result:
        arguments = validated(self._task.args, self.ARGUMENTS)
        try:
            _check_bounds(arguments)
            self.check_arguments(arguments)
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from None
        return arguments

    def bounds(self, arguments: Result) -> Bounds:
        """How much at once, and how long."""
        return Bounds(
            arguments["in_flight"], arguments["host_timeout"], arguments["deadline"], arguments["max_refusals"]
        )

    def progress(self, total: int, arguments: Result, what: str = "") -> Progress:
        """A line now and then. ``what`` is what is being done, where a task does more than one thing."""
        return Progress(total, arguments["progress"], lambda line: self.say(f"{what}{line}"), time.monotonic)

    def say(self, line: str) -> None:
        """A line for whoever watches."""
        Display().display(f"{self.NAME}: {line}")


def _check_bounds(arguments: Result) -> None:
    if arguments["hosts"] is not None and not any(host.strip() for host in map(str, arguments["hosts"])):
        raise ValueError("hosts is empty. Leave it out for all hosts of the play, or name some")
    if arguments["in_flight"] < 1:
        raise ValueError("in_flight must be at least 1")
    if arguments["processes"] is not None and arguments["processes"] < 1:
        raise ValueError("processes must be at least 1; leave it out for as many as help")
    if arguments["max_refusals"] < 0:
        raise ValueError("max_refusals must be 0, for any number, or more")
    for name in ("host_timeout", "deadline"):
        if arguments[name] is not None and not 0 < arguments[name] < float("inf"):
            raise ValueError(f"{name} must be more than 0 seconds")


def parent_watch() -> Callable[[], bool]:
    """Whether ansible-playbook has died since: its workers live in sessions of their own, and go on for nobody."""
    parent = os.getppid()
    return lambda: os.getppid() != parent
