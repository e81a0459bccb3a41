# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the lab importable and gives tests a bench: a fleet without network whose clock only moves when told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

_LAB = str(Path(__file__).resolve().parents[2] / "lab")
if _LAB not in sys.path:
    sys.path.insert(0, _LAB)

from .bench import Bench, MakeBench  # noqa: E402


@pytest.fixture
def bench() -> MakeBench:
    """`bench({"release": "server2019"}, …)` builds a fleet of these machines."""
    return Bench.of
