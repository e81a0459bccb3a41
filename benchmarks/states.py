# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines that are repaired: each on an address of its own and in a state of its own, which the methods advance.

A machine answers from the script of one that was really repaired (``repair_recording``). What that one was never asked
in this state has no answer, so that nothing is made up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .questions import method_of, raw_question

#: In which state a machine is after a method, whatever it was in before.
MOVES = {
    b"InstallProductKey": "key installed",
    b"StopService": "service stopped",
    b"StartService": "service started",
    b"Activate": "activated",
}
FIRST = "as it was"
LAST = "activated"

Script = Mapping[str, Mapping[bytes, list[bytes]]]


class Machine:
    """One machine. ``activations`` counts how often it was asked to activate itself."""

    __slots__ = ("_asked", "_script", "activations", "state")

    def __init__(self, script: Script) -> None:
        self._script = script
        self._asked: dict[bytes, int] = {}
        self.state = FIRST
        self.activations = 0

    def answer(self, asked: bytes) -> bytes | None:
        """What it says now. A service that stops says so at first, and that it has stopped when asked again."""
        method = method_of(asked)
        self.activations += method == b"Activate"
        found = self._script.get(self.state, {}).get(asked)
        if found is None:
            return None
        times = self._asked.get(asked, 0)
        self._asked[asked] = times + 1
        if method in MOVES:
            self.state, self._asked = MOVES[method], {}
        return found[min(times, len(found) - 1)]


class Machines:
    """All of them, made when they are first spoken to.

    ``scripts`` are by kind, and ``kinds`` by address; a machine that is not among them is of the kind ``rogue``.
    """

    def __init__(self, scripts: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
        self._scripts = {kind: _encoded(script) for kind, script in scripts.items()}
        self._kinds = kinds
        self._machines: dict[str, Machine] = {}

    def reply(self, body: bytes, address: str) -> bytes | None:
        """What the machine at an address answers, None where it was never asked that."""
        asked = raw_question(body)
        return self._at(address).answer(asked) if asked is not None else None

    def report(self) -> dict[str, Any]:
        """How many machines are in each state, and how often each was asked to activate itself."""
        machines = [one for address, one in self._machines.items() if address not in self._kinds]
        return {
            "states": Counter(one.state for one in machines),
            "activations": {str(times): count for times, count in Counter(one.activations for one in machines).items()},
        }

    def _at(self, address: str) -> Machine:
        found = self._machines.get(address)
        if found is None:
            found = self._machines[address] = Machine(self._scripts[self._kinds.get(address, "rogue")])
        return found


def _encoded(script: Any) -> Script:
    return {
        state: {asked.encode(): [one.encode() for one in replies] for asked, replies in questions.items()}
        for state, questions in script.items()
    }
