# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbook or the command line says for the connections of all hosts.

ansible-core has put the variables of the task's own host into the task and the play context by the time an action runs.
What one host has is for that host only: here it is told apart from what was said for all. This is the one file that
knows how ansible-core keeps the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import constants as C

# What the play context holds and the task does not.
_OF_THE_PLAY_CONTEXT = ("password", "timeout")


def connection_keywords(task: Any, play_context: Any, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keywords that connection options of every host may come from. ``variables`` are those of the task.

    A password that was typed is for all hosts without one of their own. Where a variable of the task's own host has
    taken its place, it cannot be told any more, and is left out.
    """
    keywords: dict[str, Any] = dict(task.dump_attrs())
    own = _variables_of_the_task_host(task, variables)
    for attribute in _OF_THE_PLAY_CONTEXT:
        value = getattr(play_context, attribute)
        if value and not any(name in own for name in C.MAGIC_VARIABLE_MAPPING[attribute]):
            keywords[attribute] = value
    keywords["connection"] = _connection(task, keywords.get("connection"))
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
    source = task.get_ds()
    if isinstance(source, Mapping) and "connection" in source:
        return loaded
    return getattr(getattr(task, "_parent", None), "connection", loaded)
