# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""axe-core (Deque, MPL-2.0) finds nothing that keeps anybody out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import Show
from .fleets import REPORTS

_SERIOUS = {"serious", "critical"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["mixed", "clean", "empty", "hostile"])
def test_axe_finds_nothing_serious(show: Show, tools: Path, name: str, scheme: str) -> None:
    view = show(REPORTS[name](), color_scheme=scheme)
    for details in view.page.locator("main > section > details").all():
        details.evaluate("one => { one.open = true; }")
    # By the protocol of the browser: the page's own policy lets nothing else run, and stays in force.
    view.page.evaluate((tools / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    found: dict[str, Any] = view.page.evaluate("axe.run()")
    assert len(found["passes"]) > 15, "axe has looked at next to nothing"
    serious = [one for one in found["violations"] if one["impact"] in _SERIOUS]
    problems = [f"{one['id']}: {one['nodes'][0]['html'][:150]}" for one in serious]
    assert problems == []
