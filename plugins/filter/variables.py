# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jinja filter: variables that were meant for a playbook or role, and that it does not read.

Documented in unread_variables.yml.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.deferred import deferred


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return deferred("filters.variables", "unread_variables")
