# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What speaks against a machine as a KMS host."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_preflight import problems
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import KmsClientSettings
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import KeyType

from .samples import SERVER_2019_STANDARD, product, snapshot

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc)
NAMES = ("kms01", "127.0.0.1")


@pytest.mark.parametrize(
    ("system", "key_type", "configured", "words", "fatal"),
    [
        ({}, KeyType.GVLK, None, None, None),
        ({"sku": 407}, KeyType.GVLK, None, "Azure Edition", True),
        ({"sku": 175}, KeyType.GVLK, None, "multi-session", True),
        ({}, KeyType.EVALUATION, None, "evaluation", True),
        ({"build": 2600}, KeyType.RETAIL, None, "too old", True),
        ({"product_type": 1, "sku": 48}, KeyType.GVLK, None, "clients only", False),
        ({}, KeyType.GVLK, "KMS01.corp.example.", "against itself", False),
        ({}, KeyType.GVLK, "kms02.corp.example", None, None),
        ({"local_time": NOW - timedelta(hours=5)}, KeyType.GVLK, None, "clock", False),
        ({"local_time": NOW - timedelta(hours=3)}, KeyType.GVLK, None, None, None),
    ],
)
def test_problems(
    system: dict[str, Any], key_type: KeyType, configured: str | None, words: str | None, fatal: bool | None
) -> None:
    primary = replace(product(key_type), kms=KmsClientSettings(configured_host=configured))
    os = replace(SERVER_2019_STANDARD, **{"local_time": NOW, **system})
    found = problems(snapshot(primary, os=os), primary, NAMES, NOW)
    if words is None:
        assert found == ()
        return
    assert len(found) == 1
    assert words in found[0].reason
    assert found[0].advice
    assert found[0].fatal is fatal
