# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known about the activation of one machine at one moment: a frozen snapshot.

Numbers that Windows reports as "does not apply" (4294967295) are ``None`` here, and empty strings
are ``None`` too: Windows uses both for "not set".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from .terms import (
    OFFICE_2010_APPLICATION_ID,
    OFFICE_APPLICATION_ID,
    WINDOWS_APPLICATION_ID,
    KeyType,
    Provider,
    license_status_name,
)


@dataclass(frozen=True)
class OperatingSystem:
    """The operating system as Win32_OperatingSystem tells it."""

    caption: str | None
    version: str
    build: int
    sku: int | None
    product_type: int | None
    local_time: datetime | None = None
    edition_id: str | None = None
    computer_name: str | None = None
    full_name: str | None = None
    """Host and domain as the machine gives them, where it is joined to a domain and was asked."""
    domain_member: bool | None = None
    """Whether it is joined to a domain; None where it was not asked."""
    domain: str | None = None
    """That domain, by its DNS name."""

    @property
    def provider(self) -> Provider:
        """Which generation of the licensing provider this version of Windows has."""
        if self.build < 7600:
            return Provider.SLWMI
        if self.build < 9200:
            return Provider.SPPWMI_7
        return Provider.SPPWMI

    def ahead_of(self, now: datetime) -> timedelta | None:
        """How far its clock is ahead of ``now``, which is aware; None where it does not tell. No zone means UTC."""
        shown = self.local_time
        if shown is None:
            return None
        return (shown if shown.tzinfo is not None else shown.replace(tzinfo=timezone.utc)) - now

    @property
    def is_server(self) -> bool:
        """Domain controller or member server (ProductType 2 or 3)."""
        return self.product_type in (2, 3)


@dataclass(frozen=True)
class KmsClientSettings:
    """How a product, or the whole machine, finds its KMS host."""

    configured_host: str | None = None
    configured_port: int | None = None
    lookup_domain: str | None = None
    discovered_host: str | None = None
    discovered_port: int | None = None
    discovered_ip_address: str | None = None
    host_product_key_id: str | None = None
    host_caching: bool | None = None
    activation_type: int | None = None
    activation_type_used: int | None = None
    activation_interval_minutes: int | None = None
    renewal_interval_minutes: int | None = None


# VLActivationType (TechNet, "WMI Properties and Methods for Volume Activation"); slmgr.vbs asks for the first as well.
_BY_DIRECTORY, _BY_KMS = 1, 2


@dataclass(frozen=True)
class DirectoryActivation:
    """The activation object that a product was activated by the last time Active Directory did it.

    It stays when something else activates the product later. ``csvlk_pid`` and ``csvlk_sku_id`` are those of the KMS
    host key in the object.
    """

    object_name: str | None = None
    object_dn: str | None = None
    csvlk_pid: str | None = None
    csvlk_sku_id: str | None = None


@dataclass(frozen=True)
class RequestCounters:
    """Requests a KMS host has answered since it was set up, by the state the client was in."""

    total: int | None = None
    failed: int | None = None
    unlicensed: int | None = None
    licensed: int | None = None
    oob_grace: int | None = None
    oot_grace: int | None = None
    non_genuine_grace: int | None = None
    notification: int | None = None


@dataclass(frozen=True)
class KmsHostState:
    """The KMS host side of a machine. ``enabled`` is what the running service says, not what key is installed."""

    enabled: bool
    listening_port: int | None = None
    dns_publishing: bool | None = None
    low_priority: bool | None = None
    current_count: int | None = None
    required_count: int | None = None
    product_key_id: str | None = None
    requests: RequestCounters = RequestCounters()

    @property
    def has_enough_clients(self) -> bool | None:
        """Whether it has counted enough clients to activate any; None where it does not say."""
        if self.current_count is None or not self.required_count:
            return None
        return self.current_count >= self.required_count


@dataclass(frozen=True)
class Product:
    """One license of the store that has, or could have, a key (SoftwareLicensingProduct)."""

    activation_id: str
    application_id: str
    name: str | None
    description: str | None
    channel: str | None
    key_type: KeyType
    partial_product_key: str | None
    license_status_code: int | None
    license_status_reason: int | None
    grace_minutes: int | None
    is_addon: bool | None
    license_family: str | None = None
    product_key_id: str | None = None
    evaluation_end: datetime | None = None
    remaining_app_rearms: int | None = None
    remaining_sku_rearms: int | None = None
    token_activated: bool = False
    directory: DirectoryActivation | None = None
    kms: KmsClientSettings = KmsClientSettings()
    host: KmsHostState | None = None
    wmi_class: str = "SoftwareLicensingProduct"

    @property
    def license_status(self) -> str:
        return license_status_name(self.license_status_code)

    @property
    def is_windows(self) -> bool:
        return self.application_id.lower() == WINDOWS_APPLICATION_ID

    @property
    def by_directory(self) -> bool:
        """Whether Active Directory was what activated it last."""
        used = self.kms.activation_type_used
        # Where the column was refused, the name of an object is all there is to go by.
        return used == _BY_DIRECTORY or (used is None and self.directory is not None)

    @property
    def by_kms(self) -> bool:
        """Whether a KMS host was what activated it last; only from Windows 8 on it says so."""
        return self.kms.activation_type_used == _BY_KMS

    @property
    def is_office(self) -> bool:
        return self.application_id.lower() in (OFFICE_APPLICATION_ID, OFFICE_2010_APPLICATION_ID)


@dataclass(frozen=True)
class LicensingService:
    """The licensing service object of the machine (SoftwareLicensingService)."""

    version: str
    service_name: str
    client_machine_id: str | None
    remaining_windows_rearms: int | None = None
    kms: KmsClientSettings = KmsClientSettings()
    host: KmsHostState | None = None
    wmi_class: str = "SoftwareLicensingService"


@dataclass(frozen=True)
class Snapshot:
    """Everything one reading found. ``products`` holds every product that carries a key.

    ``office`` is the licensing platform of Office 2010, and of Office on Windows 7 and Server 2008 R2, where it was
    asked for and is there. Office elsewhere uses the one of Windows.
    """

    os: OperatingSystem
    service: LicensingService
    products: tuple[Product, ...]
    office: LicensingService | None = None

    def keyed(self, activation_id: str) -> Product | None:
        """The product of an activation ID; None where it carries no key."""
        return next((product for product in self.products if product.activation_id == activation_id), None)

    @property
    def serving(self) -> tuple[KmsHostState, ...]:
        """The KMS host that runs here, once for each product that it serves with; empty on any other machine.

        From Windows 7 on each product says so for itself, on Vista and Server 2008 only the service does.
        """
        states = tuple(product.host for product in self.products if product.host is not None and product.host.enabled)
        service = self.service.host
        return states or ((service,) if service is not None and service.enabled else ())

    def service_of(self, product: Product | None) -> LicensingService:
        """The licensing service whose methods work on a product."""
        if product is not None and self.office is not None and product.wmi_class.startswith("Office"):
            return self.office
        return self.service
