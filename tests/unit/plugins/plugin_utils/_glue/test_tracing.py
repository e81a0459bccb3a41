# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exchanges are lines of -vvv, and of nothing less."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible.utils.display import Display

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue import tracing
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm import trace


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    shown: list[str] = []
    monkeypatch.setattr(Display, "vvv", lambda _self, text, **_unused: shown.append(text))
    yield shown
    trace.listen(None)


@pytest.mark.parametrize(("verbosity", "expected"), [(0, 0), (2, 0), (3, 1), (5, 1)])
def test_who_asks_for_it_is_told(
    monkeypatch: pytest.MonkeyPatch, lines: list[str], verbosity: int, expected: int
) -> None:
    monkeypatch.setattr(Display(), "verbosity", verbosity)
    tracing.begin()
    trace.Stopwatch("srv01 (10.0.0.1:5985, ntlm)", None, 7).answered(200, 9)
    assert len(lines) == expected
    for line in lines:
        assert line.startswith("WINRM srv01 (10.0.0.1:5985, ntlm): message: HTTP 200, 7 bytes sent, 9 received, ")
