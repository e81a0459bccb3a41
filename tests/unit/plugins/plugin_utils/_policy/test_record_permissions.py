# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who can change the records, from what kms_srv_acl returns."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policies import Policies
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.record_permissions import findings


def record(*codes: str) -> dict[str, Any]:
    return {"domain": "corp.example", "problems": [{"code": code, "message": f"it is {code}"} for code in codes]}


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({}, []),
        ({"results": [record()]}, []),
        ({"results": [record("no_records", "tombstoned", "node_missing", "group_denied")]}, []),
        ({"results": [record("nonsecure_updates")]}, ["DNS-005"]),
        ({"results": [record("unapproved_owner", "other_writers")]}, ["DNS-005"]),
        ({"results": [record("other_writers"), record("other_writers")]}, ["DNS-005", "DNS-005"]),
        ({"failed": True, "msg": "no rights"}, ["AUD-002"]),
        ({"failed": True, "results": [record("other_writers")], "msg": "no rights"}, ["AUD-002", "DNS-005"]),
        ({"failed": True, "results": [{"domain": "a", "result": "failed", "msg": "no zone"}]}, ["AUD-002"]),
    ],
)
def test_records_that_others_can_change(result: dict[str, Any], expected: list[str]) -> None:
    assert [one.kind.id for one in findings(result)] == expected


def test_each_problem_is_told_and_can_be_accepted() -> None:
    accepted = {"finding": "DNS-005", "owner": "Jane", "reason": "We move.", "until": "2026-12-31"}
    policies = Policies.parse(Policy.parse([]), {"exceptions": [accepted]}, {"all": []}, date(2026, 11, 30))
    (one,) = policies.of_all(findings({"results": [record("nonsecure_updates", "other_writers", "tombstoned")]}))
    assert "it is nonsecure_updates; it is other_writers." in one.reason
    assert (one.evidence["subject"], one.exempt is not None) == ("corp.example", True)
