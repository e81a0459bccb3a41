# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about records: wrong ones on both sides, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._kms import endpoints_of_records
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policies import Policies
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.publication import Machines, machines_of
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.published_records import (
    Publication,
    findings,
)

KMS01 = "kms01.corp.example"
HOSTS = {
    "kms01": {"role": "kms_host", "os": {"full_name": KMS01}},
    "srv01": {"role": "kms_host", "os": {"full_name": "srv01.corp.example"}},
    "pc01": {"role": "kms_client", "os": {"full_name": "pc01.corp.example"}},
}


def record(target: str = KMS01, **changes: Any) -> dict[str, Any]:
    return {
        "domain": "corp.example", "target": target, "problems": [], "resolvable": True, "addresses": ["192.0.2.1"],
        "missing_from": [], "cached": False, **changes,
    }  # fmt: skip


def found(*records: dict[str, Any], approved: Sequence[str] = (KMS01,), domains: Any = (), **words: Any) -> list[str]:
    published = Publication.parse({"records": list(records), "domains": list(domains)})
    policies = Policies(Policy.parse(approved, **words))
    return [one.kind.id for one in findings(published, Machines(machines_of(HOSTS)), policies)]


@pytest.mark.parametrize(
    ("wrong", "ids"),
    [
        ({}, []),
        ({"target": "srv01.corp.example"}, ["DNS-001"]),
        ({"target": "pc01.corp.example"}, ["DNS-001"]),
        ({"target": "strange.corp.example"}, ["DNS-001", "DNS-007"]),
        ({"target": "gone.corp.example", "resolvable": False, "addresses": []}, ["DNS-001", "DNS-002"]),
        ({"problems": ["wrong_port"]}, ["DNS-004"]),
        ({"problems": ["duplicate", "alias"]}, ["DNS-004"]),
        ({"missing_from": ["dc2.corp.example"]}, ["DNS-004"]),
        ({"target": "srv01.corp.example", "cached": True}, []),
    ],
)
def test_records_that_are_wrong_and_those_that_are_not(wrong: dict[str, Any], ids: list[str]) -> None:
    assert found(record(), *([record(**wrong)] if wrong else [])) == ids


def test_an_approved_host_that_nobody_can_find_in_dns() -> None:
    assert found() == ["DNS-003"]
    assert found(record(), approved=[KMS01, "kms02.corp.example"]) == ["DNS-003"]
    assert found(record(), approved=["192.0.2.1"]) == [], "by its address"


def test_where_there_is_to_be_no_kms_host_all_records_are_one_finding_of_the_fleet() -> None:
    assert found(record("srv01.corp.example"), approved=[], activation="adba") == []


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        ({"domain": "corp.example", "error": "no servers"}, "corp.example: no servers"),
        (
            {"domain": "corp.example", "servers": [{"name": "dc2", "answered": False, "error": "it timed out"}]},
            "corp.example on dc2: it timed out",
        ),
    ],
)
def test_what_was_not_heard_is_not_taken_for_good(domain: dict[str, Any], words: str) -> None:
    published = Publication.parse({"records": [], "domains": [domain]})
    (one,) = findings(published, Machines([]), Policies(Policy.parse([KMS01])))
    assert (one.kind.id, words in one.reason) == ("AUD-002", True)


def test_a_reading_that_failed_is_a_finding_and_no_error() -> None:
    published = Publication.parse({"failed": True, "msg": "dnspython is missing."})
    (one,) = findings(published, Machines([]), Policies(Policy.parse([KMS01])))
    assert (one.kind.id, one.reason) == ("AUD-002", "Some records may have been missed: dnspython is missing.")


def test_anything_else_is_refused() -> None:
    with pytest.raises(ValueError, match="published is not a result of kms_srv_info"):
        Publication.parse({"hosts": {}})


def test_each_record_has_a_subject_of_its_own() -> None:
    published = Publication.parse({"records": [record("srv01.corp.example"), record()], "domains": []})
    (one,) = findings(published, Machines(machines_of(HOSTS)), Policies(Policy.parse([KMS01])))
    assert one.evidence["subject"] == "srv01.corp.example in corp.example"
    assert one.evidence["comes_back"] is True


@pytest.mark.parametrize(
    "target", ["{{\\032lookup\\('pipe',\\032'id'\\)\\032}}.corp.example", "*.corp.example", "a,b", "CORP\\pc"]
)
def test_whatever_stands_in_a_record_stops_nothing(target: str) -> None:
    """Kind: one record by a stranger has everything refused, by what is strict with a list that a person wrote."""
    assert [one.host for one in endpoints_of_records([target, KMS01, ""]) if one.host == KMS01] == [KMS01]
    assert len(endpoints_of_records([target, KMS01, ""])) == 2
    assert "DNS-001" in found(record(target), record())
