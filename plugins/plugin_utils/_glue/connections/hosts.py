# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the connection plugin of a host that the task does not run on: same options, from the host's variables.

Which variable sets which option is read from the documentation of the connection plugin that is installed, so nothing
is listed here. As for a real task: the last variable in that list wins, then keywords of the task or play, then the
command line, the environment, ansible.cfg and the default.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible.config.manager import ensure_type
from ansible.plugins.loader import connection_loader

from .. import ansible_inside
from .keywords import PerHost, connection_keywords
from .option_reader import OptionError
from .rendering import Renderer, RenderError

_BUILT_IN = ("ansible.builtin.", "ansible.legacy.")
_KINDS = frozenset({"winrm", "psrp"})
_KINDS_IN_WORDS = {"int": "a whole number", "integer": "a whole number", "str": "text", "bool": "true or false"}
_OLD_KEYWORDS = frozenset({"password", "timeout"})
_PATHS = frozenset({"path", "pathlist", "pathspec", "tmp", "temppath"})


class _Plugin:
    """What one kind of connection plugin says of its options, and what they are without any variable."""

    def __init__(self, kind: str, keywords: Mapping[str, Any]) -> None:
        plugin = connection_loader.get(f"ansible.builtin.{kind}", class_only=True)
        names = ansible_inside.names_of_plugin(kind, plugin)
        name = next((name for name in names if ansible_inside.option_definitions(name)), kind)
        self.definitions = ansible_inside.option_definitions(name)
        self.variables = {
            option: tuple(str(entry["name"]) for entry in definition.get("vars") or ())
            for option, definition in self.definitions.items()
        }
        self.declared = frozenset(name for names in self.variables.values() for name in names)
        # Names from before there were options, which ansible-core hands to a plugin as keywords.
        self.magic = {
            option: tuple(
                variable
                for keyword in _keywords(definition) & _OLD_KEYWORDS
                for variable in ansible_inside.old_variables(keyword)
            )
            for option, definition in self.definitions.items()
        }
        #: The keywords of a task that an option may come from.
        self.keywords = {option: _keywords(definition) for option, definition in self.definitions.items()}
        self.extras_prefix = f"ansible_{kind}_" if getattr(plugin, "allow_extras", False) else None
        self.base = {
            option: ansible_inside.option_without_variables(option, name, keywords) for option in self.definitions
        }


def _keywords(definition: Mapping[str, Any]) -> frozenset[str]:
    """What ansible-core may call an option besides its name: its keywords and its aliases."""
    return frozenset(
        (*(entry["name"] for entry in definition.get("keyword") or ()), *(definition.get("aliases") or ()))
    )


class HostConnections:
    """Makes stand-ins for the hosts of a play."""

    def __init__(self, renderer: Renderer, keywords: Mapping[str, Any]) -> None:
        self._renderer = renderer
        self._keywords = {name: value for name, value in keywords.items() if not isinstance(value, PerHost)}
        self._templates = {name: value.template for name, value in keywords.items() if isinstance(value, PerHost)}
        self._plugins: dict[str, _Plugin] = {}

    @classmethod
    def of_task(cls, task: Any, play_context: Any, templar: Any, variables: Mapping[str, Any]) -> HostConnections:
        """As a task has them. ``variables`` are those of the task."""
        return cls(Renderer(templar, variables["hostvars"]), connection_keywords(task, play_context, variables))

    def knows(self, host: str) -> bool:
        """Whether the inventory has such a host."""
        return self._renderer.knows(host)

    def of(self, host: str) -> HostConnection:
        """The stand-in for one host. Raises OptionError for what cannot be rendered."""
        raw = self._renderer.variables(host)
        if raw is None:
            raise OptionError(f"{host}: there is no such host in the inventory. Check the name in hosts.")
        source = _Source(host, raw, self._renderer, self._templates)
        kind = self._kind(source)
        if kind in _KINDS and kind not in self._plugins:
            self._plugins[kind] = _Plugin(kind, self._keywords)
        return HostConnection(kind, self._plugins.get(kind), source)

    def _kind(self, source: _Source) -> str:
        name = source.variable("ansible_connection") or source.keyword("connection")
        name = str(name or self._keywords.get("connection") or "ssh")
        for prefix in _BUILT_IN:
            name = name.removeprefix(prefix)
        return name


@dataclass(frozen=True)
class _Source:
    """Where the values of one host come from, each rendered for this host. What cannot be is an OptionError."""

    host: str
    raw: Mapping[str, Any]
    renderer: Renderer
    templates: Mapping[str, str]

    def variable(self, name: str) -> Any:
        """A variable; None for one that is null or not there, which ansible-core takes for the same."""
        if self.raw.get(name) is None:
            return None
        with self._told("the variable "):
            return self.renderer.value(self.raw, name)

    def keyword(self, name: str) -> Any:
        """A keyword of the task that is a template; None for any other."""
        template = self.templates.get(name)
        if template is None:
            return None
        with self._told(f"the keyword {name}: "):
            return self.renderer.text(self.raw, template)

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except RenderError as error:
            raise OptionError(
                f"{self.host}: {what}{error}. A connection variable of a host that the task does not run on must come "
                "from the inventory or the command line; variables of the play do not reach it"
            ) from None


class HostConnection:
    """Answers ``transport`` and ``get_option`` as the connection plugin of the host would."""

    def __init__(self, transport: str, plugin: _Plugin | None, source: _Source) -> None:
        self.transport = transport
        #: Whether somebody chose this kind of connection for this host.
        self.chosen = source.variable("ansible_connection") is not None
        self._plugin = plugin
        self._source = source
        # All of them, as the plugin does: what is wrong in one that nobody reads is wrong in both ways.
        self._values = {name: self._value(plugin, name) for name in plugin.definitions} if plugin else {}

    def get_option(self, name: str) -> Any:
        """The value of an option. Raises KeyError for one that the plugin does not have, as the plugin does."""
        return self.get_option_and_origin(name)[0]

    def get_option_and_origin(self, name: str) -> tuple[Any, str]:
        """The value, and where it comes from: a variable, or ``default`` and the like."""
        if name == "_extras" and self._plugin is not None and self._plugin.extras_prefix:
            return self._extras(self._plugin, self._plugin.extras_prefix), "variables"
        return self._values[name]

    def _value(self, plugin: _Plugin, name: str) -> tuple[Any, str]:
        definition = plugin.definitions[name]
        for variable in (*reversed(plugin.variables[name]), *plugin.magic[name]):
            value = self._source.variable(variable)
            if value is not None:
                return self._meant(value, variable, definition), f"var: {variable}"
        for keyword in plugin.keywords[name]:
            value = self._source.keyword(keyword)
            if value is not None:
                return self._meant(value, keyword, definition), f"keyword: {keyword}"
        base, origin = plugin.base[name]
        return base, str(origin)

    def _meant(self, value: Any, name: str, definition: Mapping[str, Any]) -> Any:
        """As the plugin would get it. Raises OptionError for what is not of the type, or not among the choices."""
        kind, choices = definition.get("type"), definition.get("choices")
        try:
            typed = ensure_type(str(value) if kind in _PATHS and isinstance(value, str) else value, kind)
        except (TypeError, ValueError, OverflowError):
            # Ansible's own words quote the value, which may be a password.
            meant = _KINDS_IN_WORDS.get(str(kind), f"of type {kind}")
            raise OptionError(f"{self._source.host}: {name} must be {meant}. Correct the variable.") from None
        if choices and typed not in choices:
            # Nor is it quoted here: anything may be pasted into the wrong line.
            raise OptionError(f"{self._source.host}: {name} must be {' or '.join(choices)}. Correct the variable.")
        return typed

    def _extras(self, plugin: _Plugin, prefix: str) -> dict[str, Any]:
        names = [name for name in self._source.raw if name.startswith(prefix) and name not in plugin.declared]
        return {name: self._source.variable(name) for name in names}
