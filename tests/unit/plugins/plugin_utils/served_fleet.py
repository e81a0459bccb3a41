# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines of the lab that listen while a test reads them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab_unit.wire.workshop import Workshop
from winlab.builder import build_fleet
from winlab.machine import Machine
from winlab.scenario import load_scenario


@contextmanager
def served(scenario: str, folder: Path, network: int) -> Iterator[list[Machine]]:
    """The machines of a scenario, those listening that are switched on. ``network`` is the second byte of 127."""
    path = folder / "fleet.yml"
    path.write_text(scenario)
    machines = build_fleet(load_scenario(str(path)), "1", network=f"127.{network}.{os.getpid() % 250}.0/24")
    with Workshop() as shop:
        shop.listen(*(machine for machine in machines if machine.powered))
        yield machines


def refusals_of(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Machines that were shown a wrong password, as they themselves have noted it, from now on."""
    found: list[str] = []
    record = Machine.record

    def noting(self: Machine, kind: str, **data: object) -> None:
        record(self, kind, **data)
        if kind == "bad_password":
            found.append(self.name)

    monkeypatch.setattr(Machine, "record", noting)
    return found
