# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A product as an instance of SoftwareLicensingProduct.

Values of rows without a key, 4294967295 for what does not apply, and 1601 for no date: public dumps of the class,
and Microsoft Learn, Software License Provider.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from ..cim import CimObject
from ..keys import KeyKind
from ..kms import ClientCounter
from .kms_client import required_clients
from .licenses import License
from .platform import LicensingPlatform
from .releases import Generation
from .rows import Row, Status, installation_id
from .settings import DEFAULT_ACTIVATION_INTERVAL, DEFAULT_RENEWAL_INTERVAL

NOT_APPLICABLE = 0xFFFFFFFF
NO_DATE = datetime(1601, 1, 1, tzinfo=UTC)

# The counters of requests by the state of the asking client.
REQUEST_COUNTERS = {
    "KeyManagementServiceUnlicensedRequests": Status.UNLICENSED,
    "KeyManagementServiceLicensedRequests": Status.LICENSED,
    "KeyManagementServiceOOBGraceRequests": Status.OOB_GRACE,
    "KeyManagementServiceOOTGraceRequests": Status.OOT_GRACE,
    "KeyManagementServiceNonGenuineGraceRequests": Status.NON_GENUINE_GRACE,
    "KeyManagementServiceNotificationRequests": Status.NOTIFICATION,
}
_COUNTERS = (
    "KeyManagementServiceCurrentCount",
    "RequiredClientCount",
    "KeyManagementServiceTotalRequests",
    "KeyManagementServiceFailedRequests",
    *REQUEST_COUNTERS,
)
_NUMBERS = {
    "ExtendedGrace": NOT_APPLICABLE,
    "TokenActivationILVID": NOT_APPLICABLE,
    "TokenActivationGrantNumber": NOT_APPLICABLE,
    "RemainingSkuReArmCount": NOT_APPLICABLE,
    **dict.fromkeys(_COUNTERS, NOT_APPLICABLE),
}
_EMPTY_STRINGS = frozenset(
    {
        "ADActivationObjectName",
        "ADActivationObjectDN",
        "ADActivationCsvlkPid",
        "ADActivationCsvlkSkuId",
        "AutomaticVMActivationHostMachineName",
        "AutomaticVMActivationHostDigitalPid2",
        "IAID",
        "KeyManagementServiceLookupDomain",
        "DiscoveredKeyManagementServiceMachineIpAddress",
    }
)


def product_object(platform: LicensingPlatform, row: Row, class_name: str, columns: dict[str, str]) -> CimObject:
    """One product; properties the generation lacks are left out."""
    values = dict(_blank(row.license, tuple(columns.items()), platform.generation))
    if "RemainingAppReArmCount" in columns:
        values["RemainingAppReArmCount"] = platform.rearms
    # A product shows what is in force: slmgr.vbs /skms without an ID sets the service, and /dlv reads the product only.
    own, general = platform.settings(row), platform.settings()
    computed: dict[str, Any] = {
        "KeyManagementServiceMachine": own.machine or general.machine,
        "KeyManagementServicePort": own.port or general.port,
        "VLActivationTypeEnabled": own.activation_type or general.activation_type,
    }
    domain = own.lookup_domain or general.lookup_domain
    if domain:
        computed["KeyManagementServiceLookupDomain"] = domain
    if row.key is not None:
        computed |= _keyed(platform, row)
    values.update({name: value for name, value in computed.items() if name in columns})
    return CimObject(class_name, values)


@lru_cache(maxsize=4096)
def _blank(license: License, columns: tuple[tuple[str, str], ...], generation: Generation) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, cim_type in columns:
        if cim_type == "datetime":
            values[name] = NO_DATE
        elif cim_type == "uint32":
            values[name] = _NUMBERS.get(name, 0)
        else:
            values[name] = "" if name in _EMPTY_STRINGS else None
    volume = license.kind is KeyKind.GVLK
    known: dict[str, Any] = {
        "ID": license.id,
        "Name": license.name,
        "Description": license.description,
        "ApplicationID": license.application_id,
        "LicenseFamily": license.family,
        "LicenseIsAddon": license.addon,
        "LicenseDependsOn": license.depends_on,
        "LicenseStatusReason": 0xC004F014,
        "VLActivationInterval": DEFAULT_ACTIVATION_INTERVAL if volume else NOT_APPLICABLE,
        "VLRenewalInterval": DEFAULT_RENEWAL_INTERVAL if volume else NOT_APPLICABLE,
        **_urls(license, generation),
    }
    values.update({name: value for name, value in known.items() if name in values})
    return values


def _urls(license: License, generation: Generation) -> dict[str, str | None]:
    if generation < Generation.EIGHT:
        names = ("ProcessorURL", "MachineURL", "ProductKeyURL", "UseLicenseURL")
        links = (88338, 88339, 88340, 88341)
        return {name: f"http://go.microsoft.com/fwlink/?LinkID={link}" for name, link in zip(names, links, strict=True)}
    if license.kind is KeyKind.GVLK:
        return {"ValidationURL": "https://validation-v2.sls.microsoft.com/SLWGA/slwga.asmx"}
    page = "SLActivateProduct/SLActivateProduct.asmx?configextension="
    extension = f"o{license.office[-2:]}" if license.office else "Retail"
    return {
        "UseLicenseURL": f"https://activation-v2.sls.microsoft.com/{page}{extension}",
        "ValidationURL": "https://validation-v2.sls.microsoft.com/SLWGA/slwga.asmx",
    }


def _keyed(platform: LicensingPlatform, row: Row) -> dict[str, Any]:
    assert row.key is not None
    now = platform.machine.now()
    values: dict[str, Any] = {
        "PartialProductKey": row.key.partial,
        "ProductKeyID": row.pid,
        "ProductKeyID2": row.pid2,
        "ProductKeyChannel": row.license.channel,
        "LicenseStatus": int(row.status),
        "LicenseStatusReason": row.reason,
        "GracePeriodRemaining": row.minutes_left(now),
        "OfflineInstallationId": installation_id(row, platform.machine.hardware_id, platform.generation),
        "TrustedTime": now.replace(microsecond=0),
        "RemainingSkuReArmCount": row.rearms,
        "VLActivationType": row.activation_type,
    }
    if row.evaluation_ends is not None:
        values["EvaluationEndDate"] = row.evaluation_ends.replace(microsecond=0)
    if row.license.kind is KeyKind.GVLK:
        values |= _client(platform, row)
    if row.is_host:
        values |= _host(platform, row, now)
    return values


def _client(platform: LicensingPlatform, row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {"RequiredClientCount": required_clients(platform.machine, row)}
    if row.binding is not None:
        values |= {
            "KeyManagementServiceProductKeyID": row.binding.pid,
            "VLActivationInterval": row.binding.activation_interval,
            "VLRenewalInterval": row.binding.renewal_interval,
        }
        if row.binding.found_by_dns:
            values |= discovered(row)
    if row.directory is not None:
        values |= {
            "ADActivationObjectName": row.directory.name,
            "ADActivationObjectDN": row.directory.dn,
            "ADActivationCsvlkPid": row.directory.csvlk_pid,
            "ADActivationCsvlkSkuId": row.directory.csvlk_sku,
        }
    return values


def discovered(row: Row) -> dict[str, Any]:
    """What a product remembers of the host it found in DNS."""
    if row.binding is None or not row.binding.found_by_dns:
        return {}
    return {
        "DiscoveredKeyManagementServiceMachineName": row.binding.name,
        "DiscoveredKeyManagementServiceMachinePort": row.binding.port,
        "DiscoveredKeyManagementServiceMachineIpAddress": row.binding.address,
    }


def _host(platform: LicensingPlatform, row: Row, now: datetime) -> dict[str, Any]:
    key = platform.role.key_of(row)
    if key is None:
        return {}
    return {
        "IsKeyManagementServiceMachine": 1,
        "VLActivationInterval": platform.role.activation_interval,
        "VLRenewalInterval": platform.role.renewal_interval,
        **counters(key.counter, now),
    }


def counters(counter: ClientCounter, now: datetime) -> dict[str, int]:
    """The counters of a KMS host."""
    return {
        "KeyManagementServiceCurrentCount": counter.count(now),
        "RequiredClientCount": counter.floor,
        "KeyManagementServiceTotalRequests": counter.total + counter.failed,
        "KeyManagementServiceFailedRequests": counter.failed,
        **{name: counter.requests[status] for name, status in REQUEST_COUNTERS.items()},
    }
