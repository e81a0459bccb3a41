# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Class, property and method names of the licensing providers, by generation.

Where each of them comes from, and which build has which column, stands in ``data/facts.tsv``.

Columns are named instead of asking for ``*``: Microsoft's own script does so because some columns are
slow to compute, and ``OA3xOriginalProductKey`` of the service holds a whole product key that must
never travel.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from .._licensing.terms import Provider
from .facts import FACTS

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

ACTIVATION_TYPES = {fact.number: name for name, fact in FACTS.of("property_value", "VLActivationTypeEnabled").items()}

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

# Tried in this order, the second where the machine refuses the first; never all columns, of which one is a whole key.
Columns: TypeAlias = tuple[tuple[str, ...], ...]

# Before Vista SP1 and Server 2008 some columns are missing, but an update may have brought them (KB968915 for the
# add-on of Server 2003): those of the service pack are asked for first.
_FIRST_GENERATION = 6001
_WINDOWS_7 = 7600


@lru_cache(maxsize=64)
def _columns(class_name: str, build: int) -> Columns:
    """The columns of the generation of this build, then those of the generation below."""
    wanted = {**FACTS.of("essential", class_name), **FACTS.of("column", class_name)}
    generations = sorted({fact.since for fact in wanted.values() if fact.since <= build}, reverse=True)
    return tuple(tuple(name for name, fact in wanted.items() if fact.since <= first) for first in generations[:2])


def service_columns(build: int) -> Columns:
    """What to ask SoftwareLicensingService for."""
    return _columns(SERVICE, max(build, _FIRST_GENERATION))


def product_columns(build: int) -> Columns:
    """What to ask SoftwareLicensingProduct for."""
    return _columns(PRODUCT, max(build, _FIRST_GENERATION))


# The platform of Office 2010, and of Office on Windows 7, has the columns of Windows 7 everywhere: OSPP.VBS asks for no
# others on any build.
OFFICE_PRODUCT_COLUMNS: Columns = (_columns(PRODUCT, _WINDOWS_7)[0], tuple(FACTS.of("essential", PRODUCT)))

# Which system it is must be asked before its build is known: first what all have had since Vista.
OPERATING_SYSTEM_COLUMNS = _columns(OPERATING_SYSTEM, _FIRST_GENERATION)
COMPUTER_SYSTEM_COLUMNS = _columns(COMPUTER_SYSTEM, _FIRST_GENERATION)

# What a KMS host has answered so far. Asked for where something serves, as slmgr.vbs does: all other machines would
# send as many times "does not apply". Vista without a service pack and the add-on of Server 2003 lack one of them.
_COUNTERS = FACTS.of("counter", SERVICE)
COUNTERS: Columns = (
    tuple(_COUNTERS),
    tuple(name for name, fact in _COUNTERS.items() if fact.since < _FIRST_GENERATION),
)

# "Has a key", as slmgr.vbs asks it; an empty string counts as no key and is dropped by the reader.
HAS_KEY = "PartialProductKey IS NOT NULL"

# CIM types of the properties, so that a partial key made of digits stays text.
TYPES: dict[str, str] = {
    fact.name: fact.value
    for fact in FACTS.all
    if fact.kind in ("essential", "column", "counter", "typed") and fact.subject in (SERVICE, PRODUCT)
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
