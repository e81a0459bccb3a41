# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host is reached through a proxy."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.request import proxy_bypass

from .endpoint import FROM_ENVIRONMENT, Endpoint


def is_proxied(endpoint: Endpoint, proxies: Mapping[str, str]) -> bool:
    """Whether pywinrm would reach the endpoint through a proxy. ``proxies`` are those of the environment, by scheme."""
    if endpoint.proxy != FROM_ENVIRONMENT:
        return bool(endpoint.proxy)
    if not (endpoint.scheme in proxies or "all" in proxies):
        return False
    return not proxy_bypass(endpoint.address)
