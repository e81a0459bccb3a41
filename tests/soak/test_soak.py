# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A few rounds of the soak, and what its judgement notices. ``make soak`` does it for an hour."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.verdict import Verdict

from . import rounds
from .__main__ import Soak, Use, soak
from .field import Field


def test_three_rounds_without_a_breach() -> None:
    done = soak(3, 12, 7, "127.74.200.0/24")
    assert done.breaches == ()
    assert done.counts["spoiled"] > 0
    assert done.counts["changed"] > 0


def test_a_verdict_that_is_wrong_is_noticed(fleet: Callable[[int], Field], monkeypatch: pytest.MonkeyPatch) -> None:
    there = fleet(6)
    monkeypatch.setattr(rounds, "audit", lambda _there: dict.fromkeys(there.addresses, Verdict.KMS_UNAPPROVED))
    assert any("was called kms_unapproved" in sentence for sentence in rounds.play(there, random.Random(1)).breaches)


def test_an_update_that_is_lost_is_noticed(fleet: Callable[[int], Field], monkeypatch: pytest.MonkeyPatch) -> None:
    there, genuine = fleet(6), rounds.repair

    def silent(*arguments: object) -> rounds.Client:
        client = genuine(*arguments)  # type: ignore[arg-type]
        client.reports.clear()
        return client

    monkeypatch.setattr(rounds, "repair", silent)
    monkeypatch.setattr(rounds, "_SPOILED", 1.0)
    assert any("nothing was said of it" in sentence for sentence in rounds.play(there, random.Random(1)).breaches)


def test_a_repair_that_did_not_happen_is_noticed(
    fleet: Callable[[int], Field], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "repair", lambda *_unused: rounds.Client())
    monkeypatch.setattr(rounds, "_SPOILED", 1.0)
    found = rounds.play(fleet(6), random.Random(1)).breaches
    assert any("was not repaired, and nothing was wrong with it" in sentence for sentence in found)


def test_what_grows_is_noticed() -> None:
    before = Use(50.0, 8, 1)
    done = Soak(9, 9, 1.0, before, before, {}, ())
    assert done.leaks() == []
    for after in (Use(90.0, 8, 1), Use(50.0, 9, 1), Use(50.0, 8, 2)):
        assert len(dataclasses.replace(done, at_last=after).leaks()) == 1
