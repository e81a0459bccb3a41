# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory has the options of the module, and its examples can be read. ansible-test compares modules only."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.plugins.loader import inventory_loader

from ansible_collections.winfleet.activation.plugins.inventory import kms_srv
from ansible_collections.winfleet.activation.plugins.module_utils._ad import options as directory_options
from ansible_collections.winfleet.activation.plugins.module_utils._dns import inquiry

NAME = "winfleet.activation.kms_srv"
SPEC = {**inquiry.SPEC, **directory_options.FOREST_SPEC}
SHOWN = list(yaml.safe_load_all(kms_srv.EXAMPLES))


@pytest.fixture
def documented() -> dict[str, Any]:
    plugin = inventory_loader.get(NAME)
    options: dict[str, Any] = constants.config.get_configuration_definitions("inventory", plugin._load_name)
    return options


@pytest.mark.parametrize("option", SPEC)
def test_options_are_those_of_the_module(documented: dict[str, Any], option: str) -> None:
    spec, entry = SPEC[option], documented[option]
    for word in ("type", "elements", "default", "choices", "aliases"):
        assert entry.get(word) == spec.get(word), word


def test_no_option_is_without_a_reader(documented: dict[str, Any]) -> None:
    """What is not the module's is the constructed groups', the cache's, or named here."""
    constructed = {"strict", "compose", "groups", "keyed_groups", "leading_separator", "use_extra_vars"}
    cache = {"cache", *(f"cache_{word}" for word in ("plugin", "timeout", "connection", "prefix"))}
    rest = {name for name in documented if not name.startswith("_")} - constructed - cache - set(SPEC)
    assert rest == {"plugin", "allow_incomplete"}


def test_examples_use_what_there_is(documented: dict[str, Any]) -> None:
    configurations = [example for example in SHOWN if isinstance(example, dict)]
    assert len(configurations) >= 3
    for configuration in configurations:
        assert configuration["plugin"] == NAME
        assert set(configuration) <= set(documented)
