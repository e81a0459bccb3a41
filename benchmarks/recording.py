# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real replies for the server of the benchmark: one machine of the lab is read once, and its answers are kept."""

from __future__ import annotations

import re
from pathlib import Path

from .recording_lab import carry_out, recording_lab

_SCENARIO = """
name: recording
domain: corp.example
machines:
  - {name: ten, release: win10, activated: true}
"""


def record(work: Path, network: str) -> dict[str, str]:
    """Replies by the class that was asked for, with ``%RELATES_TO%`` where the request's identifier belongs."""
    replies: dict[str, str] = {}

    def hear(request: str, reply: str) -> None:
        asked = re.search(r"FROM (\w+)", request)
        if asked is not None:
            replies[asked[1]] = reply

    with recording_lab(work, network, _SCENARIO) as endpoint_of:
        endpoint = endpoint_of("ten")
        from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.audit import audit_steps

        carry_out(endpoint, audit_steps(), hear)
    return replies
