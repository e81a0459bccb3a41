# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jinja filters: activation codes in words, and the public client setup key of a product or machine.

Documented in explain_error.yml and gvlk.yml.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.deferred import deferred


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return deferred("filters.licensing", "explain_error", "gvlk")
