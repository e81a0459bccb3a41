# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that was not read: unknown, which is never right."""

from __future__ import annotations

from .finding import Finding, finding


def unread(reason: str) -> Finding:
    """What is to be said of a machine of which nothing is known but why."""
    return finding("AUD-001", reason, "Find out how far a connection gets: module connection_info.")
