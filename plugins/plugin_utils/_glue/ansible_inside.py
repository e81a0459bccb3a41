# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is used of ansible-core that it promises to nobody. It is named here and nowhere else.

Connection variables of hosts that a task does not run on have no public way to them. Each function below is one thing
that is taken from inside; what some release does not have is told by its name before anything is sent, or done without
where that can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import constants as C
from ansible import context
from ansible.errors import AnsibleActionFail
from ansible.release import __version__

try:
    from ansible.template import is_trusted_as_template, trust_as_template
except ImportError:  # ansible-core before 2.19 marks what must not be rendered instead
    from ansible.utils.unsafe_proxy import AnsibleUnsafe

    def is_trusted_as_template(value: object) -> bool:
        """Whether a text may be rendered."""
        return not isinstance(value, AnsibleUnsafe)

    def trust_as_template(value: str) -> str:
        """A text that may be rendered."""
        return value


__all__ = ["is_trusted_as_template", "trust_as_template"]

#: Everything that is taken from inside, by the class of ansible-core that has it. A test finds no other.
INSIDE = {
    "constants": ("MAGIC_VARIABLE_MAPPING", "config"),
    "ConfigManager": ("get_configuration_definitions", "get_config_value_and_origin"),
    "context": ("CLIARGS",),
    "Task": ("dump_attrs", "get_ds", "_ds", "_parent"),
    "PlayContext": ("password", "timeout"),
    "HostVars": ("raw_get",),
    "Templar": ("copy_with_new_env", "available_variables", "template"),
    "ConnectionBase": ("_load_name",),
    "AnsibleValueOmittedError": ("__name__",),
}
_TESTED = "2.17 to 2.21"


def require(what: str, owner: Any, *names: str) -> None:
    """Raises AnsibleActionFail with the names that an object of ansible-core lacks in this release."""
    missing = [f"{what}.{name}" for name in names if not hasattr(owner, name)]
    if missing:
        raise AnsibleActionFail(
            f"ansible-core {__version__} no longer has {' and '.join(missing)}, which this module needs to read "
            f"the connection variables of other hosts. It is tested with ansible-core {_TESTED}: use one "
            "of these, or a newer release of winfleet.activation."
        )


# --- the task, and what the play says


def keywords_of(task: Any) -> dict[str, Any]:
    """The keywords of the task, those it has from block, play and command line included, as they were resolved."""
    require("Task", task, "dump_attrs")
    return dict(task.dump_attrs())


def written(task: Any, keyword: str) -> Any:
    """A keyword of the task or of a block around it as somebody wrote it; None where neither has it.

    What the task holds was rendered for the host that it runs on.
    """
    level = task
    while level is not None:
        source = level.get_ds() if hasattr(level, "get_ds") else None
        if isinstance(source, Mapping) and source.get(keyword) is not None:
            return source[keyword]
        level = getattr(level, "_parent", None)
    return None


def inherited(task: Any, keyword: str, otherwise: Any) -> Any:
    """What block, play or command line say, where ansible-core has put something else into the task."""
    return getattr(getattr(task, "_parent", None), keyword, otherwise)


def source_of(task: Any) -> Any:
    """The lines of the playbook that a task was made of."""
    return task.get_ds() if hasattr(task, "get_ds") else None


def replace_source(task: Any, source: Any) -> None:
    """Let messages of ansible-core quote these lines instead."""
    task._ds = source


def of_play_context(play_context: Any, keyword: str) -> Any:
    """What was typed, which the task does not hold."""
    require("PlayContext", play_context, keyword)
    return getattr(play_context, keyword)


def old_variables(keyword: str) -> tuple[str, ...]:
    """The variables that ansible-core hands to a connection plugin as this keyword."""
    require("constants", C, "MAGIC_VARIABLE_MAPPING")
    return tuple(C.MAGIC_VARIABLE_MAPPING.get(keyword, ()))


def files_of_command_line() -> tuple[str, ...]:
    """The files of ``-e @FILE``, as they were typed; none where Ansible was not started by a command."""
    given = getattr(context, "CLIARGS", {}).get("extra_vars") or ()
    return tuple(str(one)[1:] for one in given if str(one).startswith("@"))


# --- the variables of other hosts


def raw_variables(hostvars: Any, host: str) -> Mapping[str, Any]:
    """The variables of a host as they are written."""
    raw: Mapping[str, Any] = hostvars.raw_get(host)
    return raw


def is_in_inventory(task_variables: Mapping[str, Any], host: str, variable: str) -> bool:
    """Whether somebody gave a host this variable. ansible-core puts those of the connection among a task's own."""
    hostvars = task_variables.get("hostvars")
    if hostvars is None or not hasattr(hostvars, "raw_get") or host not in hostvars:
        return True
    return variable in raw_variables(hostvars, host)


def own_templar(templar: Any, hostvars: Any) -> Any:
    """A templar beside that of the task, for the variables of one host after another."""
    require("HostVars", hostvars, "raw_get")
    require("Templar", templar, "copy_with_new_env", "available_variables", "template")
    return templar.copy_with_new_env(available_variables={})


def rendered(templar: Any, variables: Mapping[str, Any], value: Any) -> Any:
    """What Ansible makes of a value. Raises whatever it raises."""
    templar.available_variables = variables
    return templar.template(value)


def is_omitted(error: Exception) -> bool:
    """Whether an error of rendering says that the value is to be as if it were not there."""
    return type(error).__name__ == "AnsibleValueOmittedError"


# --- the connection plugins


def option_definitions(name: str) -> dict[str, Any]:
    """What a connection plugin documents of its options; nothing for a name that ansible-core does not know it by."""
    require("constants", C, "config")
    require("ConfigManager", C.config, "get_configuration_definitions", "get_config_value_and_origin")
    found: dict[str, Any] = C.config.get_configuration_definitions("connection", name)
    return found


def option_without_variables(option: str, name: str, keywords: Mapping[str, Any]) -> tuple[Any, Any]:
    """Value and origin of an option for which no variable is set: keyword, command line, environment, file, default."""
    value, origin = C.config.get_config_value_and_origin(
        option, plugin_type="connection", plugin_name=name, keys=keywords, variables={}
    )
    return value, origin


def names_of_plugin(kind: str, plugin: Any) -> tuple[str, ...]:
    """The names by which ansible-core may know a connection plugin, the likeliest first."""
    return (f"ansible.builtin.{kind}", kind, str(getattr(plugin, "_load_name", kind)))
