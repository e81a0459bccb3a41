# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The licensing service as the one instance of SoftwareLicensingService."""

from __future__ import annotations

from typing import Any

from ..cim import CimObject
from ..kms import ClientCounter
from .platform import LicensingPlatform
from .product_view import NOT_APPLICABLE, counters, discovered

_NO_COUNTERS = dict.fromkeys(counters(ClientCounter(), None), NOT_APPLICABLE)  # type: ignore[arg-type]


def service_object(platform: LicensingPlatform, class_name: str, columns: dict[str, str]) -> CimObject:
    """The instance; properties the generation lacks are left out."""
    values: dict[str, Any] = dict.fromkeys(columns)
    values.update({name: 0 for name, cim_type in columns.items() if cim_type == "uint32"})
    values.update({name: value for name, value in _values(platform).items() if name in columns})
    return CimObject(class_name, values)


def _values(platform: LicensingPlatform) -> dict[str, Any]:
    client, host, role = platform.settings(), platform.host_settings, platform.role
    bound = next((row for row in platform.keyed() if row.binding is not None), None)
    return {
        "Version": platform.version,
        "ClientMachineID": platform.machine.client_machine_id,
        "KeyManagementServiceMachine": client.machine,
        "KeyManagementServicePort": client.port,
        "KeyManagementServiceLookupDomain": client.lookup_domain or "",
        "DiscoveredKeyManagementServiceMachineIpAddress": "",
        **(discovered(bound) if bound is not None else {}),
        "KeyManagementServiceHostCaching": platform.host_caching,
        "IsKeyManagementServiceMachine": int(role.serving),
        "KeyManagementServiceListeningPort": host.listening_port,
        "KeyManagementServiceDnsPublishing": host.publishing,
        "KeyManagementServiceLowPriority": host.low_priority,
        "KeyManagementServiceActivationDisabled": platform.token_only,
        "VLActivationInterval": host.activation_interval,
        "VLRenewalInterval": host.renewal_interval,
        "RemainingWindowsReArmCount": platform.rearms,
        # The key that the maker of the machine put into its firmware, whole (MSDM table, OEM Activation 3.0).
        "OA3xOriginalProductKey": platform.machine.firmware_key,
        "TokenActivationILVID": NOT_APPLICABLE,
        "TokenActivationGrantNumber": NOT_APPLICABLE,
        **_role(platform),
    }


def _role(platform: LicensingPlatform) -> dict[str, Any]:
    """On Vista flag, host and counters are here and nowhere else; later the products have them too."""
    bound = next((row for row in platform.keyed() if row.binding is not None), None)
    client_side = {"KeyManagementServiceProductKeyID": bound.binding.pid if bound and bound.binding else None}
    key = next((one for one in platform.role.keys.values() if one.licensed), None)
    if key is None:
        return {**_NO_COUNTERS, **client_side}
    return {**counters(key.counter, platform.machine.now()), "KeyManagementServiceProductKeyID": key.pid}
