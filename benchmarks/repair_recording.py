# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real replies for a server whose machines are repaired: one machine of the lab is repaired, and its answers are kept.

They are kept by the state that the machine was in when it gave them. It is an accidental KMS host that becomes a
client; an approved KMS host is read beside it, without which nothing may be repaired.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .places import APPROVED
from .questions import method_of, question
from .recording_lab import carry_out, recording_lab
from .states import FIRST, MOVES

_SCENARIO = """
name: recording
domain: corp.example
machines:
  - {name: kms01, release: server2022, key: csvlk_2022, activated: true, kms_host: {counted_clients: 50}}
  - {name: rogue, release: server2019, key: csvlk_2022, activated: true}
"""

#: By state and by question: what was answered, one time after the other.
Script = dict[str, dict[str, list[str]]]


def record_repair(work: Path, network: str) -> dict[str, Script]:
    """The script of the machine to be repaired, ``rogue``, and of the approved KMS host, ``approved``."""
    with recording_lab(work, network, _SCENARIO) as endpoint_of:
        return {
            "rogue": _script(endpoint_of("rogue"), _repair),
            "approved": _script(endpoint_of("kms01"), _plan),
        }


def _script(endpoint: Any, work: Callable[[Any], Any]) -> Script:
    script: Script = {}
    state = FIRST

    def hear(request: str, reply: str) -> None:
        nonlocal state
        asked = question(request)
        if asked is None:
            raise SystemExit("benchmarks: a request of the recorded repair is neither a query nor a method")
        script.setdefault(state, {}).setdefault(asked, []).append(reply)
        state = MOVES.get(method_of(asked.encode()), state)

    carry_out(endpoint, work(endpoint), hear)
    return script


def _repair(endpoint: Any) -> Any:
    from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.repair import repair_steps

    return repair_steps(_request(endpoint))


def _plan(endpoint: Any) -> Any:
    from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.repair import planning_steps

    return planning_steps(_request(endpoint))


def _request(endpoint: Any) -> Any:
    from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.repair import RepairRequest
    from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
    from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.repair import Wishes

    return RepairRequest(Policy.parse([APPROVED]), endpoint.inventory_name, endpoint.host, Wishes(served=True))
