# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and writes the settings of a KMS host.

From Windows 7 on the licensing service has methods for most of them; on Vista, Server 2008 and the Server 2003 add-on
they are registry values under ``...\\CurrentVersion\\SL``, and the publish list is one everywhere (Microsoft, "Registry
Settings for Volume Activation").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .._licensing.host_settings import DEFAULT_PORT, HostSettings, PublishedDomain
from .._licensing.model import LicensingService, Snapshot
from .._licensing.numbers import whole
from .._licensing.settings import Change
from .._licensing.terms import Provider
from .._wsman import class_types
from . import registry, schema
from .errors import UnexpectedAnswer
from .firewall import read_rule, switch_rule
from .steps import Query, Work
from .writer import set_value


def read_host_settings(snapshot: Snapshot, firewall: bool = False) -> Work[HostSettings]:
    """The settings as stored, which the running service may not have read yet. ``firewall``: read its rule too."""
    rule = (yield from read_rule()) if firewall and snapshot.os.provider is Provider.SPPWMI else None
    settings = yield from _read_licensing(snapshot)
    return settings if rule is None else replace(settings, firewall=rule.enabled)


def _read_licensing(snapshot: Snapshot) -> Work[HostSettings]:
    key = schema.REGISTRY_KEYS[snapshot.os.provider]
    service = snapshot.service
    lines = yield from registry.read_lines(key, schema.REGISTRY_PUBLISH_LIST)
    published = tuple(map(PublishedDomain.parse, lines))
    if snapshot.os.provider is Provider.SLWMI:
        port = yield from registry.read_text(key, schema.REGISTRY_LISTENING_PORT)
        unpublished = yield from registry.read_number(key, schema.REGISTRY_DISABLE_PUBLISHING)
        low = yield from registry.read_number(key, schema.REGISTRY_LOW_PRIORITY)
        return HostSettings(
            listening_port=whole(port or "") or DEFAULT_PORT,
            activation_interval=service.kms.activation_interval_minutes,
            renewal_interval=service.kms.renewal_interval_minutes,
            dns_publishing=not unpublished,
            low_priority=bool(low),
            publish_list=published,
        )
    host = service.host
    return HostSettings(
        listening_port=(host.listening_port if host else None) or DEFAULT_PORT,
        activation_interval=service.kms.activation_interval_minutes,
        renewal_interval=service.kms.renewal_interval_minutes,
        dns_publishing=host is None or host.dns_publishing is not False,
        low_priority=bool(host and host.low_priority),
        publish_list=published,
    )


def write_host_setting(snapshot: Snapshot, change: Change) -> Work[None]:
    """Apply one change. Raises MethodFailed and RegistryRefused."""
    if change.name == "firewall":
        rule = yield from read_rule()
        if rule is None:
            raise UnexpectedAnswer("The firewall rule for KMS clients existed a moment ago and is gone now.")
        yield from switch_rule(rule, bool(change.after))
    elif change.name == "publish_list":
        yield from _write_publish_list(snapshot, change.after)
    elif change.name in ("activation_interval", "renewal_interval"):
        method = schema.SET_ACTIVATION_INTERVAL if change.name == "activation_interval" else schema.SET_RENEWAL_INTERVAL
        yield from set_value(snapshot.service, method, _number(change.after))
    elif snapshot.os.provider is Provider.SLWMI:
        yield from _write_registry(change)
    else:
        yield from _write_method(snapshot.service, change)


def read_domain() -> Work[str | None]:
    """The DNS domain of the machine, which is where it publishes by default; None when it has none.

    That is its primary DNS suffix (Microsoft Learn, TCP/IP parameters), which may differ from its Active Directory
    domain; only that one can be asked for as a property.
    """
    suffix = yield from registry.read_text(schema.REGISTRY_TCPIP, schema.REGISTRY_DNS_SUFFIX)
    if suffix:
        return suffix.lower()
    types = class_types.types_of("Win32_ComputerSystem")
    rows = yield Query("SELECT Domain,PartOfDomain FROM Win32_ComputerSystem", types)
    if len(rows) != 1 or not rows[0].get("PartOfDomain"):
        return None
    domain = rows[0].get("Domain")
    return str(domain).lower() if domain else None


def _write_method(service: LicensingService, change: Change) -> Work[None]:
    if change.name == "listening_port":
        return set_value(service, schema.SET_LISTENING_PORT, _number(change.after))
    if change.name == "dns_publishing":
        return set_value(service, schema.DISABLE_DNS_PUBLISHING, not change.after)
    return set_value(service, schema.ENABLE_LOW_PRIORITY, bool(change.after))


def _write_registry(change: Change) -> Work[None]:
    key = schema.REGISTRY_KEYS[Provider.SLWMI]
    if change.name == "listening_port":
        return registry.set_text(key, schema.REGISTRY_LISTENING_PORT, str(change.after))
    if change.name == "dns_publishing":
        return registry.set_number(key, schema.REGISTRY_DISABLE_PUBLISHING, int(not change.after))
    return registry.set_number(key, schema.REGISTRY_LOW_PRIORITY, int(bool(change.after)))


def _write_publish_list(snapshot: Snapshot, wanted: object) -> Work[None]:
    key = schema.REGISTRY_KEYS[snapshot.os.provider]
    entries = [entry for entry in wanted if isinstance(entry, PublishedDomain)] if isinstance(wanted, tuple) else []
    if not entries:
        return registry.delete(key, schema.REGISTRY_PUBLISH_LIST)
    return registry.set_lines(key, schema.REGISTRY_PUBLISH_LIST, _lines(entries, snapshot.os.provider))


def _lines(entries: Sequence[PublishedDomain], provider: Provider) -> list[str]:
    """Vista, Server 2008 and 2003 take names only; priority and weight came with Server 2008 R2."""
    return [entry.line(with_numbers=provider is not Provider.SLWMI) for entry in entries]


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"a number was expected, not {type(value).__name__}")
    return value
