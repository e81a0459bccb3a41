# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A listener with invented machines for the tests of the wire."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.surroundings import without_surroundings

_LAB = str(Path(__file__).resolve().parents[2] / "lab")
if _LAB not in sys.path:
    sys.path.insert(0, _LAB)

from .workshop import Workshop  # noqa: E402


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies and certificate bundles of the surroundings stay outside."""
    without_surroundings(monkeypatch)


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    """Machines on demand; everything is stopped at the end."""
    with Workshop() as shop:
        yield shop
