# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What SoftwareLicensingProduct looks like."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from winlab.windows.releases import catalog

from .bench import MakeBench, keyed, query, service, windows_product

_RELEASES = [name for name, release in catalog().releases.items() if not release.host_only]
_NONE = 4294967295


@pytest.mark.parametrize("release", _RELEASES)
def test_instances_have_exactly_the_declared_properties(bench: MakeBench, release: str) -> None:
    machine = bench({"release": release, "name": "m", "activated": True})["m"]
    for class_name in (
        "SoftwareLicensingProduct",
        "SoftwareLicensingService",
        "Win32_OperatingSystem",
        "Win32_Service",
    ):
        definition = machine.cim.class_def("root/cimv2", class_name)
        assert definition is not None
        for instance in query(machine, class_name):
            if instance.class_name == class_name:
                assert set(instance.values) == set(definition.properties)


def test_a_row_without_a_key(bench: MakeBench) -> None:
    machine = bench({"release": "win10", "name": "m"})["m"]
    blank = [one.values for one in query(machine, "SoftwareLicensingProduct") if not one.values["PartialProductKey"]]
    assert len(blank) > 15
    for values in blank:
        assert values["PartialProductKey"] is None
        assert values["LicenseStatus"] == 0
        assert values["LicenseStatusReason"] == 0xC004F014
        assert values["KeyManagementServiceCurrentCount"] == _NONE
        assert values["KeyManagementServiceTotalRequests"] == _NONE
        assert values["RequiredClientCount"] == _NONE
        assert values["RemainingSkuReArmCount"] == _NONE
        assert values["KeyManagementServicePort"] == 0
        assert values["EvaluationEndDate"] == datetime(1601, 1, 1, tzinfo=UTC)
        assert values["OfflineInstallationId"] is None


@pytest.mark.parametrize(
    ("release", "status", "minutes", "reason"),
    [
        ("vista", 2, 43200, 0x4004F00C),
        ("server2008r2", 2, 43200, 0x4004F00C),
        ("server2012", 5, 0, 0xC004F056),
        ("win11", 5, 0, 0xC004F056),
    ],
)
def test_a_fresh_setup_key(bench: MakeBench, release: str, status: int, minutes: int, reason: int) -> None:
    product = windows_product(bench({"release": release, "name": "m"})["m"])
    assert product["LicenseStatus"] == status
    assert product["GracePeriodRemaining"] == minutes
    assert product["LicenseStatusReason"] == reason


def test_an_activated_client(bench: MakeBench) -> None:
    lab = bench(
        {"release": "server2022", "name": "kms01", "key": "csvlk_2022", "activated": True},
        {"release": "win10", "name": "client", "activated": True, "minutes": 250000},
    )
    product = windows_product(lab["client"])
    assert product["LicenseStatus"] == 1
    assert product["GracePeriodRemaining"] == 250000
    assert product["LicenseStatusReason"] == 0x4004F040
    assert product["DiscoveredKeyManagementServiceMachineName"] == "kms01.corp.example"
    assert product["KeyManagementServiceProductKeyID"] == windows_product(lab["kms01"])["ProductKeyID"]
    assert product["ProductKeyChannel"] == "Volume:GVLK"
    assert product["VLActivationType"] == 2
    assert len(product["OfflineInstallationId"]) == 63


def test_a_host_shows_flag_and_counters_on_the_product_from_windows_7_on(bench: MakeBench) -> None:
    lab = bench(
        {
            "release": "server2022",
            "name": "kms01",
            "key": "csvlk_2022",
            "activated": True,
            "kms_host": {"counted_clients": 30},
        },
    )
    product = windows_product(lab["kms01"])
    assert product["Description"] == "Windows(R) Operating System, VOLUME_KMS_WS22 channel"
    assert product["IsKeyManagementServiceMachine"] == 1
    assert product["KeyManagementServiceCurrentCount"] == 30
    assert product["KeyManagementServiceTotalRequests"] > 30
    assert product["GracePeriodRemaining"] == 0


def test_on_server_2008_flag_and_counters_are_on_the_service(bench: MakeBench) -> None:
    lab = bench({"release": "server2008", "name": "rogue", "key": "csvlk_kms_b", "activated": True})
    product, found = windows_product(lab["rogue"]), service(lab["rogue"])
    assert product["Description"] == "Windows Operating System - Windows Server(R), VOLUME_KMS_B channel"
    assert "IsKeyManagementServiceMachine" not in product
    assert found["IsKeyManagementServiceMachine"] == 1
    assert found["KeyManagementServiceCurrentCount"] == 0
    assert "KeyManagementServiceDnsPublishing" not in found


def test_an_unactivated_host_key_makes_no_host(bench: MakeBench) -> None:
    lab = bench({"release": "server2022", "name": "m", "key": "csvlk_2022"})
    assert windows_product(lab["m"])["IsKeyManagementServiceMachine"] == 0
    assert service(lab["m"])["IsKeyManagementServiceMachine"] == 0
    assert windows_product(lab["m"])["LicenseStatus"] == 5


def test_an_evaluation_edition(bench: MakeBench) -> None:
    machine = bench({"release": "server2025", "edition": "datacenter_eval", "name": "m"})["m"]
    product = windows_product(machine)
    assert product["Name"] == "Windows(R), ServerDatacenterEval edition"
    assert product["ProductKeyChannel"] == "Retail:TB:Eval"
    assert product["ID"] == "96794a98-097f-42fe-8f28-2c38ea115229"
    assert (product["LicenseStatus"], product["GracePeriodRemaining"]) == (1, 259200)
    assert product["EvaluationEndDate"].year == 2027
    assert not [one for one in query(machine, "SoftwareLicensingProduct") if "KMSCLIENT" in one.values["Description"]]


@pytest.mark.parametrize(
    ("release", "version", "class_name"),
    [
        ("win7", "2016", "OfficeSoftwareProtectionProduct"),
        ("win10", "2010", "OfficeSoftwareProtectionProduct"),
        ("win10", "2016", "SoftwareLicensingProduct"),
    ],
)
def test_where_office_lives(bench: MakeBench, release: str, version: str, class_name: str) -> None:
    machine = bench({"release": release, "name": "m", "office": {version: ["proplus"]}})["m"]
    office = [one for one in keyed(machine, class_name) if one["Name"].startswith("Office")]
    assert len(office) == 1
    assert office[0]["LicenseStatus"] == 2
    assert office[0]["ProductKeyID2"]


def test_the_office_platform_has_the_columns_of_windows_7_on_every_release(bench: MakeBench) -> None:
    machine = bench({"release": "win10", "name": "m", "office": {"2010": ["proplus"]}})["m"]
    office = machine.cim.class_def("root/cimv2", "OfficeSoftwareProtectionProduct")
    windows = machine.cim.class_def("root/cimv2", "SoftwareLicensingProduct")
    assert office is not None
    assert windows is not None
    newer = {"VLActivationTypeEnabled", "ProductKeyChannel", "KeyManagementServiceLookupDomain"}
    assert newer <= set(windows.properties)
    assert not newer & set(office.properties)
    assert {"TokenActivationILVID", "ProductKeyID2"} <= set(office.properties)


def test_secrets_are_nowhere_in_the_instances(bench: MakeBench) -> None:
    machine = bench({"release": "server2022", "name": "m", "key": "csvlk_2022", "activated": True})["m"]
    texts = [
        str(one.values)
        for name in ("SoftwareLicensingProduct", "SoftwareLicensingService")
        for one in query(machine, name)
    ]
    assert not any("99999-" in text for text in texts)
