# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every release of Windows the lab knows, from the Server 2003 add-on to Server 2025."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Lab, StartLab

AZURE, IOT = "srv2022-02", "win10ltsc2021-02"


@pytest.fixture(scope="module")
def fleet(start_lab: StartLab) -> Lab:
    return start_lab("generations")


@pytest.fixture(scope="module")
def reports(fleet: Lab) -> dict[str, Any]:
    return fleet.ansible("windows", "license_info", "", "-f", "16").results


def test_every_release_is_read_as_it_is(fleet: Lab, reports: dict[str, Any]) -> None:
    assert len(reports) >= 25
    for host, report in reports.items():
        truth = fleet.state(host)
        assert report["os"]["build"] == truth["os"]["build"], host
        assert report["service"]["name"] == truth["service"]["name"], host
        if truth["license"] is None:
            assert report["role"] == "unlicensed", host
            continue
        assert report["license"]["key_type"] == truth["license"]["key_type"].upper(), host
        assert report["license"]["partial_product_key"] == truth["license"]["partial_product_key"], host
        assert report["license"]["license_status"] == truth["license"]["license_status"], host
        assert report["kms_host"]["enabled"] is truth["kms_host"]["enabled"], host


def test_each_carries_the_gvlk_that_would_be_chosen(fleet: Lab, reports: dict[str, Any]) -> None:
    """The lab's keys and the collection's were taken from Microsoft's page independently."""
    chosen = fleet.ansible("windows:!kms_hosts", "product_key", "", "--check", "-f", "16").results
    agreed = 0
    for host, result in chosen.items():
        if reports[host]["license"]["key_type"] != "GVLK" or "msg" in result:
            continue
        assert not result["changed"], host
        assert result["partial_product_key"] == fleet.state(host)["license"]["partial_product_key"], host
        agreed += 1
    assert agreed >= 20


def test_editions_that_get_no_key_by_themselves_say_so(fleet: Lab) -> None:
    chosen = fleet.ansible("windows:!kms_hosts", "product_key", "", "--check", "-f", "16").results
    refused = {host: result["msg"] for host, result in chosen.items() if "msg" in result}
    assert any("2003" in message for message in refused.values()), refused
    assert any("Azure Virtual Desktop" in message for message in refused.values()), refused
    assert "name the edition (ServerTurbine)" in refused[AZURE]
    assert "name the edition (IoTEnterpriseS)" in refused[IOT]
    assert len(refused) == 4, refused
    assert not any(fleet.events(kind="invoke"))


def test_edition_can_be_named(fleet: Lab) -> None:
    result = fleet.ansible(AZURE, "product_key", "edition=ServerTurbine").result(AZURE)
    assert (result["changed"], result["result"]) == (False, "verified")


def test_server_2003_is_reported_as_the_host_it_is(reports: dict[str, Any]) -> None:
    report = reports["srv2003r2-01"]
    assert (report["role"], report["license"]["channel"], report["service"]["name"]) == (
        "kms_host",
        "VOLUME_KMS_B",
        "slsvc",
    )
    assert report["os"]["sku"] is None
