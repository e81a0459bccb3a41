# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of finding has its page, and the page says what the data say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.finding import Kind, kinds
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.findings import guidance

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "findings.py"


def _script() -> Any:
    spec = importlib.util.spec_from_file_location("findings_page", SCRIPT)
    if spec is None or spec.loader is None:
        raise ImportError(SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.id)
def test_every_kind_is_explained(kind: Kind) -> None:
    known = guidance()[kind.id]
    assert known.why.endswith(".")
    if not kind.id.startswith(("AUD-", "POL-")):  # of our own audit and policy Microsoft says nothing
        assert known.url.startswith("https://learn.microsoft.com/")
        assert known.source.startswith("Microsoft: ")


def test_nothing_is_explained_that_is_never_found() -> None:
    assert set(kinds()) == set(guidance())


def test_the_page_is_the_data() -> None:
    """Run scripts/findings.py where this fails."""
    script = _script()
    assert script.PAGE.read_text(encoding="utf-8") == script.page(kinds().values(), guidance())
