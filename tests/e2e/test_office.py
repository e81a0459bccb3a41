# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Office in the licensing platform of Windows, and in the one it brings along on Windows 7."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Lab, StartLab

HOSTS = ("pc10", "pc7")
SCENARIO = str(Path(__file__).parent / "scenarios" / "office.yml")


@pytest.fixture(scope="module")
def fleet(start_lab: StartLab) -> Lab:
    return start_lab(SCENARIO)


@pytest.mark.parametrize("host", HOSTS)
def test_office_is_reported(fleet: Lab, host: str) -> None:
    report = fleet.ansible(host, "license_info", "office=true").result(host)
    (office,) = [product for product in report["products"] if product["name"].startswith("Office")]
    assert (office["key_type"], office["partial_product_key"]) == ("GVLK", "WFG99")
    assert report["license"]["name"].startswith("Windows")


@pytest.mark.parametrize("host", HOSTS)
def test_activated_office_is_left_alone(fleet: Lab, host: str) -> None:
    done = fleet.ansible(host, "license", "product=office").result(host)
    assert (done["changed"], done["license"]["license_status"]) == (False, "licensed")
    assert not [event for event in fleet.events(host, "invoke") if event["method"] == "Activate"]


@pytest.mark.parametrize("host", HOSTS)
def test_office_key_is_replaced_and_put_back(fleet: Lab, host: str) -> None:
    keys = dict(line.split("\t")[::2] for line in fleet.winlab("keys").splitlines())
    windows = fleet.state(host)["license"]
    mak = fleet.ansible(host, "product_key", f"product=office key={keys['mak_office2016_proplus']}").result(host)
    assert (mak["changed"], mak["result"], mak["after"]["key_type"]) == (True, "verified", "MAK")
    assert not mak["restart_required"]

    # Office keeps the former key beside the new one, so "office" alone is not clear any more.
    unclear = fleet.ansible(host, "product_key", "product=office")
    assert "Several Office products carry a key" in unclear.result(host)["msg"]

    arguments = "product=Office16ProPlusVL_KMS_Client state=absent"
    planned = fleet.ansible(host, "product_key", arguments, "--check").result(host)
    assert (planned["changed"], planned["result"]) == (True, "planned")
    removed = fleet.ansible(host, "product_key", arguments).result(host)
    assert (removed["changed"], removed["result"], removed["after"]["key_type"]) == (True, "verified", "NONE")
    assert not fleet.ansible(host, "product_key", arguments).result(host)["changed"]

    gvlk = fleet.ansible(host, "product_key", "product=office").result(host)
    assert (gvlk["result"], gvlk["changed"], gvlk["product"]) == ("verified", True, "Office Professional Plus 2016")
    assert gvlk["before"]["key_type"] == "MAK"
    assert fleet.ansible(host, "product_key", "product=Office16ProPlusVL_MAK state=absent").result(host)["changed"]
    assert not fleet.ansible(host, "product_key", "product=office").result(host)["changed"]

    # The host counts Office clients apart from Windows, and five of them have not asked it yet.
    refused = fleet.ansible(host, "license", "product=office").result(host)
    assert refused["error"]["code"] == "0xC004F038"
    assert refused["error"]["admin_action"]
    after = fleet.state(host)["license"]
    assert {**after, "grace_minutes": 0} == {**windows, "grace_minutes": 0}


@pytest.mark.parametrize("host", HOSTS)
def test_office_has_a_kms_host_of_its_own(fleet: Lab, host: str) -> None:
    done = fleet.ansible(host, "kms_client", "product=office host=kms01.corp.example port=1688").result(host)
    assert (done["changed"], done["result"]) == (True, "verified")
    assert not fleet.ansible(host, "kms_client", "product=office host=kms01.corp.example port=1688").result(host)[
        "changed"
    ]
    general = fleet.ansible(host, "license_info").result(host)
    assert general["kms_client"]["configured_host"] is None
    assert fleet.ansible(host, "kms_client", "product=office state=absent").result(host)["changed"]


def test_windows_license_keeps_its_key(fleet: Lab) -> None:
    run = fleet.ansible("plain", "product_key", "product=windows state=absent")
    assert run.code != 0
    assert "is the Windows license" in run.result("plain")["msg"]
    assert fleet.events("plain", "invoke") == []


def test_office_service_of_windows_7(fleet: Lab) -> None:
    done = fleet.ansible("pc7", "licensing_service", "state=restarted product=office").result("pc7")
    assert (done["changed"], done["service"]["name"]) == (True, "osppsvc")


@pytest.mark.parametrize("module", ["product_key", "license"])
def test_machine_without_office_says_so(fleet: Lab, module: str) -> None:
    run = fleet.ansible("plain", module, "product=office")
    assert run.code != 0
    assert "office" in run.result("plain")["msg"].lower()
    assert fleet.events("plain", "invoke") == []
