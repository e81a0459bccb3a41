# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Win32_OperatingSystem, Win32_ComputerSystem and a few relatives (Microsoft Learn, CIMWin32 provider)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from ..cim import CimObject, ClassDef, MethodDef
from ..identity import digits, number
from .releases import Generation

if TYPE_CHECKING:
    from ..machine import LoggedEvent, Machine

CIMV2 = "root/cimv2"


def _typed(cim_type: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), cim_type)


_OS: dict[str, str] = {
    **_typed("string", "BootDevice BuildNumber BuildType Caption CodeSet CountryCode CreationClassName"),
    **_typed("string", "CSCreationClassName CSDVersion CSName Description Locale Manufacturer Name Organization"),
    **_typed("string", "OtherTypeDescription PlusProductID PlusVersionNumber RegisteredUser SerialNumber Status"),
    **_typed("string", "SystemDevice SystemDirectory SystemDrive Version WindowsDirectory"),
    **_typed("uint32", "EncryptionLevel LargeSystemCache MaxNumberOfProcesses NumberOfLicensedUsers"),
    **_typed("uint32", "NumberOfProcesses NumberOfUsers OSLanguage OSProductSuite ProductType SuiteMask"),
    **_typed("uint64", "FreePhysicalMemory FreeSpaceInPagingFiles FreeVirtualMemory MaxProcessMemorySize"),
    **_typed("uint64", "SizeStoredInPagingFiles TotalSwapSpaceSize TotalVirtualMemorySize TotalVisibleMemorySize"),
    **_typed("boolean", "DataExecutionPrevention_32BitApplications DataExecutionPrevention_Available"),
    **_typed("boolean", "DataExecutionPrevention_Drivers Debug Distributed PAEEnabled Primary"),
    **_typed("datetime", "InstallDate LastBootUpTime LocalDateTime"),
    **_typed("uint8", "DataExecutionPrevention_SupportPolicy ForegroundApplicationBoost"),
    **_typed("uint16", "OSType ServicePackMajorVersion ServicePackMinorVersion"),
    "CurrentTimeZone": "sint16",
}
# What Server 2003 has and later releases do not, and the other way round (recorded answers of both).
_OS_2003 = _typed("uint8", "QuantumLength QuantumType")
_OS_VISTA = {"OperatingSystemSKU": "uint32", "OSArchitecture": "string", "MUILanguages": "string[]"}
_OS_EIGHT = {"PortableOperatingSystem": "boolean"}

_COMPUTER: dict[str, str] = {
    **_typed(
        "string", "BootupState Caption CreationClassName Description DNSHostName Domain LastLoadInfo Manufacturer"
    ),
    **_typed(
        "string", "Model Name NameFormat PrimaryOwnerContact PrimaryOwnerName Status SystemType UserName Workgroup"
    ),
    **_typed("uint32", "NumberOfProcessors"),
    **_typed("uint16", "AdminPasswordStatus BootOptionOnLimit BootOptionOnWatchDog ChassisBootupState DomainRole"),
    **_typed("uint16", "FrontPanelResetStatus KeyboardPasswordStatus PowerOnPasswordStatus PowerState"),
    **_typed("uint16", "PowerSupplyState ResetCapability SystemStartupDelay ThermalState WakeUpType"),
    **_typed("boolean", "AutomaticResetBootOption AutomaticResetCapability BootROMSupported DaylightInEffect"),
    **_typed("boolean", "EnableDaylightSavingsTime InfraredSupported NetworkServerModeEnabled PartOfDomain"),
    **_typed("boolean", "PowerManagementSupported"),
    **_typed("sint16", "CurrentTimeZone ResetCount ResetLimit"),
    **_typed("string[]", "InitialLoadInfo OEMStringArray Roles SupportContactDescription SystemStartupOptions"),
    "InstallDate": "datetime",
    "PauseAfterReset": "sint64",
    "PowerManagementCapabilities": "uint16[]",
    "SystemStartupSetting": "uint8",
    "TotalPhysicalMemory": "uint64",
}
# Absent in the recorded answer of Server 2003, present in that of 2008 R2.
_COMPUTER_VISTA = {
    "AutomaticManagedPagefile": "boolean",
    "NumberOfLogicalProcessors": "uint32",
    "PCSystemType": "uint16",
}
_COMPUTER_EIGHT = {"HypervisorPresent": "boolean"}

_DISK: dict[str, str] = {
    **_typed("string", "Caption CreationClassName Description DeviceID FileSystem Name Status SystemName"),
    **_typed("string", "ErrorDescription ErrorMethodology PNPDeviceID ProviderName Purpose SystemCreationClassName"),
    **_typed("string", "VolumeName VolumeSerialNumber"),
    **_typed("uint64", "BlockSize FreeSpace NumberOfBlocks Size"),
    **_typed("uint32", "ConfigManagerErrorCode DriveType LastErrorCode MaximumComponentLength MediaType"),
    **_typed("uint16", "Access Availability StatusInfo"),
    **_typed("boolean", "Compressed ConfigManagerUserConfig ErrorCleared PowerManagementSupported QuotasDisabled"),
    **_typed(
        "boolean", "QuotasIncomplete QuotasRebuilding SupportsDiskQuotas SupportsFileBasedCompression VolumeDirty"
    ),
    "InstallDate": "datetime",
    "PowerManagementCapabilities": "uint16[]",
}

_EVENT: dict[str, str] = {
    **_typed("string", "ComputerName Logfile Message SourceName Type User"),
    **_typed("uint32", "EventIdentifier RecordNumber"),
    **_typed("uint16", "Category EventCode"),
    **_typed("datetime", "TimeGenerated TimeWritten"),
    "EventType": "uint8",
    "InsertionStrings": "string[]",
}

_ADAPTER: dict[str, str] = {
    **_typed("string", "Caption DatabasePath Description DHCPServer DNSDomain DNSHostName IPXAddress"),
    **_typed("string", "IPXVirtualNetNumber MACAddress ServiceName SettingID WINSHostLookupFile WINSPrimaryServer"),
    **_typed("string", "WINSScopeID WINSSecondaryServer"),
    **_typed("string[]", "DefaultIPGateway DNSDomainSuffixSearchOrder DNSServerSearchOrder IPAddress IPSubnet"),
    **_typed("string[]", "IPSecPermitIPProtocols IPSecPermitTCPPorts IPSecPermitUDPPorts IPXNetworkNumber"),
    **_typed("uint32", "ForwardBufferMemory Index InterfaceIndex IPConnectionMetric IPXMediaType KeepAliveInterval"),
    **_typed("uint32", "KeepAliveTime MTU NumForwardPackets TcpipNetbiosOptions TcpMaxConnectRetransmissions"),
    **_typed("uint32", "TcpMaxDataRetransmissions TcpNumConnections"),
    **_typed("uint32[]", "IPXFrameType"),
    **_typed("uint16", "TcpWindowSize"),
    **_typed("uint16[]", "GatewayCostMetric"),
    **_typed("uint8", "DefaultTOS DefaultTTL IGMPLevel"),
    **_typed("boolean", "ArpAlwaysSourceRoute ArpUseEtherSNAP DeadGWDetectEnabled DHCPEnabled"),
    **_typed(
        "boolean", "DNSEnabledForWINSResolution DomainDNSRegistrationEnabled FullDNSRegistrationEnabled IPEnabled"
    ),
    **_typed("boolean", "IPFilterSecurityEnabled IPPortSecurityEnabled IPUseZeroBroadcast IPXEnabled"),
    **_typed("boolean", "PMTUBHDetectEnabled PMTUDiscoveryEnabled TcpUseRFC1122UrgentPointer"),
    **_typed("boolean", "WINSEnableLMHostsLookup"),
    **_typed("datetime", "DHCPLeaseExpires DHCPLeaseObtained"),
}

# EventType, the severity in the upper bits of EventIdentifier, Type (Microsoft Learn, Win32_NTLogEvent class).
_INFORMATION = (3, 0x40000000, "Information")
_ERROR = (1, 0xC0000000, "Error")
# A host that could not publish, and attempts to activate that failed.
_FAILURES = frozenset({8198, 8233, 12291, 12292, 12293})

_GIBIBYTE = 1024**3
_SUITE_TERMINAL = 272


@dataclass(frozen=True)
class _Releases:
    """The properties of a class on all releases, on Server 2003 alone, from Vista and from Windows 8 on."""

    always: dict[str, str]
    server_2003: dict[str, str]
    vista: dict[str, str]
    eight: dict[str, str]


_OS_RELEASES = _Releases(_OS, _OS_2003, _OS_VISTA, _OS_EIGHT)
_COMPUTER_RELEASES = _Releases(_COMPUTER, {}, _COMPUTER_VISTA, _COMPUTER_EIGHT)


def _of_release(machine: Machine, properties: _Releases) -> dict[str, str]:
    old = _is_old(machine)
    newest = properties.eight if machine.release.generation >= Generation.EIGHT else {}
    return {**properties.always, **(properties.server_2003 if old else properties.vista), **newest}


def _is_old(machine: Machine) -> bool:
    """Whether this is Server 2003, whose version begins with 5."""
    return machine.release.version[0] == "5"


def system_classes(machine: Machine) -> list[ClassDef]:
    """The definitions on this machine."""
    reboot = {"Reboot": MethodDef("Reboot"), "Shutdown": MethodDef("Shutdown")}
    return [
        ClassDef("Win32_OperatingSystem", CIMV2, _of_release(machine, _OS_RELEASES), ("Name",), reboot, singleton=True),
        ClassDef("Win32_ComputerSystem", CIMV2, _of_release(machine, _COMPUTER_RELEASES), ("Name",)),
        ClassDef("Win32_LogicalDisk", CIMV2, dict(_DISK), ("DeviceID",)),
        ClassDef("Win32_NetworkAdapterConfiguration", CIMV2, dict(_ADAPTER), ("Index",)),
        ClassDef("Win32_NTLogEvent", CIMV2, dict(_EVENT), ("Logfile", "RecordNumber")),
    ]


def system_instances(machine: Machine, class_name: str) -> list[CimObject]:
    """The instances of one of these classes."""
    if class_name == "Win32_OperatingSystem":
        return [CimObject(class_name, _operating_system(machine))]
    if class_name == "Win32_ComputerSystem":
        return [CimObject(class_name, _computer_system(machine))]
    if class_name == "Win32_LogicalDisk":
        return [CimObject(class_name, _disk(machine))]
    if class_name == "Win32_NetworkAdapterConfiguration":
        return [CimObject(class_name, values) for values in _adapters(machine)]
    return _events(machine)


def local_time(machine: Machine) -> datetime:
    """The machine's own clock with its time zone."""
    zone = timezone(timedelta(minutes=machine.time_zone))
    return machine.now().astimezone(zone)


def _operating_system(machine: Machine) -> dict[str, Any]:
    release = machine.release
    zone = timezone(timedelta(minutes=machine.time_zone))
    memory = 8 * 1024 * 1024
    now = local_time(machine)
    caption = machine.caption
    old = _is_old(machine)
    values: dict[str, Any] = {
        "BootDevice": r"\Device\HarddiskVolume1",
        "BuildNumber": str(release.build),
        "BuildType": "Multiprocessor Free",
        "Caption": caption,
        "CodeSet": "1252",
        "CountryCode": "1",
        "CreationClassName": "Win32_OperatingSystem",
        "CSCreationClassName": "Win32_ComputerSystem",
        "CSDVersion": f"Service Pack {release.service_pack}" if release.service_pack else None,
        "CSName": machine.name.upper(),
        "CurrentTimeZone": machine.time_zone,
        "DataExecutionPrevention_32BitApplications": True,
        "DataExecutionPrevention_Available": True,
        "DataExecutionPrevention_Drivers": True,
        "DataExecutionPrevention_SupportPolicy": 2 if release.client else 3,
        "Debug": False,
        "Description": machine.description,
        "Distributed": False,
        "EncryptionLevel": 256,
        "ForegroundApplicationBoost": 2 if release.client else 0,
        "FreePhysicalMemory": memory // 2 + number(memory // 4, machine.name, "free"),
        "FreeSpaceInPagingFiles": memory // 8,
        "FreeVirtualMemory": memory // 2,
        "InstallDate": machine.installed.astimezone(zone).replace(microsecond=0),
        "LargeSystemCache": 1 if old else None,
        "LastBootUpTime": machine.booted.astimezone(zone),
        "LocalDateTime": now,
        "Locale": "0409",
        "Manufacturer": "Microsoft Corporation",
        "MaxNumberOfProcesses": 4294967295,
        "MaxProcessMemorySize": 137438953344,
        "MUILanguages": ["en-US"],
        "Name": f"{caption}|C:\\Windows|\\Device\\Harddisk0\\Partition2",
        "NumberOfLicensedUsers": 0,
        "NumberOfProcesses": 40 + number(60, machine.name, "processes"),
        "NumberOfUsers": 1,
        "OperatingSystemSKU": machine.sku,
        "Organization": "",
        "OSArchitecture": "64-bit",
        "OSLanguage": 1033,
        "OSProductSuite": 256 if release.client else _SUITE_TERMINAL,
        "OSType": 18,
        "OtherTypeDescription": "R2" if old else None,
        "PAEEnabled": None,
        "PortableOperatingSystem": False,
        "Primary": True,
        "ProductType": machine.product_type,
        "QuantumLength": 0,
        "QuantumType": 0,
        "RegisteredUser": "Windows User",
        "SerialNumber": f"00{digits(3, machine.name)}-{digits(5, machine.name)}-00000-AA{digits(3, machine.name, 2)}",
        "ServicePackMajorVersion": release.service_pack,
        "ServicePackMinorVersion": 0,
        "SizeStoredInPagingFiles": memory // 8,
        "Status": "OK",
        "SuiteMask": 256 if release.client else _SUITE_TERMINAL,
        "SystemDevice": r"\Device\HarddiskVolume2",
        "SystemDirectory": r"C:\WINDOWS\system32" if old else r"C:\Windows\system32",
        "SystemDrive": "C:",
        "TotalVirtualMemorySize": memory + memory // 8,
        "TotalVisibleMemorySize": memory,
        "Version": release.version,
        "WindowsDirectory": r"C:\WINDOWS" if old else r"C:\Windows",
    }
    return {name: values.get(name) for name in _of_release(machine, _OS_RELEASES)}


def _computer_system(machine: Machine) -> dict[str, Any]:
    member = machine.domain is not None
    client = machine.release.client
    # DomainRole: 0/1 workstation, 2/3 server (alone/member), 5 primary domain controller.
    role = 5 if machine.domain_controller else (0 if client else 2) + int(member)
    values: dict[str, Any] = {
        "AdminPasswordStatus": 3,
        "AutomaticManagedPagefile": False,
        "AutomaticResetBootOption": True,
        "AutomaticResetCapability": True,
        "BootROMSupported": True,
        "BootupState": "Normal boot",
        "Caption": machine.name.upper(),
        "ChassisBootupState": 3,
        "CreationClassName": "Win32_ComputerSystem",
        "CurrentTimeZone": machine.time_zone,
        "Description": "AT/AT COMPATIBLE",
        "DNSHostName": machine.name,
        "Domain": machine.domain or "WORKGROUP",
        "DomainRole": role,
        "EnableDaylightSavingsTime": True,
        "FrontPanelResetStatus": 3,
        "HypervisorPresent": False,
        "InfraredSupported": False,
        "KeyboardPasswordStatus": 3,
        "Manufacturer": machine.vendor[0],
        "Model": machine.vendor[1],
        "Name": machine.name.upper(),
        "NetworkServerModeEnabled": True,
        "NumberOfLogicalProcessors": 4,
        "NumberOfProcessors": 1,
        "PartOfDomain": member,
        "PauseAfterReset": -1,
        "PCSystemType": 1 if client else 4,
        "PowerOnPasswordStatus": 3,
        "PowerState": 0,
        "PowerSupplyState": 3,
        "PrimaryOwnerName": "Windows User",
        "ResetCapability": 1,
        "ResetCount": -1,
        "ResetLimit": -1,
        "Roles": ["LM_Workstation", "LM_Server", "NT", *([] if client else ["Server_NT"])],
        "Status": "OK",
        "SystemStartupDelay": 30 if _is_old(machine) else None,
        "SystemType": "x64-based PC",
        "ThermalState": 3,
        "TotalPhysicalMemory": 8 * _GIBIBYTE,
        "WakeUpType": 6,
        "Workgroup": None if member else "WORKGROUP",
    }
    return {name: values.get(name) for name in _of_release(machine, _COMPUTER_RELEASES)}


def _disk(machine: Machine) -> dict[str, Any]:
    values: dict[str, Any] = {
        "Access": None if _is_old(machine) else 0,
        "Caption": "C:",
        "Compressed": False,
        "CreationClassName": "Win32_LogicalDisk",
        "Description": "Local Fixed Disk",
        "DeviceID": "C:",
        "DriveType": 3,
        "FileSystem": "NTFS",
        "FreeSpace": 20 * _GIBIBYTE + number(20 * _GIBIBYTE, machine.name, "disk"),
        "MaximumComponentLength": 255,
        "MediaType": 12,
        "Name": "C:",
        "QuotasDisabled": True,
        "QuotasIncomplete": False,
        "QuotasRebuilding": False,
        "Size": 64 * _GIBIBYTE,
        "SupportsDiskQuotas": False,
        "SupportsFileBasedCompression": True,
        "SystemCreationClassName": "Win32_ComputerSystem",
        "SystemName": machine.name.upper(),
        "VolumeDirty": False,
        "VolumeName": machine.volume_name,
        "VolumeSerialNumber": f"{number(2**32, machine.name, 'volume'):08X}",
    }
    return {name: values.get(name) for name in _DISK}


def _adapters(machine: Machine) -> list[dict[str, Any]]:
    """One that is used and one that is not, as nearly every machine has."""
    wanted = machine.resolution
    search = [*wanted.policy_search_list, *wanted.search_list]
    used: dict[str, Any] = {
        "Caption": "[00000001] Lab Ethernet Adapter",
        "Description": "Lab Ethernet Adapter",
        "DHCPEnabled": wanted.connection is not None,
        "DNSDomain": wanted.connection,
        "DNSDomainSuffixSearchOrder": search or ([machine.primary_suffix] if machine.primary_suffix else None),
        "DNSHostName": machine.name,
        "DNSServerSearchOrder": list(wanted.servers),
        "DomainDNSRegistrationEnabled": False,
        "FullDNSRegistrationEnabled": True,
        "Index": 1,
        "InterfaceIndex": 11,
        "IPAddress": [machine.address],
        "IPEnabled": True,
        "IPSubnet": ["255.255.255.0"],
        "ServiceName": "netvsc",
        "TcpipNetbiosOptions": 0,
    }
    idle = {"Caption": "[00000000] Idle Adapter", "Description": "Idle Adapter", "Index": 0, "IPEnabled": False}
    return [{name: values.get(name) for name in _ADAPTER} for values in (idle, used)]


def _events(machine: Machine) -> list[CimObject]:
    source = (
        "Microsoft-Windows-Security-Licensing-SLC"
        if machine.release.generation is Generation.VISTA
        else "Microsoft-Windows-Security-SPP"
    )
    return [_event(machine, source, event) for entries in machine.event_logs.values() for event in entries]


def _event(machine: Machine, source: str, event: LoggedEvent) -> CimObject:
    kind, severity, title = _ERROR if event.code in _FAILURES else _INFORMATION
    return CimObject(
        "Win32_NTLogEvent",
        {
            "Category": 0,
            "ComputerName": machine.fqdn,
            "EventCode": event.code,
            "EventIdentifier": severity + event.code,
            "EventType": kind,
            "InsertionStrings": list(event.strings),
            "Logfile": event.log,
            "Message": ",".join(event.strings),
            "RecordNumber": event.record,
            "SourceName": source,
            "TimeGenerated": event.time.replace(microsecond=0),
            "TimeWritten": event.time.replace(microsecond=0),
            "Type": title,
            "User": None,
        },
    )
