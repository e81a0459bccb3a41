# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Win32_Service and the life of the licensing service."""

from __future__ import annotations

import pytest

from winlab.cim import CimError

from .bench import Bench, MakeBench, invoke, on_service, query, service


def _state(lab: Bench, name: str = "sppsvc") -> str:
    (found,) = [one for one in query(lab["m"], "Win32_Service") if one.values["Name"] == name]
    return str(found.values["State"])


def _call(lab: Bench, method: str, name: str = "sppsvc", **arguments: str) -> int:
    return int(invoke(lab["m"], "Win32_Service", method, {"Name": name}, **arguments)["ReturnValue"])


def test_states_and_codes_of_a_restart(bench: MakeBench) -> None:
    lab = bench({"release": "win7", "name": "m"})
    assert _state(lab) == "Running"
    assert _call(lab, "StartService") == 10
    assert _call(lab, "StopService") == 0
    assert _state(lab) == "Stop Pending"
    assert _call(lab, "StopService") == 5
    assert _call(lab, "StartService") == 10
    lab.wait(3)
    assert _state(lab) == "Stopped"
    assert _call(lab, "StopService") == 5
    assert _call(lab, "StartService") == 0
    assert _state(lab) == "Start Pending"
    lab.wait(3)
    assert _state(lab) == "Running"


def test_a_stopping_service_answers_c004f075(bench: MakeBench) -> None:
    lab = bench({"release": "win7", "name": "m"})
    _call(lab, "StopService")
    with pytest.raises(CimError, match="C004F075"):
        service(lab["m"])
    with pytest.raises(CimError, match="C004F075"):
        on_service(lab["m"], "RefreshLicenseStatus")
    lab.wait(3)
    assert service(lab["m"])["Version"] == "6.1.7601.17514"
    assert _state(lab) == "Running"


def test_from_windows_8_on_the_service_starts_on_demand_and_stops_when_idle(bench: MakeBench) -> None:
    lab = bench({"release": "win10", "name": "m"})
    assert _state(lab) == "Stopped"
    service(lab["m"])
    assert _state(lab) == "Running"
    lab.wait(60)
    assert _state(lab) == "Stopped"


def test_a_kms_host_does_not_idle(bench: MakeBench) -> None:
    lab = bench({"release": "server2022", "name": "m", "key": "csvlk_2022", "activated": True})
    lab.advance("2h")
    assert _state(lab) == "Running"


def test_a_disabled_service(bench: MakeBench) -> None:
    lab = bench({"release": "server2019", "name": "m", "service": "disabled"})
    assert _call(lab, "StartService") == 14
    with pytest.raises(CimError, match="80070422"):
        service(lab["m"])
    assert _call(lab, "ChangeStartMode", StartMode="Automatic") == 0
    assert _call(lab, "StartService") == 0
    assert _call(lab, "ChangeStartMode", StartMode="Sometimes") == 21


def test_a_service_others_depend_on(bench: MakeBench) -> None:
    lab = bench({"release": "win7", "name": "m"})
    assert _call(lab, "StopService", "RpcSs") == 3


def test_an_unknown_service_is_not_found(bench: MakeBench) -> None:
    lab = bench({"release": "win7", "name": "m"})
    with pytest.raises(CimError, match="80041002"):
        _call(lab, "StartService", "nonsense")


@pytest.mark.parametrize(("release", "name"), [("vista", "slsvc"), ("server2008", "slsvc"), ("win7", "sppsvc")])
def test_name_of_the_licensing_service(bench: MakeBench, release: str, name: str) -> None:
    lab = bench({"release": release, "name": "m"})
    names = {one.values["Name"] for one in query(lab["m"], "Win32_Service")}
    assert names & {"slsvc", "sppsvc"} == {name}


def test_remote_desktop_is_a_subclass_on_servers(bench: MakeBench) -> None:
    lab = bench({"release": "server2008r2", "name": "m"})
    kinds = {one.class_name for one in query(lab["m"], "Win32_Service")}
    assert kinds == {"Win32_Service", "Win32_TerminalService"}
    (terminal,) = query(lab["m"], "Win32_TerminalService")
    assert terminal.values["CreationClassName"] == "Win32_Service"


def test_the_version_of_the_service_survives_a_restart_and_is_the_selector(bench: MakeBench) -> None:
    lab = bench({"release": "win7", "name": "m"})
    with pytest.raises(CimError, match="80041002"):
        invoke(lab["m"], "SoftwareLicensingService", "RefreshLicenseStatus", {"Version": "6.0"})
    _call(lab, "StopService")
    lab.wait(3)
    _call(lab, "StartService")
    assert on_service(lab["m"], "RefreshLicenseStatus") == {"ReturnValue": 0}
