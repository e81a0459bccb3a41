# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One row of a licensing class: its values without the habits of the classes, and the parts of the model in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from .._licensing import classify
from .._licensing.model import (
    DirectoryActivation,
    KmsClientSettings,
    KmsHostState,
    OperatingSystem,
    Product,
    RequestCounters,
)
from .._wsman import Instance, Value

# "Does not apply" of a counter: -1 in an unsigned column (Microsoft Learn, SoftwareLicensingProduct).
_NOT_APPLICABLE = 0xFFFFFFFF
# "No date" in EvaluationEndDate: FILETIME 0, as slmgr.vbs and OSPP.VBS test it.
_NO_DATE_YEAR = 1601
_EDITION_IN_NAME = re.compile(r",\s*(?P<edition>[A-Za-z0-9]+) edition\s*$")
_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")


class Row:
    """One instance with the licensing classes' habits taken out: blank means unset, -1 means not applicable."""

    def __init__(self, instance: Instance) -> None:
        # All columns read here are declared, so their names are spelled as declared.
        self._value: Callable[[str], Value] = instance.properties.get

    def text(self, name: str) -> str | None:
        value = self._value(name)
        return str(value) if value is not None and value != "" else None

    def number(self, name: str) -> int | None:
        value = self._value(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def count(self, name: str) -> int | None:
        value = self.number(name)
        return None if value == _NOT_APPLICABLE else value

    def port(self, name: str) -> int | None:
        """Ports are 0 when unset."""
        return self.count(name) or None

    def flag(self, name: str) -> bool | None:
        value = self._value(name)
        return value if isinstance(value, bool) else None

    def moment(self, name: str) -> datetime | None:
        value = self._value(name)
        return value if isinstance(value, datetime) else None


def product_of(row: Row, system: OperatingSystem, class_name: str) -> Product:
    """A row of one of the product classes."""
    description = row.text("Description")
    channel = row.text("ProductKeyChannel")
    token_version = row.count("TokenActivationILVID")
    return Product(
        activation_id=(row.text("ID") or "").lower(),
        application_id=(row.text("ApplicationID") or "").lower(),
        name=row.text("Name"),
        description=description,
        channel=classify.channel_of(description, channel),
        key_type=classify.key_type(description, channel),
        partial_product_key=row.text("PartialProductKey"),
        license_status_code=row.number("LicenseStatus"),
        license_status_reason=row.number("LicenseStatusReason"),
        grace_minutes=row.number("GracePeriodRemaining"),
        is_addon=row.flag("LicenseIsAddon"),
        license_family=_family(row),
        product_key_id=row.text("ProductKeyID"),
        evaluation_end=_real_date(row.moment("EvaluationEndDate")),
        remaining_app_rearms=row.count("RemainingAppReArmCount"),
        remaining_sku_rearms=row.count("RemainingSkuReArmCount"),
        token_activated=token_version is not None,
        directory=_directory_of(row),
        kms=client_settings_of(row),
        host=host_state_of(row) if system.build >= 7600 else None,
        wmi_class=class_name,
    )


def edition_in(name: str | None) -> str | None:
    """``ServerEnterprise`` of ``Windows Server(R), ServerEnterprise edition``."""
    found = _EDITION_IN_NAME.search(name or "")
    return found["edition"] if found else None


def _family(row: Row) -> str | None:
    """LicenseFamily, which is an identifier without meaning on Vista and Server 2008; then the edition of the name.

    Microsoft, Volume Activation 2.0 Operations Guide, appendix 1: its examples of the property are GUIDs.
    """
    family = row.text("LicenseFamily")
    return edition_in(row.text("Name")) if family and _GUID.fullmatch(family) else family


def _directory_of(row: Row) -> DirectoryActivation | None:
    found = DirectoryActivation(
        object_name=row.text("ADActivationObjectName"),
        object_dn=row.text("ADActivationObjectDN"),
        csvlk_pid=row.text("ADActivationCsvlkPid"),
        csvlk_sku_id=(row.text("ADActivationCsvlkSkuId") or "").lower() or None,
    )
    return found if found != DirectoryActivation() else None


def client_settings_of(row: Row) -> KmsClientSettings:
    """What a KMS client was told and has found; the service and each product have these columns."""
    return KmsClientSettings(
        configured_host=row.text("KeyManagementServiceMachine"),
        configured_port=row.port("KeyManagementServicePort"),
        lookup_domain=row.text("KeyManagementServiceLookupDomain"),
        discovered_host=row.text("DiscoveredKeyManagementServiceMachineName"),
        discovered_port=row.port("DiscoveredKeyManagementServiceMachinePort"),
        discovered_ip_address=row.text("DiscoveredKeyManagementServiceMachineIpAddress"),
        host_product_key_id=row.text("KeyManagementServiceProductKeyID"),
        host_caching=row.flag("KeyManagementServiceHostCaching"),
        activation_type=row.number("VLActivationTypeEnabled"),
        activation_type_used=row.number("VLActivationType"),
        activation_interval_minutes=row.count("VLActivationInterval"),
        renewal_interval_minutes=row.count("VLRenewalInterval"),
    )


def host_state_of(row: Row) -> KmsHostState | None:
    """The KMS host that a machine is or is not, its counters left out; None where the row does not say."""
    enabled = row.number("IsKeyManagementServiceMachine")
    if enabled is None:
        return None
    return KmsHostState(
        # slmgr.vbs treats any value above zero as "enabled".
        enabled=0 < enabled < _NOT_APPLICABLE,
        listening_port=row.port("KeyManagementServiceListeningPort"),
        dns_publishing=row.flag("KeyManagementServiceDnsPublishing"),
        low_priority=row.flag("KeyManagementServiceLowPriority"),
        current_count=row.count("KeyManagementServiceCurrentCount"),
        required_count=row.count("RequiredClientCount"),
        product_key_id=row.text("KeyManagementServiceProductKeyID"),
    )


def counters_of(row: Row) -> RequestCounters:
    """What a KMS host has counted; a query of its own asks for these columns."""
    return RequestCounters(
        total=row.count("KeyManagementServiceTotalRequests"),
        failed=row.count("KeyManagementServiceFailedRequests"),
        unlicensed=row.count("KeyManagementServiceUnlicensedRequests"),
        licensed=row.count("KeyManagementServiceLicensedRequests"),
        oob_grace=row.count("KeyManagementServiceOOBGraceRequests"),
        oot_grace=row.count("KeyManagementServiceOOTGraceRequests"),
        non_genuine_grace=row.count("KeyManagementServiceNonGenuineGraceRequests"),
        notification=row.count("KeyManagementServiceNotificationRequests"),
    )


def _real_date(moment: datetime | None) -> datetime | None:
    return None if moment is None or moment.year <= _NO_DATE_YEAR else moment
