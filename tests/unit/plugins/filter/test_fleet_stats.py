# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters ``fleet_stats`` and ``fleet_stats_merged``: what one job of a workflow hands on to the next."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.winfleet.activation.plugins.filter.fleet import FilterModule

stats = FilterModule().filters()["fleet_stats"]
merged = FilterModule().filters()["fleet_stats_merged"]
REPORT = {
    "headline": "Not compliant: 1 of 3 machines needs action.",
    "exit_status": 2,
    "summary": {"kms_client_ok": 1, "kms_host_ok": 1, "kms_unapproved": 1},
    "wrong": {"pc1": "It is not an approved KMS host."},
}
GROUPS = {
    "kms_client_ok": ["pc2"],
    "kms_host_ok": ["kms01"],
    "kms_unapproved": ["pc1"],
    "role_kms_host": ["kms01", "pc1"],
}


def test_names_are_handed_on_as_far_as_they_are_needed() -> None:
    outcome = stats(REPORT, GROUPS, [{"reason": "Two.", "id": "X"}, {"reason": "One."}])
    assert outcome["groups"] == {"kms_host_ok": ["kms01"], "kms_unapproved": ["pc1"]}
    assert outcome["counts"] == {"kms_client_ok": 1, "kms_host_ok": 1, "kms_unapproved": 1, "role_kms_host": 2}
    assert (outcome["hosts"], outcome["wrong_count"], outcome["complete"]) == (3, 1, True)
    assert outcome["findings"] == ["One.", "Two."]
    assert "changes" not in outcome


def test_a_large_fleet_is_handed_on_as_counts() -> None:
    many = {f"pc{number}": "It is wrong." for number in range(600)}
    outcome = stats({**REPORT, "wrong": many}, {**GROUPS, "kms_unapproved": sorted(many)})
    assert (outcome["groups"], outcome["wrong"], outcome["complete"]) == ({}, {}, False)
    assert outcome["counts"]["kms_unapproved"] == outcome["wrong_count"] == 600
    assert len(json.dumps(outcome)) < 1000


def test_what_has_changed_since_the_job_before() -> None:
    before = stats({**REPORT, "wrong": {"pc1": "It is wrong.", "pc9": "It is wrong."}}, GROUPS)
    assert stats(REPORT, GROUPS, before=before)["changes"] == {"fixed": ["pc9"], "new": []}
    # Of a fleet too large for names, nobody can tell.
    assert "changes" not in stats(REPORT, GROUPS, before={**before, "complete": False})
    assert "changes" not in stats(REPORT, GROUPS, before={})


def test_slices_make_one_outcome() -> None:
    one = stats(REPORT, GROUPS, [{"reason": "One."}])
    other = stats({**REPORT, "wrong": {"pc7": "Off."}}, {"unreachable": ["pc7"], "kms_client_ok": ["pc8", "pc9"]})
    outcome = merged([one, other])
    assert outcome["headline"].startswith("2 of 6 machines, read in 2 parts,")
    assert outcome["exit_status"] == 2
    assert outcome["groups"] == {"kms_host_ok": ["kms01"], "kms_unapproved": ["pc1"], "unreachable": ["pc7"]}
    assert outcome["counts"]["kms_client_ok"] == 3
    assert sorted(outcome["wrong"]) == ["pc1", "pc7"]
    assert outcome["complete"]


def test_a_slice_without_names_leaves_the_whole_without() -> None:
    """Half a list would be taken for all."""
    outcome = merged([stats(REPORT, GROUPS), stats(REPORT, GROUPS, limit=1)])
    assert (outcome["groups"], outcome["wrong"], outcome["complete"]) == ({}, {}, False)
    assert outcome["wrong_count"] == 2


@pytest.mark.parametrize("parts", [[], [{}], ["text"], 7, [{"hosts": 1}]])
def test_no_outcome_is_no_clean_one(parts: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="one of each slice"):
        merged(parts)


def test_an_outcome_is_made_of_a_report() -> None:
    with pytest.raises(AnsibleFilterError, match="give a result of license_report"):
        stats({"hosts": {}}, GROUPS)


@pytest.mark.parametrize(("statuses", "whole"), [((0, 0), 0), ((0, 3), 3), ((3, 2), 2), ((2, 0), 2)])
def test_something_wrong_in_one_slice_is_wrong_in_the_whole(statuses: tuple[int, int], whole: int) -> None:
    parts = [stats({**REPORT, "exit_status": status}, GROUPS) for status in statuses]
    assert merged(parts)["exit_status"] == whole
