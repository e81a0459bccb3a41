# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Win32_Service as WMI shows it (Microsoft Learn, Win32_Service class)."""

from __future__ import annotations

from typing import Any

from ..cim import CimObject, ClassDef, MethodDef
from ..identity import number
from .releases import Generation
from .services import RUNNING, START_PENDING, STOP_PENDING, WindowsService

_PROPERTIES = {
    "AcceptPause": "boolean",
    "AcceptStop": "boolean",
    "Caption": "string",
    "CheckPoint": "uint32",
    "CreationClassName": "string",
    "Description": "string",
    "DesktopInteract": "boolean",
    "DisplayName": "string",
    "ErrorControl": "string",
    "ExitCode": "uint32",
    "InstallDate": "datetime",
    "Name": "string",
    "PathName": "string",
    "ProcessId": "uint32",
    "ServiceSpecificExitCode": "uint32",
    "ServiceType": "string",
    "Started": "boolean",
    "StartMode": "string",
    "StartName": "string",
    "State": "string",
    "Status": "string",
    "SystemCreationClassName": "string",
    "SystemName": "string",
    "TagId": "uint32",
    "WaitHint": "uint32",
}
_TERMINAL = {
    "DisconnectedSessions": "uint32",
    "EstimatedSessions": "uint32",
    "RawSessions": "uint32",
    "TotalSessions": "uint32",
}
_METHODS = {
    "StartService": MethodDef("StartService"),
    "StopService": MethodDef("StopService"),
    "PauseService": MethodDef("PauseService"),
    "ResumeService": MethodDef("ResumeService"),
    "InterrogateService": MethodDef("InterrogateService"),
    "ChangeStartMode": MethodDef("ChangeStartMode", {"StartMode": "string"}),
}

_NOT_RUNNING_EXIT = 1077  # ERROR_SERVICE_NEVER_STARTED


def service_classes(generation: Generation) -> list[ClassDef]:
    """Win32_Service and its subclass for Remote Desktop Services."""
    properties = dict(_PROPERTIES)
    if generation >= Generation.TEN:
        properties["DelayedAutoStart"] = "boolean"
    base = ClassDef("Win32_Service", "root/cimv2", properties, ("Name",), dict(_METHODS))
    terminal = ClassDef(
        "Win32_TerminalService",
        "root/cimv2",
        {**properties, **_TERMINAL},
        ("Name",),
        dict(_METHODS),
        superclass="Win32_Service",
    )
    return [base, terminal] if generation >= Generation.SEVEN else [base]


def service_object(service: WindowsService, computer: str, generation: Generation) -> CimObject:
    """One service as an instance."""
    running = service.state == RUNNING
    alive = service.state in (RUNNING, START_PENDING, STOP_PENDING)
    values: dict[str, Any] = {
        "AcceptPause": False,
        "AcceptStop": running,
        "Caption": service.display_name,
        "CheckPoint": 0,
        "CreationClassName": "Win32_Service",
        "Description": service.description,
        "DesktopInteract": False,
        "DisplayName": service.display_name,
        "ErrorControl": "Normal",
        "ExitCode": 0 if alive or service.starts else _NOT_RUNNING_EXIT,
        "InstallDate": None,
        "Name": service.name,
        "PathName": service.path,
        "ProcessId": 400 + 4 * number(4000, computer, service.name, service.starts) if alive else 0,
        "ServiceSpecificExitCode": 0,
        "ServiceType": service.service_type,
        "Started": alive,
        "StartMode": service.start_mode,
        "StartName": service.account,
        "State": service.state,
        "Status": "OK",
        "SystemCreationClassName": "Win32_ComputerSystem",
        "SystemName": computer,
        "TagId": 0,
        "WaitHint": 0,
    }
    if generation >= Generation.TEN:
        values["DelayedAutoStart"] = service.delayed
    if service.terminal:
        values |= dict.fromkeys(_TERMINAL, 0)
        return CimObject("Win32_TerminalService", values)
    return CimObject("Win32_Service", values)
