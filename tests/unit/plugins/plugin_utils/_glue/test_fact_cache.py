# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results in a cache plugin: one fact a host, beside those that are there."""

from __future__ import annotations

from typing import Any

import pytest
from ansible import constants as C

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fact_cache import FactCache, FactCacheError

READ = {"changed": False, "role": "kms_host", "verdict": "kms_unapproved"}
LOST = {"changed": False, "unreachable": True, "msg": "refused"}


class Plugin:
    """A cache plugin as ansible-core has them: a host without facts is a KeyError."""

    def __init__(self, facts: dict[str, dict[str, Any]]) -> None:
        self.facts = facts

    def get(self, key: str) -> dict[str, Any]:
        return self.facts[key]

    def set(self, key: str, value: dict[str, Any]) -> None:
        self.facts[key] = value


def test_every_host_has_its_own_result_and_keeps_other_facts() -> None:
    plugin = Plugin({"srv01": {"rack": "r7", "winfleet_activation": {"verdict": "kms_client_ok"}}})
    FactCache(plugin, lambda: 0.0).keep({"srv01": READ, "srv02": LOST})
    at = {"audited_at": "1970-01-01T00:00:00+00:00"}
    assert plugin.facts == {
        "srv01": {
            "rack": "r7",
            "winfleet_activation": {**READ, "groups": ["role_kms_host", "kms_unapproved"], **at},
        },
        "srv02": {"winfleet_activation": {**LOST, "groups": ["unreachable"], **at}},
    }


@pytest.mark.parametrize("facts", [None, [], "text"])
def test_what_is_no_fact_is_replaced(facts: Any) -> None:
    plugin = Plugin({"srv01": facts})
    FactCache(plugin, lambda: 0.0).keep({"srv01": LOST})
    assert list(plugin.facts["srv01"]) == ["winfleet_activation"]


def test_a_full_cache_is_named() -> None:
    class Full(Plugin):
        def set(self, key: str, value: dict[str, Any]) -> None:
            raise OSError("no space left")

    with pytest.raises(FactCacheError, match=r"srv01: no space left"):
        FactCache(Full({}), lambda: 0.0).keep({"srv01": READ})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("memory", "lasts for this run only"),
        ("ansible.builtin.memory", "lasts for this run only"),
        ("nosuch.cache.plugin", "nosuch"),
    ],
)
def test_a_cache_that_keeps_nothing_is_an_error(name: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(C, "CACHE_PLUGIN", name)
    with pytest.raises(FactCacheError, match=words):
        FactCache.configured(lambda: 0.0)
