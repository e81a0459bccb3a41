# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a license ends.

GracePeriodRemaining counts minutes until the present state lapses; a licensed product with none left is
licensed for good (slmgr.vbs /xpr). EvaluationEndDate is a fixed day, 1601 meaning none.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from .model import Product
from .terms import LICENSED

_NO_DATE_YEAR = 1601


def expires_at(product: Product, now: datetime | None) -> datetime | None:
    """The moment the present state of a product lapses; ``None`` when it does not, or when that is not known.

    ``now`` is the machine's own clock, because the minutes are counted by it.
    """
    if product.evaluation_end is not None and product.evaluation_end.year > _NO_DATE_YEAR:
        return product.evaluation_end
    if not product.grace_minutes or now is None:
        return None
    try:
        return now + timedelta(minutes=product.grace_minutes)
    except OverflowError:
        return None


def is_permanent(product: Product) -> bool:
    """Licensed with no end: a MAK, a retail or OEM key, or a KMS host key after its activation."""
    ends = product.evaluation_end is not None and product.evaluation_end.year > _NO_DATE_YEAR
    return product.license_status_code == LICENSED and not product.grace_minutes and not ends
