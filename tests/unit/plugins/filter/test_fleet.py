# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter ``fleet_groups``."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.winfleet.activation.plugins.filter.fleet import FilterModule

fleet_groups = FilterModule().filters()["fleet_groups"]


def test_hosts_are_in_lists_by_what_is_to_be_done() -> None:
    assert fleet_groups(
        {
            "b": {"role": "kms_client", "verdict": "kms_client_ok"},
            "a": {"role": "kms_client", "verdict": "kms_client_ok"},
            "c": {"role": "other"},
            "d": {"unreachable": True},
            "e": {"failed": True, "not_reached": True},
        }
    ) == {
        "kms_client_ok": ["a", "b"],
        "not_reached": ["e"],
        "role_kms_client": ["a", "b"],
        "role_other": ["c"],
        "unreachable": ["d"],
    }


@pytest.mark.parametrize(
    ("value", "words"),
    [(["a"], "results by host name"), ({"a": {}}, "a has no result"), ({"a": "text"}, "a has no result")],
)
def test_something_else_is_refused(value: Any, words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=words):
        fleet_groups(value)
