# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the running licensing service works with an older key than the installed one.

The service reads its role at its start only (Microsoft, "KMS activation and 0xC004C008"). So a restart
is due when it serves without a host key, or has a licensed host key and does not serve. A host key that
was never activated does not call for a restart but for an activation.
"""

from __future__ import annotations

from . import classify
from .model import Snapshot
from .terms import LICENSED, KeyType


def restart_due(snapshot: Snapshot) -> bool:
    """Whether a restart of the licensing service would change the role of the machine."""
    host_keys = [product for product in snapshot.products if product.key_type is KeyType.CSVLK]
    serving = classify.serves_as_host(snapshot)
    if serving:
        return not host_keys
    return any(product.license_status_code == LICENSED for product in host_keys)
