# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets leave no result of a fleet, whatever was found clean before."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet import masking as fleet_masking
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.masking import FleetMasking
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Secret

KEY = "CCCCC-DDDDD-FFFFF-GGGGG-PYWKV"
PUBLIC = "NPPR9-FWDCX-D2C8J-H872K-2YT43"


def masked(
    result: dict[str, Any], password: str = "Lab-Passw0rd!", masking: FleetMasking | None = None
) -> dict[str, Any]:
    return (masking or FleetMasking()).result(result, Secret(password))


def test_key_anywhere_in_a_result() -> None:
    result = masked({"license": {"name": f"Windows {KEY}"}, "products": [{"name": "a"}, {"name": KEY}], "count": 4})
    assert KEY not in str(result)
    assert result["products"][1]["name"] == "*****-*****-*****-*****-PYWKV"
    assert result["count"] == 4


def test_clean_result_stays_what_it_is() -> None:
    result = {"license": {"name": f"Windows with {PUBLIC}"}, "products": [], "enabled": True, "nothing": None}
    assert masked(result) is result


def test_equal_texts_are_kept_once() -> None:
    masking = FleetMasking()
    one = masked({"a": {"role": "a kms client".upper()}, "b": ["x" * 3, 1], "c": ("y" * 3,)}, masking=masking)
    other = masked({"a": {"role": "a kms client".upper()}, "b": ["x" * 3, 2], "c": ("y" * 3,)}, masking=masking)
    assert other == {"a": {"role": "A KMS CLIENT"}, "b": ["xxx", 2], "c": ("yyy",)}
    assert other["a"]["role"] is one["a"]["role"]
    assert other["b"][0] is one["b"][0]


def test_text_that_is_clean_for_one_password_is_looked_at_for_another() -> None:
    """Hosts have passwords of their own, and one may be a word in the result of another."""
    masking = FleetMasking()
    result = {"msg": "the domain is summer-2026"}
    assert masked(result, "another one", masking) is result
    assert "summer" not in masked(result, "summer-2026", masking)["msg"]
    assert masked(result, "another one", masking) is result


def test_host_without_a_password() -> None:
    assert FleetMasking().result({"msg": KEY}, None)["msg"].startswith("*****")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_masking, "_REMEMBERED", 10)
    monkeypatch.setattr(fleet_masking, "_PASSWORDS", 3)
    masking = FleetMasking()
    for number in range(100):
        masked({"msg": f"text {number}"}, f"password {number % 7}", masking)
        masked({"msg": f"text {number} {KEY}"}, "one for many", masking)
        masked({"msg": f"text {number}"}, "one for many", masking)
    assert len(masking._clean) <= 3
    assert max(map(len, masking._clean.values())) <= 10
