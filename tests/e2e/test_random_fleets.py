# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A few fleets put together by chance, through audit and repair. ``make fleets`` does it with many.

Kind: harm that nobody thought of. What must hold is in tests/fleets/invariants.py; a seed that breaks it is tried
again with ``python -m tests.fleets SEED --keep FOLDER``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fleets.__main__ import run


# Small fleets: rogues of 2003 and 2008, faults in the middle of a repair, a namesake of an approved host.
@pytest.mark.parametrize("seed", [5, 6, 16])
def test_nothing_is_breached(seed: int, tmp_path: Path) -> None:
    assert run(seed, tmp_path / "fleet") == []
