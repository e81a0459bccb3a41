# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of many hosts in the fact cache that the user has configured, one fact a host.

A task that runs once for all hosts can only return facts that all of them share; with a cache on disk that would be the
whole fleet in every host's file. So the cache plugin is asked directly, as ansible-core itself does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.plugins.loader import cache_loader

from .refusal import TaskRefused
from .results.fleet import groups_of_host

Result = dict[str, Any]

#: The name of the fact.
FACT = "winfleet_activation"

_MEMORY = ("memory", "ansible.builtin.memory")


class FactCacheError(TaskRefused):
    """There is no cache that would keep anything. The text says what to do."""


class FactCache:
    """The configured cache. ``plugin`` is a cache plugin of Ansible, ``clock`` gives seconds since the epoch."""

    def __init__(self, plugin: Any, clock: Callable[[], float]) -> None:
        self._plugin = plugin
        self._clock = clock

    @classmethod
    def configured(cls, clock: Callable[[], float]) -> FactCache:
        """The cache that ansible.cfg or the environment names."""
        name = str(C.CACHE_PLUGIN)
        if name in _MEMORY:
            raise FactCacheError(
                "cacheable=true needs a persistent fact cache, but the configured one lasts for this run only. Set "
                "fact_caching and fact_caching_connection in ansible.cfg, for example jsonfile and a folder."
            )
        try:
            plugin = cache_loader.get(name)
        except AnsibleError as error:
            raise _unusable(name, error) from None
        if plugin is None:
            # ansible-core before 2.19 says it so.
            raise _unusable(name, "there is no such plugin")
        return cls(plugin, clock)

    def keep(self, hosts: Mapping[str, Result]) -> None:
        """One fact for every host, beside those that are there. Raises FactCacheError when the cache takes none."""
        audited_at = datetime.fromtimestamp(self._clock(), timezone.utc).isoformat(timespec="seconds")
        for host, result in hosts.items():
            fact = {**result, "groups": list(groups_of_host(result)), "audited_at": audited_at}
            try:
                self._plugin.set(str(host), {**self._facts(host), FACT: fact})
            except (AnsibleError, OSError) as error:
                raise FactCacheError(f"the fact cache did not accept the facts of {host}: {error}") from None

    def _facts(self, host: str) -> Mapping[str, Any]:
        try:
            facts = self._plugin.get(str(host))
        except KeyError:
            return {}
        return facts if isinstance(facts, Mapping) else {}


def _unusable(name: str, reason: object) -> FactCacheError:
    return FactCacheError(f"the fact cache plugin {name} cannot be used: {reason}. Check fact_caching in ansible.cfg.")
