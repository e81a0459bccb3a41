# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Licensing settings, kept where Windows keeps them: in the registry.

Value names: Microsoft, "Registry Settings for Volume Activation" (dn502532). A subkey of application and SKU holds
the overrides of one product.
"""

from __future__ import annotations

from dataclasses import dataclass

from .registry import REG_DWORD, REG_SZ, Registry

SPP_ROOT = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"
SL_ROOT = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\SL"
OFFICE_ROOT = r"SOFTWARE\Microsoft\OfficeSoftwareProtectionPlatform"

DEFAULT_ACTIVATION_INTERVAL = 120
DEFAULT_RENEWAL_INTERVAL = 10080

_NAME, _PORT, _DOMAIN = (
    "KeyManagementServiceName",
    "KeyManagementServicePort",
    "KeyManagementServiceLookupDomain",
)
_TYPE = "VLActivationType"


@dataclass
class ClientSettings:
    """What a KMS client was told by an administrator, for everything or for one product."""

    registry: Registry
    path: str

    @property
    def machine(self) -> str | None:
        """Configured KMS host."""
        return self.registry.text(self.path, _NAME) or None

    @machine.setter
    def machine(self, name: str | None) -> None:
        _write_text(self.registry, self.path, _NAME, name)

    @property
    def port(self) -> int:
        """Configured port, 0 when none."""
        return self.registry.integer(self.path, _PORT) or 0

    @port.setter
    def port(self, port: int | None) -> None:
        _write_text(self.registry, self.path, _PORT, None if port is None else str(port))

    @property
    def lookup_domain(self) -> str | None:
        """Domain in which to look for service records."""
        return self.registry.text(self.path, _DOMAIN) or None

    @lookup_domain.setter
    def lookup_domain(self, domain: str | None) -> None:
        _write_text(self.registry, self.path, _DOMAIN, domain)

    @property
    def activation_type(self) -> int:
        """0 all, 1 Active Directory, 2 KMS, 3 token."""
        return self.registry.integer(self.path, _TYPE) or 0

    @activation_type.setter
    def activation_type(self, value: int | None) -> None:
        _write_number(self.registry, self.path, _TYPE, value)


@dataclass
class HostSettings:
    """What a KMS host was told by an administrator. It takes effect when the service starts."""

    registry: Registry
    path: str

    @property
    def listening_port(self) -> int:
        """Port to listen on, 0 for the default."""
        return self.registry.integer(self.path, "KeyManagementServiceListeningPort") or 0

    @listening_port.setter
    def listening_port(self, port: int | None) -> None:
        _write_text(self.registry, self.path, "KeyManagementServiceListeningPort", None if port is None else str(port))

    @property
    def publishing(self) -> bool:
        """Whether the host publishes its service record."""
        return not self.registry.integer(self.path, "DisableDnsPublishing")

    @publishing.setter
    def publishing(self, value: bool) -> None:
        _write_number(self.registry, self.path, "DisableDnsPublishing", 0 if value else 1)

    @property
    def low_priority(self) -> bool:
        """Whether the host works at low priority."""
        return bool(self.registry.integer(self.path, "EnableKmsLowPriority"))

    @low_priority.setter
    def low_priority(self, value: bool) -> None:
        _write_number(self.registry, self.path, "EnableKmsLowPriority", int(value))

    @property
    def activation_interval(self) -> int:
        """Minutes between attempts of clients that are not activated."""
        return self.registry.integer(self.path, "VLActivationInterval") or DEFAULT_ACTIVATION_INTERVAL

    @activation_interval.setter
    def activation_interval(self, minutes: int) -> None:
        _write_number(self.registry, self.path, "VLActivationInterval", minutes)

    @property
    def renewal_interval(self) -> int:
        """Minutes between renewals of activated clients."""
        return self.registry.integer(self.path, "VLRenewalInterval") or DEFAULT_RENEWAL_INTERVAL

    @renewal_interval.setter
    def renewal_interval(self, minutes: int) -> None:
        _write_number(self.registry, self.path, "VLRenewalInterval", minutes)

    @property
    def extra_domains(self) -> list[str]:
        """The lines of DnsDomainPublishList."""
        lines = self.registry.get(self.path, "DnsDomainPublishList")
        return list(lines) if isinstance(lines, list) else []


def _write_text(registry: Registry, path: str, name: str, text: str | None) -> None:
    if text is None:
        registry.delete(path, name)
    else:
        registry.set(path, name, REG_SZ, text)


def _write_number(registry: Registry, path: str, name: str, value: int | None) -> None:
    if value is None:
        registry.delete(path, name)
    else:
        registry.set(path, name, REG_DWORD, value)
