# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jinja filters: what to go on with after many hosts were read or repaired.

Documented in fleet_groups.yml, fleet_objections.yml, fleet_to_repair.yml, fleet_still_wrong.yml, fleet_stats.yml,
fleet_stats_merged.yml and kms_withdrawal_objections.yml.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.deferred import deferred


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return deferred(
            "filters.fleet",
            "fleet_groups",
            "fleet_objections",
            "fleet_stats",
            "fleet_stats_merged",
            "fleet_still_wrong",
            "fleet_to_repair",
            "kms_withdrawal_objections",
        )
