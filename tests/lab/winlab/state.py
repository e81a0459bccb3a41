# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The true state of one machine as JSON: what a test compares with what a client claims. Keys show five characters."""

from __future__ import annotations

from typing import Any

from .cim import CimError
from .machine import Machine
from .windows.kms_client import BY_DIRECTORY
from .windows.platform import LicensingPlatform
from .windows.product_view import counters
from .windows.rows import Row
from .zone import SrvRecord


def machine_state(machine: Machine) -> dict[str, Any]:
    """Everything worth knowing about a machine."""
    platform = machine.platform
    primary = platform.primary()
    return {
        "name": machine.name,
        "address": machine.address,
        "fqdn": machine.fqdn,
        "domain": machine.domain,
        "powered": machine.powered,
        "clock": {
            "lab": machine.fleet.clock.now().isoformat(timespec="seconds"),
            "machine": machine.now().isoformat(timespec="seconds"),
        },
        "os": _operating_system(machine),
        "client_machine_id": machine.client_machine_id,
        "service": _service(machine, platform),
        "license": product_state(machine, primary) if primary else None,
        "products": [product_state(machine, row) for one in machine.platforms for row in one.keyed()],
        "kms_client": _client(platform),
        "kms_host": _host(machine, platform),
        "srv_records": published_records(machine),
        "activations_used": [
            machine.fleet.microsoft.usage(row.key)
            for one in machine.platforms
            for row in one.keyed()
            if row.key is not None and row.license.kind.value in ("csvlk", "mak", "addon")
        ],
    }


def product_state(machine: Machine, row: Row) -> dict[str, Any]:
    """One product."""
    platform = next(one for one in machine.platforms if row.license.id in one.rows)
    return {
        "name": row.license.name,
        "description": row.license.description,
        "activation_id": row.license.id,
        "activation_id_minted": row.license.minted,
        "application_id": row.license.application_id,
        "channel": row.license.channel,
        "key_type": row.license.kind.value,
        "key": row.key.name if row.key else None,
        "partial_product_key": row.key.partial if row.key else None,
        "license_status": row.status.name.lower(),
        "license_status_code": int(row.status),
        "license_status_reason": f"0x{row.reason:08X}",
        "grace_minutes": row.minutes_left(machine.now()),
        "is_kms_host": platform.role.key_of(row) is not None,
        "kms_host_used": row.binding.name if row.binding else None,
        "activation_object": row.directory.name if row.directory and row.activation_type == BY_DIRECTORY else None,
    }


def published_records(machine: Machine) -> list[dict[str, Any]] | None:
    """The service records that lead to this machine; None when the name server does not answer."""
    try:
        records = machine.fleet.zone.records()
    except CimError:
        return None
    return [
        {**record_state(record), "refreshed": when.isoformat(timespec="seconds") if when else None}
        for record, when in records
        if record.target.rstrip(".").lower() == machine.fqdn.lower()
    ]


def record_state(record: SrvRecord) -> dict[str, Any]:
    """One service record."""
    return {
        "owner": record.owner,
        "target": record.target,
        "port": record.port,
        "priority": record.priority,
        "weight": record.weight,
    }


def _operating_system(machine: Machine) -> dict[str, Any]:
    return {
        "release": machine.release.name,
        "edition": machine.edition.name,
        "caption": machine.caption,
        "version": machine.release.version,
        "build": machine.release.build,
        "revision": machine.release.revision,
        "sku": machine.sku,
        "product_type": machine.product_type,
        "edition_id": machine.edition.id,
    }


def _service(machine: Machine, platform: LicensingPlatform) -> dict[str, Any]:
    service = machine.services.services[platform.service.lower()]
    return {
        "name": service.name,
        "state": service.state,
        "start_mode": service.start_mode,
        "starts": service.starts,
        "version": platform.version,
    }


def _client(platform: LicensingPlatform) -> dict[str, Any]:
    settings = platform.settings()
    return {
        "machine": settings.machine,
        "port": settings.port,
        "lookup_domain": settings.lookup_domain,
        "host_caching": platform.host_caching,
        "activation_type": settings.activation_type,
    }


def _host(machine: Machine, platform: LicensingPlatform) -> dict[str, Any]:
    """`enabled` is the running service's flag; `settings` are what its next start will read."""
    role = platform.role
    state: dict[str, Any] = {
        "enabled": role.serving,
        "listening": role.listening,
        "port": role.port if role.listening else None,
        "publishing": role.publishing if role.listening else None,
        "running_keys": [
            {"description": key.license.description, "licensed": key.licensed, **counters(key.counter, machine.now())}
            for key in role.keys.values()
        ],
        "settings": {
            "listening_port": platform.host_settings.listening_port,
            "publishing": platform.host_settings.publishing,
            "low_priority": platform.host_settings.low_priority,
            "activation_interval": platform.host_settings.activation_interval,
            "renewal_interval": platform.host_settings.renewal_interval,
            "extra_domains": platform.host_settings.extra_domains,
        },
    }
    windows = next(iter(state["running_keys"]), None)
    state["current_count"] = windows["KeyManagementServiceCurrentCount"] if windows else None
    return state
