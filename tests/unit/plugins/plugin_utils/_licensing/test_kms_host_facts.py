# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host key groups by word and build, and the clients in the log of a host."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_clients import (
    overdue,
    parse_request,
    recent_clients,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_keys import group_of, host_key_groups

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc)
CMID = "E5C98033-AAB6-4D0B-9AF9-1D399597DD56"
ACTIVATION = "CF67834D-DB4A-402C-AB1F-2C134F02B700"


@pytest.mark.parametrize(
    ("description", "build", "group"),
    [
        ("Windows Operating System - Windows Server(R), VOLUME_KMS_B channel", 6002, "Group B (Server 2008)"),
        ("Windows Operating System - Windows Server(R), VOLUME_KMS_B channel", 7601, "Group B (Server 2008 R2)"),
        ("Windows Operating System - Windows Server(R), VOLUME_KMS_C channel", 7601, "Group C (Server 2008 R2)"),
        ("Windows(R) Operating System, VOLUME_KMS_WS22 channel", 20348, "Windows Server 2022"),
        ("Windows(R) Operating System, VOLUME_KMS_WS22 channel", 17763, "Windows Server 2022"),
        ("Windows(R) Operating System, VOLUME_KMS_WS99 channel", 30000, None),
        ("Windows(R) Operating System, VOLUME_KMSCLIENT channel", 20348, None),
        (None, 20348, None),
    ],
)
def test_group(description: str | None, build: int, group: str | None) -> None:
    found = group_of(description, build)
    assert (found.group if found else None) == group


def test_every_group_activates_something_and_no_two_rows_compete() -> None:
    rows = host_key_groups()
    assert len(rows) >= 14
    for row in rows:
        assert row.servers or row.clients, row
        for build in (3790, 6002, 7601, 9600, 17763, 26100):
            matching = [other for other in rows if other.word == row.word and other.covers(build)]
            assert len(matching) <= 1


FIELDS = ["0x0", "25", "pc07.corp.example", CMID, "2026/11/24 7:30", "1", "1", "259200", ACTIVATION]


@pytest.mark.parametrize(
    "strings",
    [FIELDS, [", ".join(FIELDS)], ["An activation request", *FIELDS]],
    ids=["one string each", "one string", "with something before"],
)
def test_request_in_every_form(strings: list[str]) -> None:
    request = parse_request(NOW, strings)
    assert request is not None
    assert (request.hresult, request.minimum_count, request.name) == (0, 25, "pc07.corp.example")
    assert request.client_machine_id == CMID.lower()
    assert (request.virtual_machine, request.license_status, request.minutes_left) == (True, "licensed", 259200)
    assert request.activation_id == ACTIVATION.lower()


@pytest.mark.parametrize("strings", [[], ["0x0"], ["nothing", "of", "the", "kind"], FIELDS[1:]])
def test_what_is_no_request_is_passed_over(strings: list[str]) -> None:
    assert parse_request(NOW, strings) is None


def test_clones_and_silent_clients() -> None:
    def asked(name: str, cmid: str, days: int) -> object:
        request = parse_request(NOW - timedelta(days=days), ["0x0", "25", name, cmid, "t", "0", "1", "1", ACTIVATION])
        assert request is not None
        return request

    requests = [
        asked("pc01", "a", 1),
        asked("pc01", "a", 8),
        asked("pc02", "b", 2),
        asked("PC03", "b", 3),
        asked("pc04", "c", 22),
    ]
    clients = recent_clients(requests)  # type: ignore[arg-type]
    assert [client.last.client_machine_id for client in clients] == ["a", "b", "c"]
    assert [client.requests for client in clients] == [2, 2, 1]
    assert [client.duplicate for client in clients] == [False, True, False]
    assert clients[1].names == ("pc03", "pc02")
    assert [client.last.name for client in overdue(clients, NOW)] == ["pc04"]
