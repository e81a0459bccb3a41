# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only several machines together show: KMS hosts that share too few clients, Windows 10 after its support."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.fleet_activation import findings, members_of
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policies import Policies
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy

APPROVED = ["kms01", "kms02", "kms03"]
YEAR_2 = "1043add5-23b1-4afb-9a0f-64343c8f3f8d"


def found(results: dict[str, dict[str, Any]], today: str = "2026-11-30", **words: Any) -> dict[str, Any]:
    policies = Policies.parse(Policy.parse(APPROVED), words, {"all": list(results)}, date.fromisoformat(today))
    return {one.kind.id: one for one in policies.of_all(findings(list(members_of(results)), policies))}


def host(counted: int | None, required: int | None = 25, verdict: str = "kms_host_ok") -> dict[str, Any]:
    return {
        "os": {"build": 20348, "product_type": 3, "caption": "Windows Server 2022"},
        "license": {"key_type": "CSVLK"},
        "approved_kms_host": True,
        "verdict": verdict,
        "kms_host": {"current_count": counted, "required_count": required},
    }


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        pytest.param([host(50), host(3)], True, id="one could serve all"),
        pytest.param([host(13), host(12)], True, id="together enough"),
        pytest.param([host(13), host(11)], False, id="not enough for one either"),
        pytest.param([host(25), host(25)], False, id="enough for each"),
        pytest.param([host(3)], False, id="only one"),
        pytest.param([host(50), host(3, verdict="kms_host_not_serving")], False, id="the other does not serve"),
        pytest.param([host(50), host(None, None)], False, id="the other does not say"),
        pytest.param([host(50), host(3, None)], False, id="not known how many it needs"),
    ],
)
def test_hosts_that_share_too_few_clients(hosts: list[dict[str, Any]], expected: bool) -> None:
    given = found({f"kms0{number}": one for number, one in enumerate(hosts, 1)})
    assert ("KMS-010" in given) is expected


def test_what_is_said_of_them_and_that_it_can_be_accepted() -> None:
    accepted = {"finding": "KMS-010", "owner": "Jane", "reason": "We move.", "until": "2026-12-31"}
    one = found({"kms01": host(50), "kms02": host(3)}, exceptions=[accepted])["KMS-010"]
    assert "kms01 has 50 of 25, kms02 has 3 of 25" in one.reason
    assert one.evidence["machines"] == ["kms02"]
    assert one.exempt is not None


def pc(*licenses: tuple[str, str], build: int = 19045) -> dict[str, Any]:
    products = [{"activation_id": identifier, "license_status": status} for identifier, status in licenses]
    return {
        "os": {"build": build, "product_type": 1, "caption": "Windows 10"},
        "license": {"key_type": "GVLK"},
        "products": products,
    }


@pytest.mark.parametrize(
    ("machines", "today", "named"),
    [
        ([pc()], "2026-11-30", ["pc0"]),
        ([pc()], "2025-10-14", None),
        ([pc()], "2025-10-15", ["pc0"]),
        ([pc((YEAR_2, "licensed"))], "2026-11-30", None),
        ([pc((YEAR_2, "unlicensed"))], "2026-11-30", ["pc0"]),
        ([pc(build=19044), pc(build=22631)], "2026-11-30", None),
        ([pc((YEAR_2, "licensed")), pc(), pc()], "2026-11-30", ["pc1", "pc2"]),
    ],
)
def test_windows_10_without_extended_updates(
    machines: list[dict[str, Any]], today: str, named: list[str] | None
) -> None:
    one = found({f"pc{number}": machine for number, machine in enumerate(machines)}, today).get("ESU-002")
    assert (one.evidence["machines"] if one else None) == named
