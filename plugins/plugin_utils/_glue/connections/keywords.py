# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbook or the command line says for the connections of all hosts.

ansible-core has put the variables of the task's own host into the task and the play context by the time an action runs.
What one host has is for that host only: here it is told apart from what was said for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import ansible_inside
from .rendering import is_template

# What the play context holds and the task does not.
_OF_THE_PLAY_CONTEXT = ("password", "timeout")
# What the connection plugins take from a task, by the names that tasks have for it.
_OF_THE_TASK = ("remote_user", "port", "connection")


@dataclass(frozen=True)
class PerHost:
    """A keyword that is a template. The task holds what it comes to on the host that the task runs on."""

    template: str


def connection_keywords(task: Any, play_context: Any, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keywords that connection options of every host may come from. ``variables`` are those of the task.

    A password that was typed is for all hosts without one of their own. Where a variable of the task's own host has
    taken its place, it cannot be told any more, and is left out. A template is a PerHost.
    """
    keywords = ansible_inside.keywords_of(task)
    own = _variables_of_the_task_host(task, variables)
    for attribute in _OF_THE_PLAY_CONTEXT:
        value = ansible_inside.of_play_context(play_context, attribute)
        if value and not any(name in own for name in ansible_inside.old_variables(attribute)):
            keywords[attribute] = value
    keywords["connection"] = _connection(task, keywords.get("connection"))
    for name in _OF_THE_TASK:
        written = ansible_inside.written(task, name)
        if is_template(written):
            keywords[name] = PerHost(written)
    keywords.pop("retries", None)
    return keywords


def _variables_of_the_task_host(task: Any, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """Those that ansible-core takes connection settings from: of the host that the task is delegated to, if it is."""
    if task.delegate_to is None:
        return variables
    delegated: Mapping[str, Any] = variables.get("ansible_delegated_vars", {}).get(task.delegate_to, {})
    return delegated


def _connection(task: Any, loaded: Any) -> Any:
    """The kind of connection as task, play or command line give it; ansible-core replaces it by the loaded plugin."""
    written = ansible_inside.written(task, "connection")
    return written if written is not None else ansible_inside.inherited(task, "connection", loaded)
