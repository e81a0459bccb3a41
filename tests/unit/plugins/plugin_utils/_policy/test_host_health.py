# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found wrong with a KMS host, and what is not."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_clients import (
    ClientRequest,
    RecentClient,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_events import HostTrouble
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy import host_health

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)


def client(days_ago: int, *names: str) -> RecentClient:
    when = NOON - timedelta(days=days_ago)
    request = ClientRequest(when, 0, 25, names[0], f"cmid-{names[0]}", None, "licensed", 1, None)
    return RecentClient(request, names, 1, (request,))


@pytest.mark.parametrize(
    ("counted", "required", "found"),
    [(3, 25, ["KMS-006"]), (25, 25, []), (50, 25, []), (None, 25, []), (3, None, []), (0, 0, [])],
)
def test_count(counted: int | None, required: int | None, found: list[str]) -> None:
    assert [one.kind.id for one in host_health.count_findings(counted, required)] == found


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (HostTrouble(12291, NOON, 0x80070005), ["could not start", "0x80070005"]),
        (HostTrouble(12292, NOON, 0x80070008), ["timer", "ERROR_NOT_ENOUGH_MEMORY"]),
        (HostTrouble(12293, NOON, 0x80072338, "corp.example"), ["publish", "in corp.example", "0x80072338"]),
    ],
)
def test_events(trouble: HostTrouble, words: list[str]) -> None:
    (found,) = host_health.event_findings([trouble])
    assert found.kind.id == "KMS-009"
    assert [word for word in words if word not in found.reason] == []
    assert found.remedy


@pytest.mark.parametrize(
    ("clients", "read", "found"),
    [
        pytest.param([client(1, "a")], 30, [], id="busy"),
        pytest.param([client(15, "a")], 30, ["KMS-008"], id="silent"),
        pytest.param([], 30, ["KMS-008"], id="never asked"),
        pytest.param([], 7, [], id="a week says nothing"),
        pytest.param([client(1, "a", "b")], 7, ["CLI-006"], id="clones"),
    ],
)
def test_clients(clients: list[RecentClient], read: int, found: list[str]) -> None:
    given = host_health.client_findings(clients, [], NOON, timedelta(days=read))
    assert [one.kind.id for one in given] == found


def test_many_names_are_cut_short() -> None:
    many = [client(1, f"pc{index}") for index in range(8)]
    (found,) = host_health.client_findings(many, many, NOON, timedelta(days=1))
    assert found.kind.id == "KMS-011"
    assert "pc4 and 3 more" in found.reason


@pytest.mark.parametrize(
    ("weeks", "counted", "required", "found"),
    [
        pytest.param((20, 27), 30, 25, ["KMS-012"], id="falling below"),
        pytest.param((25, 27), 30, 25, [], id="falling, and still enough"),
        pytest.param((20, 20), 30, 25, [], id="steady, others are in longer intervals"),
        pytest.param((24, 20), 30, 25, [], id="rising"),
        pytest.param((20, 27), 20, 25, [], id="lost already, which KMS-006 says"),
        pytest.param((20, 0), 30, 25, [], id="the log holds the last week only"),
        pytest.param((20,), 30, 25, [], id="one week tells no trend"),
        pytest.param((), 30, 25, [], id="not read"),
        pytest.param((20, 27), None, 25, [], id="no count"),
    ],
)
def test_trend(weeks: tuple[int, ...], counted: int | None, required: int, found: list[str]) -> None:
    told = list(host_health.trend_findings(weeks, counted, required))
    assert [one.kind.id for one in told] == found
    assert all("20 clients have asked it in the last week, 27 in the week before" in one.reason for one in told)
