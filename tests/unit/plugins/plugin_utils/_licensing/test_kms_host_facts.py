# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host key groups by word and build, and the clients in the log of a host."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_clients import (
    ClientRequest,
    Machine,
    expiring,
    overdue,
    parse_request,
    recent_clients,
    unheard,
    weekly,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_keys import group_of, host_key_groups
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import OperatingSystem
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import OFFICE_APPLICATION_ID, KeyType

from .samples import product

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc)
CMID = "E5C98033-AAB6-4D0B-9AF9-1D399597DD56"
ACTIVATION = "CF67834D-DB4A-402C-AB1F-2C134F02B700"


@pytest.mark.parametrize(
    ("description", "build", "group"),
    [
        ("Windows Operating System - Windows Server(R), VOLUME_KMS_B channel", 6002, "Group B (Server 2008)"),
        ("Windows Operating System - Windows Server(R), VOLUME_KMS_B channel", 7601, "Group B (Server 2008 R2)"),
        ("Windows Operating System - Windows Server(R), VOLUME_KMS_C channel", 7601, "Group C (Server 2008 R2)"),
        ("Windows Operating System - Windows(R) 7, VOLUME_KMS channel", 7601, "Client VL (Windows 7)"),
        ("Windows(R) Operating System, VOLUME_KMS_W10 channel", 19045, "Windows 10"),
        ("Windows(R) Operating System, VOLUME_KMS_WS22 channel", 20348, "Windows Server 2022"),
        ("Windows(R) Operating System, VOLUME_KMS_WS22 channel", 17763, "Windows Server 2022"),
        ("Windows(R) Operating System, VOLUME_KMS_WS99 channel", 30000, None),
        ("Windows(R) Operating System, VOLUME_KMSCLIENT channel", 20348, None),
        (None, 20348, None),
    ],
)
def test_group(description: str | None, build: int, group: str | None) -> None:
    found = group_of(replace(product(KeyType.CSVLK), description=description), build)
    assert (found.group if found else None) == group


@pytest.mark.parametrize("build", [7601, 9600, 20348])
@pytest.mark.parametrize(
    ("description", "group"),
    [
        ("Office 14, VOLUME_KMS channel", "Office 2010"),
        ("Office 16, VOLUME_KMS channel", "Office 2016"),
        ("Office 24, VOLUME_KMS channel", "Office LTSC 2024"),
        ("Office 99, VOLUME_KMS channel", None),
        ("Something else, VOLUME_KMS channel", None),
    ],
)
def test_group_of_office_is_not_taken_for_one_of_windows(description: str, build: int, group: str | None) -> None:
    office = replace(product(KeyType.CSVLK, application_id=OFFICE_APPLICATION_ID), description=description)
    found = group_of(office, build)
    assert (found.group if found else None) == group
    assert found is None or (found.office and not found.servers and not found.clients)


def test_every_group_activates_something_and_no_two_rows_compete() -> None:
    rows = host_key_groups()
    assert len(rows) == 20
    for row in rows:
        assert row.servers or row.clients or row.office, row
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


def asked(
    name: str, cmid: str, days: int, code: str = "0x0", minutes: str = "1", activation_id: str = ACTIVATION
) -> ClientRequest:
    strings = [code, "25", name, cmid, "t", "0", "1", minutes, activation_id]
    request = parse_request(NOW - timedelta(days=days), strings)
    assert request is not None
    return request


def test_clones_and_silent_clients() -> None:
    requests = [
        asked("pc01", "a", 1),
        asked("pc01", "a", 8),
        asked("pc02", "b", 2),
        asked("PC03", "b", 3),
        asked("pc04", "c", 22),
    ]
    clients = recent_clients(requests)
    assert [client.last.client_machine_id for client in clients] == ["a", "b", "c"]
    assert [client.requests for client in clients] == [2, 2, 1]
    assert [client.duplicate for client in clients] == [False, True, False]
    assert clients[1].names == ("pc03", "pc02")
    assert [client.last.name for client in overdue(clients, NOW)] == ["pc04"]


REFUSED = "0xC004F038"
DAY = 24 * 60


@pytest.mark.parametrize(
    ("code", "minutes", "days_ago", "ends"),
    [
        ("0x0", "0", 0, False),
        ("0x0", str(DAY), 40, False),
        (REFUSED, str(31 * DAY), 0, False),
        (REFUSED, str(31 * DAY), 1, True),
        (REFUSED, str(30 * DAY), 0, True),
        (REFUSED, "0", 0, True),
        (REFUSED, "unknown", 0, False),
    ],
)
def test_clients_that_ask_in_vain_and_come_to_their_end(code: str, minutes: str, days_ago: int, ends: bool) -> None:
    clients = recent_clients([asked("pc01", "a", days_ago, code, minutes)])
    assert bool(expiring(clients, NOW)) is ends


def test_each_product_of_a_machine_is_judged_by_its_own_last_request() -> None:
    office = "d450596f-894d-49e0-966a-fd39ed4c4c64"
    (client,) = recent_clients(
        [
            asked("pc01", "a", 9, REFUSED, "0"),
            asked("pc01", "a", 8),
            asked("pc01", "a", 2, REFUSED, str(DAY), office),
        ]
    )
    assert [(one.activation_id, one.hresult) for one in client.products] == [
        (office, int(REFUSED, 16)),
        (ACTIVATION.lower(), 0),
    ]
    assert [one.expires for one in client.products] == [NOW - timedelta(days=1), NOW + timedelta(days=172)]
    assert expiring([client], NOW) == (client,)
    assert client.last.activation_id == office


@pytest.mark.parametrize(
    ("word", "host_build", "client", "activated"),
    [
        pytest.param("VOLUME_KMS_WS22", 20348, (26100, 3), False, id="Server 2025 on a 2022 key"),
        pytest.param("VOLUME_KMS_WS22", 20348, (20348, 3), True, id="Server 2022"),
        pytest.param("VOLUME_KMS_WS22", 20348, (26100, 1), True, id="Windows 11"),
        pytest.param("VOLUME_KMS_WS25", 26100, (26100, 3), True, id="Server 2025"),
        pytest.param("VOLUME_KMS_WS16", 14393, (17763, 3), False, id="Server 2019 on a 2016 key"),
        pytest.param("VOLUME_KMS_WS16", 14393, (17134, 3), True, id="semi-annual channel"),
        pytest.param("VOLUME_KMS_WS16", 14393, (19045, 1), True, id="Windows 10"),
        pytest.param("VOLUME_KMS_WS16", 14393, (22631, 1), None, id="Windows 11 on a key that names Windows 10"),
        pytest.param("VOLUME_KMS_W10", 19045, (17763, 3), False, id="a client key activates no server"),
        pytest.param("VOLUME_KMS_C", 7601, (9200, 3), False, id="Server 2012 on a 2008 R2 key"),
        pytest.param("VOLUME_KMS_C", 6002, (7601, 1), False, id="Windows 7 on a 2008 key"),
        pytest.param("VOLUME_KMS", 7601, (6002, 1), True, id="Vista"),
    ],
)
def test_what_a_host_key_activates(word: str, host_build: int, client: tuple[int, int], activated: bool | None) -> None:
    group = group_of(replace(product(KeyType.CSVLK), description=f"Windows, {word} channel"), host_build)
    assert group is not None
    os = OperatingSystem(None, "", client[0], None, client[1])
    assert group.activates(product(), os) is activated
    office = replace(product(application_id=OFFICE_APPLICATION_ID), name="Office 19, Office19ProPlus2019VL_KMS_Client")
    assert group.activates(office, os) is False


@pytest.mark.parametrize(("release", "activated"), [("16", False), ("19", True)])
def test_a_host_key_of_office_activates_its_release(release: str, activated: bool) -> None:
    key = replace(
        product(KeyType.CSVLK, application_id=OFFICE_APPLICATION_ID), description="Office 19, VOLUME_KMS channel"
    )
    group = group_of(key, 20348)
    assert group is not None
    os = OperatingSystem(None, "", 19045, None, 1)
    client = replace(
        product(application_id=OFFICE_APPLICATION_ID), description=f"Office {release}, VOLUME_KMSCLIENT channel"
    )
    assert group.activates(client, os) is activated
    assert group.activates(product(), os) is False


def heard(days_ago: float, cmid: str, name: str) -> ClientRequest:
    return ClientRequest(NOW - timedelta(days=days_ago), 0, 25, name, cmid, None, "licensed", 1, None)


def test_clients_of_each_week() -> None:
    requests = [heard(0, "a", "pc1"), heard(6.9, "a", "pc1"), heard(7, "a", "pc1"), heard(8, "b", "pc2")]
    assert weekly(requests, NOW, timedelta(days=21)) == (1, 2, 0)
    # What is no whole week any more says nothing; a clock may have been set back since.
    assert weekly([heard(15, "a", "pc1"), heard(-1, "b", "pc2")], NOW, timedelta(days=16)) == (1, 0)
    assert weekly(requests, NOW, timedelta(days=6)) == ()


def test_machines_that_were_not_heard_of() -> None:
    clients = recent_clients([heard(1, "a", "PC1.corp.example"), heard(2, "b", "pc2")])
    machines = [
        Machine("first", "A", ("PC1",)),
        Machine("second", "b", ("other", "pc2.corp.example")),
        Machine("clone", "b", ("pc3",)),
        Machine("silent", "c", ("pc4",)),
    ]
    assert unheard(machines, clients) == ("clone", "silent")
