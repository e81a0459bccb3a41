# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jinja filters: published KMS hosts against what the machines say, and changes of records as commands.

Documented in cross_check.yml, kms_records_left_alone.yml, kms_srv_ask.yml, kms_srv_commands.yml and
kms_srv_objections.yml.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.deferred import deferred


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return deferred(
            "filters.publication",
            "cross_check",
            "kms_records_left_alone",
            "kms_srv_ask",
            "kms_srv_commands",
            "kms_srv_objections",
        )
