# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Server 2008 R2 and a Server 2019 as rows of the licensing provider, for the fake machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.winfleet.activation.plugins.plugin_utils._spp import schema

from .fake_machine import FakeMachine

NONE_YET = 4294967295
GVLK_ID = "aaaaaaaa-0000-0000-0000-000000000001"
CSVLK_ID = "aaaaaaaa-0000-0000-0000-000000000002"
MAK_ID = "aaaaaaaa-0000-0000-0000-000000000003"

GVLK = "489J6-VHDMP-X63PK-3K798-CPX3Y"
# Made up; the last letters only have to differ.
CSVLK = "CCCCC-DDDDD-FFFFF-GGGGG-PYWKV"
MAK = "MMMMM-DDDDD-FFFFF-GGGGG-4C6R8"


def server_2008_r2(key: str | None = CSVLK, serving: bool = True, licensed: bool = True) -> FakeMachine:
    """Server 2008 R2 Enterprise with one of the three keys above installed."""
    machine = FakeMachine(
        Win32_OperatingSystem=[
            {
                "BuildNumber": "7601",
                "Caption": "Microsoft Windows Server 2008 R2 Enterprise ",
                "CSName": "SRV2008R2-01",
                "LocalDateTime": datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc),
                "OperatingSystemSKU": 10,
                "ProductType": 3,
                "Version": "6.1.7601",
            }
        ],
        SoftwareLicensingService=[_service("6.1.7601.17514", serving)],
        SoftwareLicensingProduct=[
            _product(GVLK_ID, "VOLUME_KMSCLIENT"),
            _product(CSVLK_ID, "VOLUME_KMS_C"),
            _product(MAK_ID, "VOLUME_MAK"),
        ],
        Win32_Service=[
            {
                "Name": "sppsvc",
                "DisplayName": "Software Protection",
                "ProcessId": 812,
                "StartMode": "Auto",
                "State": "Running",
            }
        ],
    )
    machine.methods = {
        "InstallProductKey": install,
        "RefreshLicenseStatus": lambda *_unused: 0,
        "Activate": activate,
        "StopService": stop,
        "StartService": start,
    }
    if key:
        carry(machine, key, licensed)
    return machine


def carry(machine: FakeMachine, key: str, licensed: bool = False) -> None:
    wanted = {GVLK: GVLK_ID, CSVLK: CSVLK_ID, MAK: MAK_ID}[key]
    for row in machine.rows["SoftwareLicensingProduct"]:
        chosen = row["ID"] == wanted
        row["PartialProductKey"] = key[-5:] if chosen else None
        row["LicenseStatus"] = (1 if licensed else 2) if chosen else 0
        row["GracePeriodRemaining"] = 0 if licensed or not chosen else 43200


def install(machine: FakeMachine, arguments: Mapping[str, Any]) -> int:
    """The channel changes at once; the running service keeps its role."""
    carry(machine, arguments["ProductKey"])
    return 0


def activate(machine: FakeMachine, arguments: Mapping[str, Any]) -> int:
    for row in machine.rows["SoftwareLicensingProduct"]:
        if row["PartialProductKey"]:
            row["LicenseStatus"] = 1
    return 0


def stop(machine: FakeMachine, arguments: Mapping[str, Any]) -> int:
    machine.rows["Win32_Service"][0]["State"] = "Stopped"
    return 0


def start(machine: FakeMachine, arguments: Mapping[str, Any]) -> int:
    """Only now does the service look at the installed key."""
    machine.rows["Win32_Service"][0]["State"] = "Running"
    products = machine.rows["SoftwareLicensingProduct"]
    host = any(row["ID"] == CSVLK_ID and row["LicenseStatus"] == 1 for row in products)
    machine.rows["SoftwareLicensingService"][0]["IsKeyManagementServiceMachine"] = int(host)
    return 0


def _service(version: str, serving: bool) -> dict[str, Any]:
    row = _with_defaults(schema.service_columns(7601)[0])
    row |= {
        "Version": version,
        "ClientMachineID": "5f0c1e7a-3d4b-4f6f-9d5e-2b1a7c9e0f11",
        "IsKeyManagementServiceMachine": int(serving),
        "KeyManagementServiceDnsPublishing": True,
        "KeyManagementServiceHostCaching": True,
        "KeyManagementServiceLowPriority": False,
    }
    return row


def _product(activation_id: str, channel: str) -> dict[str, Any]:
    row = _with_defaults(schema.product_columns(7601)[0])
    row |= {
        "ID": activation_id,
        "ApplicationID": "55c92734-d682-4d71-983e-d6ec3f16059f",
        "Name": "Windows Server(R), ServerEnterprise edition",
        "Description": f"Windows Operating System - Windows Server(R), {channel} channel",
        "LicenseFamily": "ServerEnterprise",
        "LicenseIsAddon": False,
        "LicenseStatus": 0,
        "EvaluationEndDate": datetime(1601, 1, 1, tzinfo=timezone.utc),
        "IsKeyManagementServiceMachine": 0,
    }
    return row


def _with_defaults(columns: Iterable[str]) -> dict[str, Any]:
    return {column: _default(column) for column in (*columns, *schema.COUNTERS[0])}


def _default(column: str) -> Any:
    counters = column.endswith(("Requests", "Count", "ILVID", "RequiredClientCount"))
    if counters:
        return NONE_YET
    return 0 if schema.TYPES[column] == "uint32" else None
