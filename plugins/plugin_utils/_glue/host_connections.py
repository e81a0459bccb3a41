# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the connection plugin of a host that the task does not run on: same options, from the host's variables.

Which variable sets which option is read from the documentation of the connection plugin that is installed, so nothing
is listed here. As for a real task: the last variable in that list wins, then keywords of the task or play, then the
command line, the environment, ansible.cfg and the default.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import constants as C
from ansible.config.manager import ensure_type
from ansible.plugins.loader import connection_loader

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
        name = next(name for name in (f"ansible.builtin.{kind}", kind, plugin._load_name) if _definitions(name))
        self.definitions = _definitions(name)
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
                for variable in C.MAGIC_VARIABLE_MAPPING[keyword]
            )
            for option, definition in self.definitions.items()
        }
        self.extras_prefix = f"ansible_{kind}_" if getattr(plugin, "allow_extras", False) else None
        self.base = {
            option: C.config.get_config_value_and_origin(
                option, plugin_type="connection", plugin_name=name, keys=keywords, variables={}
            )
            for option in self.definitions
        }


def _keywords(definition: Mapping[str, Any]) -> frozenset[str]:
    """What ansible-core may call an option besides its name: its keywords and its aliases."""
    return frozenset(
        (*(entry["name"] for entry in definition.get("keyword") or ()), *(definition.get("aliases") or ()))
    )


def _definitions(name: str) -> dict[str, Any]:
    found: dict[str, Any] = C.config.get_configuration_definitions("connection", name)
    return found


class HostConnections:
    """Makes stand-ins for the hosts of a play."""

    def __init__(self, renderer: Renderer, keywords: Mapping[str, Any]) -> None:
        self._renderer = renderer
        self._keywords = keywords
        self._plugins: dict[str, _Plugin] = {}

    def knows(self, host: str) -> bool:
        """Whether the inventory has such a host."""
        return self._renderer.variables(host) is not None

    def of(self, host: str) -> HostConnection:
        """The stand-in for one host. Raises OptionError for what cannot be rendered."""
        raw = self._renderer.variables(host)
        if raw is None:
            raise OptionError(f"{host}: there is no such host in the inventory. Check the name in hosts.")
        kind = self._kind(host, raw)
        if kind not in _KINDS:
            return HostConnection(host, kind, None, raw, self._renderer)
        if kind not in self._plugins:
            self._plugins[kind] = _Plugin(kind, self._keywords)
        return HostConnection(host, kind, self._plugins[kind], raw, self._renderer)

    def _kind(self, host: str, raw: Mapping[str, Any]) -> str:
        name = _value(host, self._renderer, raw, "ansible_connection") if "ansible_connection" in raw else None
        name = str(name or self._keywords.get("connection") or "ssh")
        for prefix in _BUILT_IN:
            name = name.removeprefix(prefix)
        return name


class HostConnection:
    """Answers ``transport`` and ``get_option`` as the connection plugin of the host would."""

    def __init__(
        self, host: str, transport: str, plugin: _Plugin | None, raw: Mapping[str, Any], renderer: Renderer
    ) -> None:
        self.transport = transport
        self._host = host
        self._plugin = plugin
        self._raw = raw
        self._renderer = renderer

    def get_option(self, name: str) -> Any:
        """The value of an option. Raises KeyError for one that the plugin does not have, as the plugin does."""
        return self.get_option_and_origin(name)[0]

    def get_option_and_origin(self, name: str) -> tuple[Any, str]:
        """The value, and where it comes from: a variable, or ``default`` and the like."""
        plugin = self._plugin
        if plugin is None:
            raise KeyError(name)
        if name == "_extras" and plugin.extras_prefix:
            return self._extras(plugin, plugin.extras_prefix), "variables"
        for variable in (*reversed(plugin.variables[name]), *plugin.magic[name]):
            # A variable that is null counts as not set.
            if self._raw.get(variable) is None:
                continue
            value = self._rendered(variable)
            if value is not None:
                return self._typed(value, variable, plugin.definitions[name].get("type")), f"var: {variable}"
        base, source = plugin.base[name]
        return base, str(source)

    def _typed(self, value: Any, variable: str, kind: str | None) -> Any:
        """As the plugin would get it. Raises OptionError for what is not of the type."""
        try:
            return ensure_type(str(value) if kind in _PATHS else value, kind)
        except (TypeError, ValueError):
            # Ansible's own words quote the value, which may be a password.
            meant = _KINDS_IN_WORDS.get(str(kind), f"of type {kind}")
            raise OptionError(f"{self._host}: {variable} must be {meant}. Correct the variable.") from None

    def _extras(self, plugin: _Plugin, prefix: str) -> dict[str, Any]:
        names = [name for name in self._raw if name.startswith(prefix) and name not in plugin.declared]
        return {name: self._rendered(name) for name in names}

    def _rendered(self, variable: str) -> Any:
        return _value(self._host, self._renderer, self._raw, variable)


def _value(host: str, renderer: Renderer, raw: Mapping[str, Any], variable: str) -> Any:
    try:
        return renderer.value(raw, variable)
    except RenderError as error:
        raise OptionError(
            f"{host}: the variable {error}. A connection variable of a host that the task does not run on must come "
            "from the inventory or the command line; variables of the play do not reach it"
        ) from None
