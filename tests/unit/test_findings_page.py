# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of finding is explained. That the page says what the data say is in test_pages.py."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.finding import Kind, kinds
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.findings import guidance


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.id)
def test_every_kind_is_explained(kind: Kind) -> None:
    known = guidance()[kind.id]
    assert known.why.endswith(".")
    if not kind.id.startswith(("AUD-", "POL-")):  # of our own audit and policy Microsoft says nothing
        assert known.url.startswith("https://learn.microsoft.com/")
        assert known.source.startswith("Microsoft: ")


def test_nothing_is_explained_that_is_never_found() -> None:
    assert set(kinds()) == set(guidance())
