# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Class, property and method names of the licensing providers, by generation.

Sources: Microsoft Learn, "Software Licensing Classes for Windows Vista" (SLWmi) and "Software License
Provider" (SppWmi); TechNet "WMI Properties and Methods for Volume Activation" (Windows 8 and later);
the column lists of slmgr.vbs.

Columns are named instead of asking for ``*``: Microsoft's own script does so because some columns are
slow to compute, and ``OA3xOriginalProductKey`` of the service holds a whole product key that must
never travel.
"""

from __future__ import annotations

from typing import TypeAlias

from .._licensing.terms import Provider

NAMESPACE = "root/cimv2"

SERVICE = "SoftwareLicensingService"
PRODUCT = "SoftwareLicensingProduct"
# The platform of Office 2010, and of Office on Windows 7 and Server 2008 R2 (OSPP.VBS); same shape, own service.
OFFICE_SERVICE = "OfficeSoftwareProtectionService"
OFFICE_PRODUCT = "OfficeSoftwareProtectionProduct"
OFFICE_WINDOWS_SERVICE = "osppsvc"
OPERATING_SYSTEM = "Win32_OperatingSystem"
COMPUTER_SYSTEM = "Win32_ComputerSystem"
WINDOWS_SERVICE = "Win32_Service"

INSTALL_PRODUCT_KEY = "InstallProductKey"
REFRESH_LICENSE_STATUS = "RefreshLicenseStatus"
ACTIVATE = "Activate"
UNINSTALL_PRODUCT_KEY = "UninstallProductKey"
DEPOSIT_CONFIRMATION_ID = "DepositOfflineConfirmationId"

# Settings of a KMS client: setting -> (method that sets it, its parameter, method that clears it).
CLIENT_METHODS = {
    "host": ("SetKeyManagementServiceMachine", "MachineName", "ClearKeyManagementServiceMachine"),
    "port": ("SetKeyManagementServicePort", "PortNumber", "ClearKeyManagementServicePort"),
    "lookup_domain": ("SetKeyManagementServiceLookupDomain", "LookupDomain", "ClearKeyManagementServiceLookupDomain"),
    "activation_type": ("SetVLActivationTypeEnabled", "ActivationType", "ClearVLActivationTypeEnabled"),
}
# The sense is inverted: true switches caching, or publishing, off.
DISABLE_HOST_CACHING = ("DisableKeyManagementServiceHostCaching", "DisableCaching")
DISABLE_DNS_PUBLISHING = ("DisableKeyManagementServiceDnsPublishing", "DisablePublishing")
ENABLE_LOW_PRIORITY = ("EnableKeyManagementServiceLowPriority", "EnableLowPriority")
SET_LISTENING_PORT = ("SetKeyManagementServiceListeningPort", "PortNumber")
SET_ACTIVATION_INTERVAL = ("SetVLActivationInterval", "ActivationInterval")
SET_RENEWAL_INTERVAL = ("SetVLRenewalInterval", "RenewalInterval")

# VLActivationTypeEnabled (Microsoft Learn, SoftwareLicensingProduct).
ACTIVATION_TYPES = {0: "all", 1: "ad", 2: "kms", 3: "token"}

_CURRENT_VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
REGISTRY_KEYS = {
    Provider.SLWMI: _CURRENT_VERSION + r"\SL",
    Provider.SPPWMI_7: _CURRENT_VERSION + r"\SoftwareProtectionPlatform",
    Provider.SPPWMI: _CURRENT_VERSION + r"\SoftwareProtectionPlatform",
}
REGISTRY_TCPIP = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
REGISTRY_DNS_SUFFIX = "Domain"
# Overrides of one product lie in a subkey of application and product (Registry Settings for Volume Activation).
REGISTRY_CLIENT_VALUES = {
    "host": "KeyManagementServiceName",
    "port": "KeyManagementServicePort",
    "lookup_domain": "KeyManagementServiceLookupDomain",
}
REGISTRY_CLIENT_PORT = REGISTRY_CLIENT_VALUES["port"]
REGISTRY_LISTENING_PORT = "KeyManagementServiceListeningPort"
REGISTRY_DISABLE_PUBLISHING = "DisableDnsPublishing"
REGISTRY_LOW_PRIORITY = "EnableKmsLowPriority"
REGISTRY_PUBLISH_LIST = "DnsDomainPublishList"

_OPERATING_SYSTEM_2003 = ("BuildNumber", "Caption", "CSName", "LocalDateTime", "ProductType", "Version")

# Each entry is tried when the machine refuses the one before it; never all columns, of which one is a whole key.
Columns: TypeAlias = tuple[tuple[str, ...], ...]

# OperatingSystemSKU came with Vista (Microsoft Learn, Win32_OperatingSystem).
OPERATING_SYSTEM_COLUMNS: Columns = (
    ("BuildNumber", "Caption", "CSName", "LocalDateTime", "OperatingSystemSKU", "ProductType", "Version"),
    _OPERATING_SYSTEM_2003,
)

# DNSHostName came with Vista; before, Name is all there is (Microsoft Learn, Win32_ComputerSystem).
COMPUTER_SYSTEM_COLUMNS: Columns = (("DNSHostName", "Domain", "PartOfDomain"), ("Domain", "PartOfDomain"))

# What a KMS host has answered so far. Asked for where something serves, as slmgr.vbs does: all other machines would
# send as many times "does not apply".
COUNTERS = (
    "KeyManagementServiceTotalRequests",
    "KeyManagementServiceFailedRequests",
    "KeyManagementServiceUnlicensedRequests",
    "KeyManagementServiceLicensedRequests",
    "KeyManagementServiceOOBGraceRequests",
    "KeyManagementServiceOOTGraceRequests",
    "KeyManagementServiceNonGenuineGraceRequests",
    "KeyManagementServiceNotificationRequests",
)

_HOST_STATE = (
    "IsKeyManagementServiceMachine",
    "KeyManagementServiceCurrentCount",
    "RequiredClientCount",
)

_SERVICE_ESSENTIAL = ("Version", "ClientMachineID")

_SERVICE_SLWMI = (
    "Version",
    "ClientMachineID",
    "KeyManagementServiceMachine",
    "KeyManagementServiceProductKeyID",
    "VLActivationInterval",
    "VLRenewalInterval",
    *_HOST_STATE,
)

_SERVICE_7 = (
    *_SERVICE_SLWMI,
    "DiscoveredKeyManagementServiceMachineName",
    "DiscoveredKeyManagementServiceMachinePort",
    "KeyManagementServiceDnsPublishing",
    "KeyManagementServiceHostCaching",
    "KeyManagementServiceListeningPort",
    "KeyManagementServiceLowPriority",
    "KeyManagementServicePort",
    "RemainingWindowsReArmCount",
)

_SERVICE_8 = (*_SERVICE_7, "KeyManagementServiceLookupDomain")

_SERVICE_8_1 = (*_SERVICE_8, "DiscoveredKeyManagementServiceMachineIpAddress")

# Vista without a service pack and the add-on of Server 2003 have no more than these.
_PRODUCT_ESSENTIAL = (
    "ID",
    "ApplicationID",
    "Name",
    "Description",
    "PartialProductKey",
    "ProductKeyID",
    "LicenseStatus",
    "LicenseFamily",
    "GracePeriodRemaining",
    "EvaluationEndDate",
)

_PRODUCT_SLWMI = (*_PRODUCT_ESSENTIAL, "LicenseStatusReason", "LicenseIsAddon")

_PRODUCT_7 = (
    *_PRODUCT_SLWMI,
    "DiscoveredKeyManagementServiceMachineName",
    "DiscoveredKeyManagementServiceMachinePort",
    "KeyManagementServiceMachine",
    "KeyManagementServicePort",
    "KeyManagementServiceProductKeyID",
    "TokenActivationILVID",
    "VLActivationInterval",
    "VLRenewalInterval",
    *_HOST_STATE,
)

_PRODUCT_8 = (
    *_PRODUCT_7,
    "ADActivationCsvlkPid",
    "ADActivationCsvlkSkuId",
    "ADActivationObjectDN",
    "ADActivationObjectName",
    "KeyManagementServiceLookupDomain",
    "VLActivationType",
    "VLActivationTypeEnabled",
)

_PRODUCT_8_1 = (
    *_PRODUCT_8,
    "DiscoveredKeyManagementServiceMachineIpAddress",
    "ProductKeyChannel",
    "RemainingAppReArmCount",
    "RemainingSkuReArmCount",
)

# The first build that has the columns. That those of the last step came with 8.1 and Server 2012 R2 is what the public
# scripts Check-Activation-Status by abbodi1406 ask by; one author, so a refused list is asked again with the one below.
_SERVICE_STEPS = ((9600, _SERVICE_8_1), (9200, _SERVICE_8), (7600, _SERVICE_7), (0, _SERVICE_SLWMI))
_PRODUCT_STEPS = ((9600, _PRODUCT_8_1), (9200, _PRODUCT_8), (7600, _PRODUCT_7), (0, _PRODUCT_SLWMI))

# The platform of Office 2010, and of Office on Windows 7, has the columns of Windows 7 everywhere: OSPP.VBS asks for no
# others on any build.
OFFICE_PRODUCT_COLUMNS: Columns = (_PRODUCT_7, _PRODUCT_ESSENTIAL)


def service_columns(build: int) -> Columns:
    """What to ask SoftwareLicensingService for."""
    return (*(columns for first, columns in _SERVICE_STEPS if build >= first), _SERVICE_ESSENTIAL)


def product_columns(build: int) -> Columns:
    """What to ask SoftwareLicensingProduct for."""
    return (*(columns for first, columns in _PRODUCT_STEPS if build >= first), _PRODUCT_ESSENTIAL)


# "Has a key", as slmgr.vbs asks it; an empty string counts as no key and is dropped by the reader.
HAS_KEY = "PartialProductKey IS NOT NULL"

_UINT32 = (
    *_HOST_STATE,
    *COUNTERS,
    "DiscoveredKeyManagementServiceMachinePort",
    "ExtendedGrace",
    "GenuineStatus",
    "GracePeriodRemaining",
    "KeyManagementServiceListeningPort",
    "KeyManagementServicePort",
    "LicenseStatus",
    "LicenseStatusReason",
    "PolicyCacheRefreshRequired",
    "RemainingAppReArmCount",
    "RemainingSkuReArmCount",
    "RemainingWindowsReArmCount",
    "TokenActivationGrantNumber",
    "TokenActivationILVID",
    "VLActivationInterval",
    "VLActivationType",
    "VLActivationTypeEnabled",
    "VLRenewalInterval",
    "OA2xBiosMarkerStatus",
    "OA2xBiosMarkerMinorVersion",
    "SubscriptionType",
    "SubscriptionStatus",
)
_BOOLEAN = (
    "KeyManagementServiceActivationDisabled",
    "KeyManagementServiceDnsPublishing",
    "KeyManagementServiceHostCaching",
    "KeyManagementServiceLowPriority",
    "LicenseIsAddon",
)
_DATETIME = ("AutomaticVMActivationLastActivationTime", "EvaluationEndDate", "TrustedTime")
_STRING = (
    "ADActivationCsvlkPid",
    "ADActivationCsvlkSkuId",
    "ADActivationObjectDN",
    "ADActivationObjectName",
    "ApplicationID",
    "AutomaticVMActivationHostDigitalPid2",
    "AutomaticVMActivationHostMachineName",
    "ClientMachineID",
    "Description",
    "DiscoveredKeyManagementServiceMachineIpAddress",
    "DiscoveredKeyManagementServiceMachineName",
    "IAID",
    "ID",
    "KeyManagementServiceLookupDomain",
    "KeyManagementServiceMachine",
    "KeyManagementServiceProductKeyID",
    "LicenseDependsOn",
    "LicenseFamily",
    "MachineURL",
    "Name",
    "OfflineInstallationId",
    "PartialProductKey",
    "ProcessorURL",
    "ProductKeyChannel",
    "ProductKeyID",
    "ProductKeyID2",
    "ProductKeyURL",
    "TokenActivationAdditionalInfo",
    "TokenActivationCertificateThumbprint",
    "TokenActivationILID",
    "UseLicenseURL",
    "ValidationURL",
    "Version",
)

# CIM types of the properties, so that a partial key made of digits stays text.
TYPES: dict[str, str] = {
    **dict.fromkeys(_UINT32, "uint32"),
    **dict.fromkeys(_BOOLEAN, "boolean"),
    **dict.fromkeys(_DATETIME, "datetime"),
    **dict.fromkeys(_STRING, "string"),
}

# Licensing classes whose properties TYPES describes; the Office platform of Office 2010 has the same shape.
TYPED_CLASSES = frozenset(
    name.lower()
    for name in (
        SERVICE,
        PRODUCT,
        OFFICE_SERVICE,
        OFFICE_PRODUCT,
    )
)


def service_name(provider: Provider) -> str:
    """Windows service behind the provider: ``slsvc`` up to Server 2008, ``sppsvc`` later."""
    return "slsvc" if provider is Provider.SLWMI else "sppsvc"
