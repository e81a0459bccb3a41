# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Methods that set KMS client and host settings."""

from __future__ import annotations

import pytest

from winlab.cim import CimError

from .bench import MakeBench, failure, invoke, on_product, on_service, service, windows_product


@pytest.mark.parametrize(
    ("method", "arguments", "prop", "value"),
    [
        (
            "SetKeyManagementServiceMachine",
            {"MachineName": "kms.example"},
            "KeyManagementServiceMachine",
            "kms.example",
        ),
        ("SetKeyManagementServicePort", {"PortNumber": "1700"}, "KeyManagementServicePort", 1700),
        (
            "SetKeyManagementServiceLookupDomain",
            {"LookupDomain": "d.example"},
            "KeyManagementServiceLookupDomain",
            "d.example",
        ),
        (
            "DisableKeyManagementServiceHostCaching",
            {"DisableCaching": "true"},
            "KeyManagementServiceHostCaching",
            False,
        ),
        ("SetKeyManagementServiceListeningPort", {"PortNumber": "1699"}, "KeyManagementServiceListeningPort", 1699),
        (
            "DisableKeyManagementServiceDnsPublishing",
            {"DisablePublishing": "true"},
            "KeyManagementServiceDnsPublishing",
            False,
        ),
        (
            "EnableKeyManagementServiceLowPriority",
            {"EnableLowPriority": "true"},
            "KeyManagementServiceLowPriority",
            True,
        ),
    ],
)
def test_settings_of_the_service(
    bench: MakeBench, method: str, arguments: dict[str, str], prop: str, value: object
) -> None:
    machine = bench({"release": "server2019", "name": "m"})["m"]
    on_service(machine, method, **arguments)
    assert service(machine)[prop] == value


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("SetKeyManagementServiceMachine", {"MachineName": ""}),
        ("SetKeyManagementServicePort", {"PortNumber": "0"}),
        ("SetKeyManagementServicePort", {"PortNumber": "70000"}),
        ("SetVLActivationTypeEnabled", {"ActivationType": "4"}),
        ("DisableKeyManagementServiceHostCaching", {}),
        ("ReArmApp", {"ApplicationId": "nonsense"}),
    ],
)
def test_bad_arguments(bench: MakeBench, method: str, arguments: dict[str, str]) -> None:
    machine = bench({"release": "server2019", "name": "m"})["m"]
    with pytest.raises(CimError) as caught:
        on_service(machine, method, **arguments)
    assert failure(caught.value) == "80070057"


def test_intervals_belong_to_hosts(bench: MakeBench) -> None:
    lab = bench(
        {"release": "server2022", "name": "host", "key": "csvlk_2022", "activated": True},
        {"release": "server2022", "name": "client"},
    )
    on_service(lab["host"], "SetVLActivationInterval", ActivationInterval="240")
    assert service(lab["host"])["VLActivationInterval"] == 240
    with pytest.raises(CimError, match="80070057"):
        on_service(lab["host"], "SetVLRenewalInterval", RenewalInterval="14")
    with pytest.raises(CimError, match="C004F039"):
        on_service(lab["client"], "SetVLActivationInterval", ActivationInterval="240")


def test_settings_of_one_product_win(bench: MakeBench) -> None:
    lab = bench(
        {
            "release": "server2022",
            "name": "kms01",
            "key": "csvlk_2022",
            "activated": True,
            "kms_host": {"counted_clients": 9},
        },
        {"release": "server2019", "name": "m", "kms_client": {"host": "nowhere"}},
    )
    with pytest.raises(CimError, match="C004F074"):
        on_product(lab["m"], "Activate")
    on_product(lab["m"], "SetKeyManagementServiceMachine", MachineName="kms01.corp.example")
    on_product(lab["m"], "Activate")
    product = windows_product(lab["m"])
    assert product["KeyManagementServiceMachine"] == "kms01.corp.example"
    assert not product["DiscoveredKeyManagementServiceMachineName"]


def test_rearm_takes_a_reboot(bench: MakeBench) -> None:
    lab = bench({"release": "win7", "name": "m", "minutes": 10})
    before = service(lab["m"])
    on_service(lab["m"], "ReArmWindows")
    with pytest.raises(CimError, match="C004D302"):
        on_product(lab["m"], "Activate")
    invoke(lab["m"], "Win32_OperatingSystem", "Reboot")
    after = service(lab["m"])
    assert after["RemainingWindowsReArmCount"] == before["RemainingWindowsReArmCount"] - 1
    assert after["ClientMachineID"] != before["ClientMachineID"]
    assert windows_product(lab["m"])["GracePeriodRemaining"] == 43200
    for _unused in range(2):
        on_service(lab["m"], "ReArmWindows")
    with pytest.raises(CimError, match="C004D307"):
        on_service(lab["m"], "ReArmWindows")


def test_methods_of_other_generations_do_not_exist(bench: MakeBench) -> None:
    machine = bench({"release": "vista", "name": "m"})["m"]
    with pytest.raises(CimError, match="8004102E"):
        on_service(machine, "SetKeyManagementServicePort", PortNumber="1")
