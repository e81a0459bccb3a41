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


# --- Before all records go --------------------------------------------------------------------------------------------

withdrawal_objections = FilterModule().filters()["kms_withdrawal_objections"]
WINDOWS = {"dn": "CN=ao1,DC=corp", "name": "Corp AO"}
OFFICE = {"dn": "CN=ao2,DC=corp", "name": "Office AO", "product": "Office 2019"}


def adba(*objects: dict[str, Any]) -> dict[str, Any]:
    return {"present": True, "forest": "corp", "objects": list(objects), "container_writable_by": []}


@pytest.mark.parametrize(
    ("activation", "objects", "confirmed", "words"),
    [
        ("adba", adba(WINDOWS), False, None),
        ("adba", adba(OFFICE, WINDOWS), "no", None),
        ("adba", adba(OFFICE), False, "no activation object for Windows is there"),
        ("adba", adba(), False, "no activation object for Windows is there"),
        ("adba", {}, False, "no object was looked for"),
        ("adba", adba(), "yes", None),
        ("none", {}, False, "activation=none"),
        ("none", adba(WINDOWS), False, "activation=none"),
        ("none", {}, True, None),
        ("", adba(WINDOWS), True, "only where the policy rules out KMS hosts"),
    ],
)
def test_when_all_records_may_go(activation: str, objects: Any, confirmed: Any, words: str | None) -> None:
    found = withdrawal_objections(activation, objects, confirmed)
    assert len(found) == (0 if words is None else 1)
    assert words is None or words in found[0]


@pytest.mark.parametrize("activation", ["kms", "both", "nobody"])
def test_no_policy_under_which_all_records_go(activation: str) -> None:
    with pytest.raises(AnsibleFilterError, match="kms_withdrawal_objections"):
        withdrawal_objections(activation, adba(WINDOWS))
