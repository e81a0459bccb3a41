# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots for tests, built from the few facts that differ."""

from __future__ import annotations

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import (
    KmsHostState,
    LicensingService,
    OperatingSystem,
    Product,
    Snapshot,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import (
    WINDOWS_APPLICATION_ID,
    KeyType,
)

SERVER_2008_R2_ENTERPRISE = OperatingSystem(
    caption="Microsoft Windows Server 2008 R2 Enterprise",
    version="6.1.7601",
    build=7601,
    sku=10,
    product_type=3,
    edition_id="ServerEnterprise",
)
SERVER_2019_STANDARD = OperatingSystem(
    caption="Microsoft Windows Server 2019 Standard",
    version="10.0.17763",
    build=17763,
    sku=7,
    product_type=3,
    edition_id="ServerStandard",
)
SERVER_2022_EVALUATION = OperatingSystem(
    caption="Microsoft Windows Server 2022 Standard Evaluation",
    version="10.0.20348",
    build=20348,
    sku=79,
    product_type=3,
    edition_id="ServerStandardEval",
)

CHANNELS = {
    KeyType.GVLK: "VOLUME_KMSCLIENT",
    KeyType.CSVLK: "VOLUME_KMS_C",
    KeyType.MAK: "VOLUME_MAK",
    KeyType.RETAIL: "RETAIL",
    KeyType.EVALUATION: "TIMEBASED_EVAL",
    KeyType.AVMA: "VIRTUAL_MACHINE_ACTIVATION",
}


def product(
    key_type: KeyType = KeyType.GVLK,
    last_five: str | None = "CPX3Y",
    status: int = 1,
    host: bool = False,
    activation_id: str = "11111111-2222-3333-4444-555555555555",
    application_id: str = WINDOWS_APPLICATION_ID,
    is_addon: bool | None = False,
    grace_minutes: int = 0,
    name: str = "Windows Server(R), ServerEnterprise edition",
) -> Product:
    channel = CHANNELS.get(key_type)
    return Product(
        activation_id=activation_id,
        application_id=application_id,
        name=name,
        description=f"Windows Operating System - Windows Server(R), {channel} channel",
        channel=channel,
        key_type=key_type,
        partial_product_key=last_five,
        license_status_code=status,
        license_status_reason=None,
        grace_minutes=grace_minutes,
        is_addon=is_addon,
        host=KmsHostState(enabled=host),
    )


def snapshot(
    *products: Product,
    os: OperatingSystem = SERVER_2008_R2_ENTERPRISE,
    service_serves: bool | None = None,
) -> Snapshot:
    state = None if service_serves is None else KmsHostState(enabled=service_serves)
    service = LicensingService(
        version="6.1.7601.17514",
        service_name="sppsvc",
        client_machine_id="5f0c1e7a-3d4b-4f6f-9d5e-2b1a7c9e0f11",
        host=state,
    )
    return Snapshot(os=os, service=service, products=products)
