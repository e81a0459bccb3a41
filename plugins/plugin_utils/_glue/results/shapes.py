# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports as result dictionaries: one shape for every front door.

Only dict, list, str, int, float, bool and None leave this file; everything else is not safe to hand
to every supported ansible-core.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ....module_utils._host_skus import product_of
from ..._licensing import classify, error_codes, grace
from ..._licensing.host_clients import ClientRequest, RecentClient
from ..._licensing.host_events import HostTrouble
from ..._licensing.model import (
    KmsClientSettings,
    KmsHostState,
    LicensingService,
    OperatingSystem,
    Product,
    RequestCounters,
    Snapshot,
)
from ..._licensing.terms import KeyType, Role
from ..._operations.audit import Audit
from ..._operations.kms_host_info import HostInfo, HostKey

Result = dict[str, Any]

DEFAULT_PORT = 1688

# Microsoft Learn, SoftwareLicensingProduct, VLActivationTypeEnabled.
_ACTIVATION_TYPES = {0: "all", 1: "ad", 2: "kms", 3: "token"}


def audit_result(audit: Audit) -> Result:
    """What ``license_info`` returns, and what ``before`` and ``after`` of the other modules hold."""
    snapshot = audit.snapshot
    now = snapshot.os.local_time
    primary = audit.primary
    license_ = product_result(primary, now) if primary else _no_license()
    if audit.installation_id is not None:
        license_["installation_id"] = audit.installation_id
    return {
        "os": _os_result(snapshot.os),
        "service": _service_result(snapshot.service),
        "license": license_,
        "products": [product_result(product, now) for product in snapshot.products],
        "kms_client": _client_result(snapshot, primary),
        "kms_host": _host_result(snapshot),
        "role": audit.role.role.value,
        "role_reason": audit.role.reason,
    }


_ROLES = {
    Role.KMS_CLIENT: "KMS client",
    Role.KMS_HOST: "KMS host",
    Role.KMS_HOST_PENDING: "KMS host or not, which a restart of its licensing service decides",
}


def sentence(name: str, audit: Audit) -> str:
    """A machine in one line: ``win11-01: Windows 11 Pro, KMS client (GVLK ...T83GX), licensed until 2027-05-23``."""
    snapshot, product = audit.snapshot, audit.primary
    parts = [(snapshot.os.caption or "Windows").strip().removeprefix("Microsoft ")]
    if audit.role.role in _ROLES:
        parts.append(_ROLES[audit.role.role])
    if product is None:
        return f"{name}: {', '.join([*parts, 'no product key'])}"
    parts[-1] += f" ({product.key_type.value} ...{product.partial_product_key})"
    expires = time_text(grace.expires_at(product, snapshot.os.local_time))
    parts.append(f"{product.license_status} until {expires[:10]}" if expires else product.license_status)
    client = _client_result(snapshot, product)
    followed = client["configured_host"] or client["discovered_host"]
    if followed and product.key_type is KeyType.GVLK:
        parts.append(f"by {followed}")
    return f"{name}: {', '.join(parts)}"


def license_summary(audit: Audit) -> Result:
    """The few lines of an audit that a change is about; this is what ``--diff`` shows."""
    return product_summary(audit.primary, audit)


def product_summary(product: Product | None, audit: Audit) -> Result:
    """The same for any product of the machine."""
    return {
        "name": product.name if product else None,
        "channel": product.channel if product else None,
        "key_type": (product.key_type if product else KeyType.NONE).value,
        "partial_product_key": product.partial_product_key if product else None,
        "license_status": product.license_status if product else "unlicensed",
        "role": audit.role.role.value,
    }


def product_result(product: Product, now: datetime | None) -> Result:
    """One keyed product, Windows or not."""
    expires = grace.expires_at(product, now)
    return {
        "activation_id": product.activation_id,
        "application_id": product.application_id,
        "name": product.name,
        "description": product.description,
        "channel": product.channel,
        "key_type": product.key_type.value,
        "partial_product_key": product.partial_product_key,
        "license_family": product.license_family,
        "is_addon": product.is_addon,
        "product_key_id": product.product_key_id,
        "license_status": product.license_status,
        "license_status_code": product.license_status_code,
        "license_status_reason": error_result(product.license_status_reason),
        "grace_minutes": product.grace_minutes,
        "expires": time_text(expires),
        "activation_method": _activation_method(product),
        "activation_type": _activation_type(product),
        "activation_object": _activation_object(product),
        "remaining_app_rearms": product.remaining_app_rearms,
        "remaining_sku_rearms": product.remaining_sku_rearms,
    }


def error_result(code: int | None) -> Result | None:
    """An activation code with its meaning and remedy; None for no code."""
    if not code:
        return None
    explained = error_codes.explain(code)
    return {
        "code": explained.code_text,
        "symbol": explained.symbol,
        "meaning": explained.meaning,
        "likely_cause": explained.likely_cause,
        "admin_action": explained.admin_action,
    }


def host_info_result(info: HostInfo) -> Result:
    """What ``kms_host_info`` returns."""
    snapshot = info.state.snapshot
    host = _host_state(snapshot)
    current, required = host["current_count"], host["required_count"]
    settings = info.settings
    return {
        "enabled": host["enabled"],
        "role": info.state.role.role.value,
        "role_reason": info.state.role.reason,
        "current_count": current,
        "required_count": required,
        "count_reached": current is not None and required is not None and current >= required,
        "requests": host["requests"],
        "settings": {**vars(settings), "publish_list": [dict(vars(entry)) for entry in settings.publish_list]},
        "problems": [dict(vars(problem)) for problem in info.problems],
        "suitable": not any(problem.fatal for problem in info.problems),
        "host_keys": [_host_key_result(key) for key in info.keys],
        "clients": [_client_of_host(client) for client in info.clients],
        "duplicate_clients": [_client_of_host(client) for client in info.clients if client.duplicate],
        "overdue_clients": [_client_of_host(client) for client in info.overdue],
        "expiring_clients": [_client_of_host(client) for client in info.expiring],
        "weekly_clients": list(info.weeks),
        "last_request": time_text(info.last_request),
        "idle_minutes": _idle_minutes(info),
        "failures": [_failure_of_host(trouble) for trouble in info.troubles],
    }


def _idle_minutes(info: HostInfo) -> int | None:
    """How long no client has asked the host, by its own clock; None where no request was read."""
    if info.last_request is None or info.now is None:
        return None
    return max(0, round((info.now - info.last_request).total_seconds() / 60))


def _failure_of_host(trouble: HostTrouble) -> Result:
    return {
        "event": trouble.event,
        "when": time_text(trouble.when),
        "domain": trouble.domain,
        "error": error_result(trouble.hresult),
    }


def _host_key_result(key: HostKey) -> Result:
    group, host = key.group, key.product.host
    return {
        "name": key.product.name,
        "channel": key.product.channel,
        "partial_product_key": key.product.partial_product_key,
        "license_status": key.product.license_status,
        "group": group.group if group else None,
        "activates_servers": group.servers if group else None,
        "activates_clients": group.clients if group else None,
        "activates_office": group.office if group else None,
        "current_count": host.current_count if host else None,
        "required_count": host.required_count if host else None,
        "documented": group.documented if group else False,
    }


def _client_of_host(client: RecentClient) -> Result:
    last = client.last
    return {
        "client_machine_id": last.client_machine_id,
        "names": list(client.names),
        "last_request": time_text(last.when),
        "requests": client.requests,
        "license_status": last.license_status,
        "virtual_machine": last.virtual_machine,
        "minimum_count": last.minimum_count,
        "error": error_result(last.hresult),
        "products": [_request_result(request) for request in client.products],
    }


def _request_result(request: ClientRequest) -> Result:
    return {
        "activation_id": request.activation_id,
        "last_request": time_text(request.when),
        "license_status": request.license_status,
        "minutes_left": request.minutes_left,
        "expires": time_text(request.expires),
        "error": error_result(request.hresult),
    }


def _no_license() -> Result:
    empty = Product(
        activation_id="",
        application_id="",
        name=None,
        description=None,
        channel=None,
        key_type=KeyType.NONE,
        partial_product_key=None,
        license_status_code=0,
        license_status_reason=None,
        grace_minutes=None,
        is_addon=None,
    )
    return {**product_result(empty, None), "activation_id": None, "application_id": None}


def _os_result(system: OperatingSystem) -> Result:
    return {
        "caption": system.caption,
        "version": system.version,
        "build": system.build,
        "sku": system.sku,
        "product_type": system.product_type,
        "edition_id": system.edition_id,
        "computer_name": system.computer_name,
        "full_name": system.full_name,
        "domain_member": system.domain_member,
        "domain": system.domain,
    }


def _service_result(service: LicensingService) -> Result:
    return {
        "name": service.service_name,
        "version": service.version,
        "client_machine_id": service.client_machine_id,
        "remaining_windows_rearms": service.remaining_windows_rearms,
    }


def _client_result(snapshot: Snapshot, primary: Product | None) -> Result:
    """The settings in force: a product's own setting wins over the machine's (slmgr.vbs /skms with an ID)."""
    general = snapshot.service.kms
    own = primary.kms if primary else KmsClientSettings()
    host = own.configured_host or general.configured_host
    return {
        "configured_host": host,
        "configured_port": (own.configured_port or general.configured_port or DEFAULT_PORT) if host else None,
        "lookup_domain": own.lookup_domain or general.lookup_domain,
        "discovered_host": own.discovered_host or general.discovered_host,
        "discovered_port": own.discovered_port or general.discovered_port,
        "discovered_ip_address": own.discovered_ip_address or general.discovered_ip_address,
        "host_product_key_id": own.host_product_key_id or general.host_product_key_id,
        "host_caching": general.host_caching,
        "activation_type": _activation_type(primary) if primary else None,
        "activation_interval_minutes": own.activation_interval_minutes or general.activation_interval_minutes,
        "renewal_interval_minutes": own.renewal_interval_minutes or general.renewal_interval_minutes,
    }


def _host_result(snapshot: Snapshot) -> Result:
    """The host side; of a machine that has none only that."""
    is_host = bool(snapshot.serving) or any(product.key_type is KeyType.CSVLK for product in snapshot.products)
    return _host_state(snapshot) if is_host else {"enabled": False}


def _host_state(snapshot: Snapshot) -> Result:
    """All about a KMS host: settings are the service's, counters the product's from Windows 7 on (slmgr.vbs /dlv)."""
    service = snapshot.service.host
    counting = _counting_state(snapshot)
    requests = counting.requests if counting else RequestCounters()
    return {
        "enabled": classify.serves_as_host(snapshot),
        "listening_port": (service.listening_port if service else None) or DEFAULT_PORT,
        "dns_publishing": service.dns_publishing if service else None,
        "low_priority": service.low_priority if service else None,
        "current_count": counting.current_count if counting else None,
        "required_count": counting.required_count if counting else None,
        "requests": {
            "total": requests.total,
            "failed": requests.failed,
            "unlicensed": requests.unlicensed,
            "licensed": requests.licensed,
            "oob_grace": requests.oob_grace,
            "oot_grace": requests.oot_grace,
            "non_genuine_grace": requests.non_genuine_grace,
            "notification": requests.notification,
        },
    }


def _counting_state(snapshot: Snapshot) -> KmsHostState | None:
    hosts = [product.host for product in snapshot.products if product.host and product.host.enabled]
    return hosts[0] if hosts else snapshot.service.host


def _activation_type(product: Product) -> str | None:
    """What a volume client may be activated by."""
    allowed = product.kms.activation_type
    return _ACTIVATION_TYPES.get(allowed) if allowed is not None else None


def _activation_object(product: Product) -> Result | None:
    """The object that activated it through Active Directory the last time that happened."""
    found = product.directory
    return None if found is None else {**vars(found), "product": product_of(found.csvlk_sku_id)}


def _activation_method(product: Product) -> str | None:
    """How the product got, or would get, its license."""
    if product.token_activated:
        return "token"
    if product.by_directory:
        return "ad"
    return {
        KeyType.GVLK: "kms",
        KeyType.CSVLK: "microsoft",
        KeyType.MAK: "microsoft",
        KeyType.RETAIL: "microsoft",
        KeyType.OEM: "oem",
        KeyType.AVMA: "avma",
        KeyType.SUBSCRIPTION: "subscription",
    }.get(product.key_type)


def time_text(moment: datetime | None) -> str | None:
    """A moment as results write it: ISO 8601, whole seconds, in UTC where the moment has an offset."""
    if moment is None:
        return None
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(timezone.utc)
        except OverflowError:
            # The first or the last day of the calendar, in a clock that is wrong: as it is written.
            return moment.replace(microsecond=0).isoformat()
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")
