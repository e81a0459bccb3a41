# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that was not read: unknown, which is never right."""

from __future__ import annotations

from .finding import Finding, finding


def unread(reason: str, disabled_service: str = "") -> Finding:
    """What is to be said of a machine of which nothing is known but why.

    ``disabled_service`` is the licensing service, where that is why.
    """
    if disabled_service:
        remedy = (
            f"Set the start type of {disabled_service} back (Automatic, delayed start; sc config {disabled_service} "
            "start= delayed-auto), and find out what has disabled it."
        )
        return finding("CLI-008", reason, remedy, service=disabled_service)
    return finding("AUD-001", reason, "Find out how far a connection gets: module connection_info.")
