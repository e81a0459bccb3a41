# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Win32_OperatingSystem, Win32_ComputerSystem and general WMI manners."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from winlab.cim import CimError

from .bench import MakeBench, query


def _system(bench: MakeBench, **machine: Any) -> dict[str, Any]:
    (found,) = query(bench({**machine, "name": "m"})["m"], "Win32_OperatingSystem")
    return found.values


@pytest.mark.parametrize(
    ("machine", "caption", "build", "sku", "product_type"),
    [
        ({"release": "vista", "edition": "business"}, "Microsoft® Windows Vista™ Business ", "6002", 6, 1),
        ({"release": "server2008", "core": True}, "Microsoft® Windows Server® 2008 Standard ", "6003", 13, 3),
        ({"release": "win7"}, "Microsoft Windows 7 Enterprise ", "7601", 4, 1),
        ({"release": "server2012r2"}, "Microsoft Windows Server 2012 R2 Standard", "9600", 7, 3),
        ({"release": "win10ltsc2021", "edition": "iot"}, "Microsoft Windows 10 IoT Enterprise LTSC", "19044", 191, 1),
        ({"release": "win11"}, "Microsoft Windows 11 Enterprise", "26100", 4, 1),
        (
            {"release": "win10", "edition": "multisession"},
            "Microsoft Windows 10 Enterprise multi-session",
            "19045",
            175,
            3,
        ),
        ({"release": "server2025", "domain_controller": True}, "Microsoft Windows Server 2025 Standard", "26100", 7, 2),
    ],
)
def test_operating_systems(
    bench: MakeBench, machine: dict[str, Any], caption: str, build: str, sku: int, product_type: int
) -> None:
    values = _system(bench, **machine)
    assert (values["Caption"], values["BuildNumber"]) == (caption, build)
    assert (values["OperatingSystemSKU"], values["ProductType"]) == (sku, product_type)


def test_server_2003_lacks_what_came_later(bench: MakeBench) -> None:
    assert {"OperatingSystemSKU", "OSArchitecture", "MUILanguages"}.isdisjoint(_system(bench, release="server2003r2"))


def test_local_time_shows_zone_and_skew(bench: MakeBench) -> None:
    found = _system(bench, release="win10", clock_skew="-3h", time_zone=60)["LocalDateTime"]
    assert found == datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    assert found.hour == 6


@pytest.mark.parametrize(
    ("machine", "role", "domain"),
    [
        ({"release": "win10"}, 1, "corp.example"),
        ({"release": "win10", "domain": None}, 0, "WORKGROUP"),
        ({"release": "server2019"}, 3, "corp.example"),
        ({"release": "server2019", "domain": None}, 2, "WORKGROUP"),
        ({"release": "server2019", "domain_controller": True}, 5, "corp.example"),
    ],
)
def test_domain_roles(bench: MakeBench, machine: dict[str, Any], role: int, domain: str) -> None:
    (found,) = query(bench({**machine, "name": "m"})["m"], "Win32_ComputerSystem")
    assert (found.values["DomainRole"], found.values["Domain"]) == (role, domain)


def test_get_by_key_ignores_case(bench: MakeBench) -> None:
    machine = bench({"release": "win7", "name": "m"})["m"]
    assert machine.cim.get("root/cimv2", "win32_service", {"name": "SPPSVC"}).values["Name"] == "sppsvc"
    with pytest.raises(CimError, match="80041002"):
        machine.cim.get("root/cimv2", "Win32_Service", {"Name": "nope"})


def test_unknown_things(bench: MakeBench) -> None:
    machine = bench({"release": "win7", "name": "m"})["m"]
    assert machine.cim.class_def("root/cimv2", "Win32_Nope") is None
    assert machine.cim.class_def("root/nope", "Win32_Service") is None
    with pytest.raises(CimError, match="80041010"):
        machine.cim.instances("root/cimv2", "Win32_Nope")
    with pytest.raises(CimError, match="8004102E"):
        asyncio.run(machine.cim.invoke("root/cimv2", "Win32_Service", {"Name": "sppsvc"}, "Fly", {}))


def test_put_writes_what_is_writable(bench: MakeBench) -> None:
    machine = bench({"release": "win7", "name": "m"})["m"]
    after = machine.cim.put("root/cimv2", "Win32_LogicalDisk", {"DeviceID": "C:"}, {"VolumeName": "DATA"})
    assert after.values["VolumeName"] == "DATA"
    with pytest.raises(CimError, match="80041024"):
        machine.cim.put("root/cimv2", "Win32_Service", {"Name": "sppsvc"}, {"State": "Flying"})


# As recorded of two releases.
_LOGICAL_DISK = """
    Access Availability BlockSize Caption Compressed ConfigManagerErrorCode ConfigManagerUserConfig
    CreationClassName Description DeviceID DriveType ErrorCleared ErrorDescription ErrorMethodology
    FileSystem FreeSpace InstallDate LastErrorCode MaximumComponentLength MediaType Name NumberOfBlocks
    PNPDeviceID PowerManagementSupported ProviderName Purpose QuotasDisabled QuotasIncomplete
    QuotasRebuilding Size Status StatusInfo SupportsDiskQuotas SupportsFileBasedCompression
    SystemCreationClassName SystemName VolumeDirty VolumeName VolumeSerialNumber
"""
# The properties in answers recorded from a Server 2003 R2 and a Server 2008 R2 (zenoss/txwinrm, test/data). A scalar
# that is null is there as nil, an array that is null is absent.
RECORDED = {
    ("server2003r2", "Win32_OperatingSystem"): """
        BootDevice BuildNumber BuildType Caption CodeSet CountryCode CreationClassName CSCreationClassName
        CSDVersion CSName CurrentTimeZone DataExecutionPrevention_32BitApplications
        DataExecutionPrevention_Available DataExecutionPrevention_Drivers DataExecutionPrevention_SupportPolicy
        Debug Description Distributed EncryptionLevel ForegroundApplicationBoost FreePhysicalMemory
        FreeSpaceInPagingFiles FreeVirtualMemory InstallDate LargeSystemCache LastBootUpTime LocalDateTime
        Locale Manufacturer MaxNumberOfProcesses MaxProcessMemorySize Name NumberOfLicensedUsers
        NumberOfProcesses NumberOfUsers Organization OSLanguage OSProductSuite OSType OtherTypeDescription
        PAEEnabled PlusProductID PlusVersionNumber Primary ProductType QuantumLength QuantumType RegisteredUser
        SerialNumber ServicePackMajorVersion ServicePackMinorVersion SizeStoredInPagingFiles Status SuiteMask
        SystemDevice SystemDirectory SystemDrive TotalSwapSpaceSize TotalVirtualMemorySize
        TotalVisibleMemorySize Version WindowsDirectory
    """,
    ("server2003r2", "Win32_ComputerSystem"): """
        AdminPasswordStatus AutomaticResetBootOption AutomaticResetCapability BootOptionOnLimit
        BootOptionOnWatchDog BootROMSupported BootupState Caption ChassisBootupState CreationClassName
        CurrentTimeZone DaylightInEffect Description DNSHostName Domain DomainRole EnableDaylightSavingsTime
        FrontPanelResetStatus InfraredSupported InstallDate KeyboardPasswordStatus LastLoadInfo Manufacturer
        Model Name NameFormat NetworkServerModeEnabled NumberOfProcessors PartOfDomain PauseAfterReset
        PowerManagementSupported PowerOnPasswordStatus PowerState PowerSupplyState PrimaryOwnerContact
        PrimaryOwnerName ResetCapability ResetCount ResetLimit Roles Status SystemStartupDelay
        SystemStartupOptions SystemStartupSetting SystemType ThermalState TotalPhysicalMemory UserName
        WakeUpType Workgroup
    """,
    ("server2008r2", "Win32_OperatingSystem"): """
        BootDevice BuildNumber BuildType Caption CodeSet CountryCode CreationClassName CSCreationClassName
        CSDVersion CSName CurrentTimeZone DataExecutionPrevention_32BitApplications
        DataExecutionPrevention_Available DataExecutionPrevention_Drivers DataExecutionPrevention_SupportPolicy
        Debug Description Distributed EncryptionLevel ForegroundApplicationBoost FreePhysicalMemory
        FreeSpaceInPagingFiles FreeVirtualMemory InstallDate LargeSystemCache LastBootUpTime LocalDateTime
        Locale Manufacturer MaxNumberOfProcesses MaxProcessMemorySize MUILanguages Name NumberOfLicensedUsers
        NumberOfProcesses NumberOfUsers OperatingSystemSKU Organization OSArchitecture OSLanguage OSProductSuite
        OSType OtherTypeDescription PAEEnabled PlusProductID PlusVersionNumber Primary ProductType
        RegisteredUser SerialNumber ServicePackMajorVersion ServicePackMinorVersion SizeStoredInPagingFiles
        Status SuiteMask SystemDevice SystemDirectory SystemDrive TotalSwapSpaceSize TotalVirtualMemorySize
        TotalVisibleMemorySize Version WindowsDirectory
    """,
    ("server2008r2", "Win32_ComputerSystem"): """
        AdminPasswordStatus AutomaticManagedPagefile AutomaticResetBootOption AutomaticResetCapability
        BootOptionOnLimit BootOptionOnWatchDog BootROMSupported BootupState Caption ChassisBootupState
        CreationClassName CurrentTimeZone DaylightInEffect Description DNSHostName Domain DomainRole
        EnableDaylightSavingsTime FrontPanelResetStatus InfraredSupported InstallDate KeyboardPasswordStatus
        LastLoadInfo Manufacturer Model Name NameFormat NetworkServerModeEnabled NumberOfLogicalProcessors
        NumberOfProcessors PartOfDomain PauseAfterReset PCSystemType PowerManagementSupported
        PowerOnPasswordStatus PowerState PowerSupplyState PrimaryOwnerContact PrimaryOwnerName ResetCapability
        ResetCount ResetLimit Roles Status SystemStartupDelay SystemStartupSetting SystemType ThermalState
        TotalPhysicalMemory UserName WakeUpType Workgroup
    """,
    ("server2003r2", "Win32_LogicalDisk"): _LOGICAL_DISK,
    ("server2008r2", "Win32_LogicalDisk"): _LOGICAL_DISK,
    # The first row, of an adapter that is not in use.
    ("server2008r2", "Win32_NetworkAdapterConfiguration"): """
        ArpAlwaysSourceRoute ArpUseEtherSNAP Caption DatabasePath DeadGWDetectEnabled DefaultTOS DefaultTTL
        Description DHCPEnabled DHCPLeaseExpires DHCPLeaseObtained DHCPServer DNSDomain
        DNSEnabledForWINSResolution DNSHostName DomainDNSRegistrationEnabled ForwardBufferMemory
        FullDNSRegistrationEnabled IGMPLevel Index InterfaceIndex IPConnectionMetric IPEnabled
        IPFilterSecurityEnabled IPPortSecurityEnabled IPUseZeroBroadcast IPXAddress IPXEnabled IPXMediaType
        IPXVirtualNetNumber KeepAliveInterval KeepAliveTime MACAddress MTU NumForwardPackets PMTUBHDetectEnabled
        PMTUDiscoveryEnabled ServiceName SettingID TcpipNetbiosOptions TcpMaxConnectRetransmissions
        TcpMaxDataRetransmissions TcpNumConnections TcpUseRFC1122UrgentPointer TcpWindowSize
        WINSEnableLMHostsLookup WINSHostLookupFile WINSPrimaryServer WINSScopeID WINSSecondaryServer
    """,
}


@pytest.mark.parametrize(("release", "class_name"), RECORDED)
def test_recorded_properties_are_all_there_and_no_others(bench: MakeBench, release: str, class_name: str) -> None:
    machine = bench({"release": release, "name": "m"})["m"]
    definition = machine.cim.class_def("root/cimv2", class_name)
    assert definition is not None
    found, *_others = query(machine, class_name)
    shown = {
        name for name, kind in definition.properties.items() if not (kind.endswith("[]") and not found.values.get(name))
    }
    # This startup menu is that of one machine.
    assert shown == set(RECORDED[release, class_name].split()) - {"SystemStartupOptions"}


def test_values_that_differ_between_recorded_releases(bench: MakeBench) -> None:
    old, new = (_system(bench, release=release) for release in ("server2003r2", "server2008r2"))
    names = ("LargeSystemCache", "OtherTypeDescription", "QuantumLength", "QuantumType")
    assert [old[name] for name in names] == [1, "R2", 0, 0]
    assert [new.get(name) for name in names] == [None, None, None, None]
    assert "QuantumLength" not in new
    (computer,) = query(bench({"release": "server2008r2", "name": "m"})["m"], "Win32_ComputerSystem")
    assert (computer.values["DaylightInEffect"], computer.values["Workgroup"]) == (None, None)
