# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a license ends."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing import grace
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import Product
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import (
    WINDOWS_APPLICATION_ID,
    KeyType,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
EVALUATION_END = datetime(2026, 8, 1, tzinfo=timezone.utc)
NEVER = datetime(1601, 1, 1, tzinfo=timezone.utc)


def product(status: int | None, minutes: int | None, evaluation_end: datetime | None = None) -> Product:
    return Product(
        activation_id="00000000-0000-0000-0000-000000000001",
        application_id=WINDOWS_APPLICATION_ID,
        name=None,
        description=None,
        channel=None,
        key_type=KeyType.UNKNOWN,
        partial_product_key="J464C",
        license_status_code=status,
        license_status_reason=None,
        grace_minutes=minutes,
        is_addon=False,
        evaluation_end=evaluation_end,
    )


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        pytest.param(product(1, 259200), NOW + timedelta(days=180), id="KMS client just renewed"),
        pytest.param(product(2, 43200), NOW + timedelta(days=30), id="in grace"),
        pytest.param(product(1, 0), None, id="licensed for good"),
        pytest.param(product(1, None), None, id="no minutes"),
        pytest.param(product(5, 0), None, id="notification: over already"),
        pytest.param(product(1, 1000, EVALUATION_END), EVALUATION_END, id="evaluation"),
        pytest.param(product(1, 60, NEVER), NOW + timedelta(hours=1), id="1601 is no date"),
        pytest.param(product(1, 4294967294), None, id="beyond all calendars"),
    ],
)
def test_expires_at(what, expected):
    assert grace.expires_at(what, NOW) == expected


def test_the_clock_of_the_machine_is_kept():
    assert grace.expires_at(product(1, 60), NOW).utcoffset() == timedelta(hours=2)


def test_without_a_clock_only_fixed_dates_are_known():
    assert grace.expires_at(product(1, 60), None) is None
    assert grace.expires_at(product(1, 60, EVALUATION_END), None) == EVALUATION_END


@pytest.mark.parametrize(
    ("what", "permanent"),
    [
        (product(1, 0), True),
        (product(1, None), True),
        (product(1, 0, NEVER), True),
        (product(1, 259200), False),
        (product(1, 0, EVALUATION_END), False),
        (product(0, 0), False),
        (product(None, None), False),
    ],
)
def test_is_permanent(what, permanent):
    assert grace.is_permanent(what) is permanent
