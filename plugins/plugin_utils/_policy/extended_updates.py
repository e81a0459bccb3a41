# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Extended Security Updates: a key that is installed and does not work, or no longer; who has none at all is told once.

Microsoft Learn, "Enable Extended Security Updates": a key for each year, to be installed and activated. Machines of
Windows 365 and Azure get the updates without one, and Windows Server 2012 by Azure Arc without a license to see.
"""

from __future__ import annotations

from collections.abc import Iterator

from .._licensing.extended_updates import Year, is_one, year_of
from .._licensing.model import Product
from .._licensing.terms import LICENSED
from . import activation
from .finding import Finding, finding
from .machine import Machine

#: Windows 10 version 22H2, the only one that ESU is sold for; LTSC releases have other builds.
WINDOWS_10_BUILD = 19045


def findings(machine: Machine) -> Iterator[Finding]:
    """What is wrong with the ESU licenses that have a key."""
    build = machine.snapshot.os.build
    mine = [product for product in machine.snapshot.products if product.is_windows and is_one(product)]
    working = [product for product in mine if product.license_status_code == LICENSED]
    if mine and not working:
        yield _not_activated(mine[0])
    newest = max((year for one in working if (year := year_of(one, build)) is not None), key=_number, default=None)
    if newest is not None and machine.now is not None and machine.now.date() > newest.ends:
        yield _ended(newest)


def _number(year: Year) -> int:
    return year.number


def _not_activated(product: Product) -> Finding:
    reason = (
        f"{product.name} has a key and is not activated ({activation.told(product)}), so that the machine does not get "
        "these updates."
    )
    remedy = f"Activate it (module license with product={product.activation_id})."
    return finding("ESU-001", reason, remedy, product=product.name, partial_product_key=product.partial_product_key)


def _ended(year: Year) -> Finding:
    reason = f"Its Extended Security Updates of year {year.number} ended on {year.ends.isoformat()}."
    remedy = "Install and activate the key of the next year (product_key, license), or move to a release with support."
    return finding("ESU-001", reason, remedy, year=year.number, ends=year.ends.isoformat())
