# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which machines of a fleet should ask a KMS host, from what ``fleet_info`` returned of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._licensing.host_clients import Machine
from .._licensing.terms import KeyType


def clients_of_kms(hosts: Mapping[str, Any]) -> Iterator[Machine]:
    """The machines with a client setup key that Active Directory does not activate. Raises ValueError."""
    for name, result in hosts.items():
        if not isinstance(result, Mapping):
            raise ValueError(f"hosts has no result of license_info for {name}: give hosts of fleet_info")
        license_, system = result.get("license") or {}, result.get("os") or {}
        own = (result.get("service") or {}).get("client_machine_id")
        if own and license_.get("key_type") == KeyType.GVLK.value and license_.get("activation_method") != "ad":
            names = (system.get("computer_name"), system.get("full_name"))
            yield Machine(str(name), str(own), tuple(str(one) for one in names if one))
