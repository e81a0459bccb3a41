# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The services a machine of the lab has besides its licensing service."""

from __future__ import annotations

from .releases import Generation, Release
from .services import RUNNING, STOPPED, WindowsService

_HOST = r"C:\Windows\System32\svchost.exe -k "
_LICENSING_DISPLAY = {"slsvc": "Software Licensing", "sppsvc": "Software Protection"}


def licensing_service(release: Release) -> WindowsService:
    """slsvc or sppsvc. From Windows 8 on it is started by triggers and stops when idle."""
    modern = release.generation >= Generation.EIGHT
    program = "SLsvc.exe" if release.service == "slsvc" else "sppsvc.exe"
    return WindowsService(
        release.service,
        _LICENSING_DISPLAY[release.service],
        rf"C:\Windows\system32\{program}",
        account=r"NT AUTHORITY\NetworkService",
        service_type="Own Process",
        description="Enables the download, installation and enforcement of digital licenses.",
        delayed=release.generation >= Generation.SEVEN,
        trigger_started=modern,
        state=STOPPED if modern else RUNNING,
        depends_on=("RpcSs",),
    )


def office_service() -> WindowsService:
    """osppsvc, which comes with Office 2010 and with later Office on Windows 7."""
    path = (
        r'"C:\Program Files\Common Files\Microsoft Shared'
        r'\OfficeSoftwareProtectionPlatform\OSPPSVC.EXE"'
    )
    return WindowsService(
        "osppsvc",
        "Office Software Protection Platform",
        path,
        start_mode="Manual",
        account=r"NT AUTHORITY\NetworkService",
        service_type="Own Process",
        depends_on=("RpcSs",),
    )


def common_services(release: Release) -> list[WindowsService]:
    """A handful of services everybody knows."""
    network = r"NT AUTHORITY\NetworkService"
    local = r"NT AUTHORITY\LocalService"
    return [
        WindowsService("Dhcp", "DHCP Client", _HOST + "LocalServiceNetworkRestricted", account=local),
        WindowsService("Dnscache", "DNS Client", _HOST + "NetworkService", account=network),
        WindowsService("EventLog", "Windows Event Log", _HOST + "LocalServiceNetworkRestricted", account=local),
        WindowsService("LanmanServer", "Server", _HOST + "netsvcs"),
        WindowsService("LanmanWorkstation", "Workstation", _HOST + "NetworkService", account=network),
        WindowsService("RpcSs", "Remote Procedure Call (RPC)", _HOST + "rpcss", account=network),
        WindowsService("Spooler", "Print Spooler", r"C:\Windows\System32\spoolsv.exe", service_type="Own Process"),
        WindowsService("W32Time", "Windows Time", _HOST + "LocalService", account=local, start_mode="Manual"),
        WindowsService("Winmgmt", "Windows Management Instrumentation", _HOST + "netsvcs"),
        WindowsService("WinRM", "Windows Remote Management (WS-Management)", _HOST + "NetworkService", account=network),
        WindowsService("wuauserv", "Windows Update", _HOST + "netsvcs", start_mode="Manual", state=STOPPED),
        WindowsService(
            "TermService",
            "Remote Desktop Services",
            _HOST + "termsvcs",
            account=network,
            start_mode="Manual",
            # Windows Server 2008 R2 and later show it as a class of its own.
            terminal=not release.client and release.generation >= Generation.SEVEN,
        ),
        WindowsService("RemoteRegistry", "Remote Registry", _HOST + "regsvc", start_mode="Disabled", state=STOPPED),
    ]
