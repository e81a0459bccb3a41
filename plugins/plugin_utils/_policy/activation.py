# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A license that is not activated: its state in words, and whether activating it is the remedy. The code decides.

An activation that cannot succeed costs time, and with a counted key it may cost one of its activations.
"""

from __future__ import annotations

from .._licensing.error_codes import Explanation, explain
from .._licensing.model import Product
from . import plan
from .plan import Action


def told(product: Product) -> str:
    """Status and reason in words: ``notification, 0xC004F035: ...``."""
    explained = reason_of(product)
    if explained is None:
        return product.license_status
    return f"{product.license_status}, {explained.code_text}: {explained.meaning.rstrip('.')}"


def reason_of(product: Product) -> Explanation | None:
    """What Windows gives as the reason for the state of a license."""
    return explain(product.license_status_reason) if product.license_status_reason else None


def remedy(product: Product) -> Action:
    """Activate it, and what to look at where the code stays; only the latter where activating cannot help."""
    explained = reason_of(product)
    if explained is None or explained.informs:
        return plan.activate(product)
    if not explained.activating_again:
        return plan.ask(explained.admin_action)
    return plan.activate(product, f"If {explained.code_text} stays: {explained.admin_action}")
