# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""StdRegProv, and the settings that live in the registry."""

from __future__ import annotations

from typing import Any

import pytest

from winlab.windows.registry_content import CURRENT_VERSION
from winlab.windows.settings import SL_ROOT, SPP_ROOT

from .bench import HKLM, Bench, MakeBench, invoke, on_service, restart, service, targets


def _call(lab: Bench, method: str, path: str, name: str | None = None, **data: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {"hDefKey": HKLM, "sSubKeyName": path, **data}
    if name is not None:
        arguments["sValueName"] = name
    return invoke(lab["m"], "StdRegProv", method, None, "root/default", **arguments)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("EditionID", "ServerStandard"),
        ("ProductName", "Windows Server 2019 Standard"),
        ("InstallationType", "Server Core"),
        ("CurrentBuild", "17763"),
        ("CurrentVersion", "6.3"),
    ],
)
def test_the_identity_of_windows(bench: MakeBench, name: str, text: str) -> None:
    lab = bench({"release": "server2019", "core": True, "name": "m"})
    assert _call(lab, "GetStringValue", CURRENT_VERSION, name) == {"sValue": text, "ReturnValue": 0}


def test_the_revision_is_a_number_from_windows_10_on(bench: MakeBench) -> None:
    lab = bench({"release": "win10", "name": "m"})
    assert _call(lab, "GetDWORDValue", CURRENT_VERSION, "UBR") == {"uValue": 5011, "ReturnValue": 0}
    assert _call(bench({"release": "win7", "name": "m"}), "GetDWORDValue", CURRENT_VERSION, "UBR")["ReturnValue"] == 1


def test_return_values(bench: MakeBench) -> None:
    lab = bench({"release": "win10", "name": "m"})
    assert _call(lab, "GetStringValue", CURRENT_VERSION, "Nope")["ReturnValue"] == 1
    assert _call(lab, "GetStringValue", "SOFTWARE\\Nope", "x")["ReturnValue"] == 2
    assert _call(lab, "GetDWORDValue", CURRENT_VERSION, "EditionID")["ReturnValue"] == 0x80041005
    assert _call(lab, "SetStringValue", "SOFTWARE\\Nope", "x", sValue="y")["ReturnValue"] == 2
    assert _call(lab, "SetDWORDValue", CURRENT_VERSION, "x", uValue="many")["ReturnValue"] == 87
    bad = invoke(lab["m"], "StdRegProv", "EnumKey", None, hDefKey="1", sSubKeyName="SOFTWARE")
    assert bad["ReturnValue"] == 6


def test_write_read_enumerate_delete(bench: MakeBench) -> None:
    lab = bench({"release": "win10", "name": "m"})
    key = r"SOFTWARE\Lab\Inner"
    assert _call(lab, "CreateKey", key)["ReturnValue"] == 0
    assert _call(lab, "SetMultiStringValue", key, "List", sValue=["a", "b"])["ReturnValue"] == 0
    assert _call(lab, "SetBinaryValue", key, "Bytes", uValue=["1", "255"])["ReturnValue"] == 0
    assert _call(lab, "GetMultiStringValue", key, "list")["sValue"] == ["a", "b"]
    assert _call(lab, "GetBinaryValue", key, "Bytes")["uValue"] == [1, 255]
    assert _call(lab, "EnumValues", key) == {"sNames": ["List", "Bytes"], "Types": [7, 3], "ReturnValue": 0}
    assert _call(lab, "EnumKey", r"SOFTWARE\Lab")["sNames"] == ["Inner"]
    assert _call(lab, "DeleteKey", r"SOFTWARE\Lab")["ReturnValue"] == 2, "a key with subkeys stays"
    assert _call(lab, "DeleteValue", key, "List")["ReturnValue"] == 0
    assert _call(lab, "DeleteValue", key, "List")["ReturnValue"] == 2
    assert _call(lab, "DeleteKey", key)["ReturnValue"] == 0
    assert _call(lab, "CheckAccess", key, uRequired="1") == {"bGranted": False, "ReturnValue": 2}
    assert _call(lab, "CheckAccess", "SECURITY", uRequired="1") == {"bGranted": False, "ReturnValue": 0}


def test_server_2008_takes_its_publishing_switch_from_the_registry(bench: MakeBench) -> None:
    lab = bench({"release": "server2008", "name": "m", "key": "csvlk_kms_b", "activated": True})
    assert _call(lab, "SetDWORDValue", SL_ROOT, "DisableDnsPublishing", uValue="1")["ReturnValue"] == 0
    lab.fleet.zone.withdraw("corp.example", "m.corp.example")
    restart(lab, lab["m"])
    assert service(lab["m"])["IsKeyManagementServiceMachine"] == 1
    assert targets(lab) == set()


def test_methods_and_registry_are_two_views_of_one_setting(bench: MakeBench) -> None:
    lab = bench({"release": "win10", "name": "m"})
    on_service(lab["m"], "SetKeyManagementServiceMachine", MachineName="kms.example")
    on_service(lab["m"], "SetKeyManagementServicePort", PortNumber="1700")
    assert _call(lab, "GetStringValue", SPP_ROOT, "KeyManagementServiceName")["sValue"] == "kms.example"
    _call(lab, "SetStringValue", SPP_ROOT, "KeyManagementServicePort", sValue="1701")
    assert service(lab["m"])["KeyManagementServicePort"] == 1701
    on_service(lab["m"], "ClearKeyManagementServiceMachine")
    assert service(lab["m"])["KeyManagementServiceMachine"] is None


def test_stdregprov_is_in_both_namespaces_from_vista_on(bench: MakeBench) -> None:
    lab = bench({"release": "vista", "name": "m"}, {"release": "server2003r2", "name": "old"})
    assert lab["m"].cim.class_def("root/cimv2", "stdregprov") is not None
    assert lab["old"].cim.class_def("root\\default", "StdRegProv") is not None
    assert lab["old"].cim.class_def("root/cimv2", "StdRegProv") is None
