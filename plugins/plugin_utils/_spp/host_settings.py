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
from .._licensing.model import Snapshot
from .._licensing.settings import Change
from .._licensing.terms import Provider
from .._winrm.session import Session
from .._wsman import class_types
from . import schema
from .errors import UnexpectedAnswer
from .firewall import read_rule, switch_rule
from .registry import Registry
from .target import Target


def read_host_settings(session: Session, snapshot: Snapshot, firewall: bool = False) -> HostSettings:
    """The settings as stored, which the running service may not have read yet. ``firewall``: read its rule too."""
    rule = read_rule(session) if firewall and snapshot.os.provider is Provider.SPPWMI else None
    settings = _read_licensing(session, snapshot)
    return settings if rule is None else replace(settings, firewall=rule.enabled)


def _read_licensing(session: Session, snapshot: Snapshot) -> HostSettings:
    registry, key = Registry(session), schema.REGISTRY_KEYS[snapshot.os.provider]
    service = snapshot.service
    published = tuple(PublishedDomain.parse(line) for line in registry.lines(key, schema.REGISTRY_PUBLISH_LIST))
    if snapshot.os.provider is Provider.SLWMI:
        port = registry.text(key, schema.REGISTRY_LISTENING_PORT)
        return HostSettings(
            listening_port=int(port) if port and port.isdecimal() else DEFAULT_PORT,
            activation_interval=service.kms.activation_interval_minutes,
            renewal_interval=service.kms.renewal_interval_minutes,
            dns_publishing=not registry.number(key, schema.REGISTRY_DISABLE_PUBLISHING),
            low_priority=bool(registry.number(key, schema.REGISTRY_LOW_PRIORITY)),
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


def write_host_setting(session: Session, snapshot: Snapshot, change: Change) -> None:
    """Apply one change. Raises MethodFailed and RegistryRefused."""
    if change.name == "firewall":
        rule = read_rule(session)
        if rule is None:
            raise UnexpectedAnswer("The firewall rule for KMS clients was there a moment ago and is gone now.")
        switch_rule(session, rule, bool(change.after))
    elif change.name == "publish_list":
        _write_publish_list(session, snapshot, change.after)
    elif change.name in ("activation_interval", "renewal_interval"):
        method = schema.SET_ACTIVATION_INTERVAL if change.name == "activation_interval" else schema.SET_RENEWAL_INTERVAL
        Target(session, snapshot.service).set(method, _number(change.after))
    elif snapshot.os.provider is Provider.SLWMI:
        _write_registry(session, change)
    else:
        _write_method(Target(session, snapshot.service), change)


def read_domain(session: Session) -> str | None:
    """The DNS domain of the machine, which is where it publishes by default; None when it has none.

    That is its primary DNS suffix (Microsoft Learn, TCP/IP parameters), which may differ from its Active Directory
    domain; only that one can be asked for as a property.
    """
    suffix = Registry(session).text(schema.REGISTRY_TCPIP, schema.REGISTRY_DNS_SUFFIX)
    if suffix:
        return suffix.lower()
    rows = session.query(
        "SELECT Domain,PartOfDomain FROM Win32_ComputerSystem", types=class_types.types_of("Win32_ComputerSystem")
    )
    if len(rows) != 1 or not rows[0].get("PartOfDomain"):
        return None
    domain = rows[0].get("Domain")
    return str(domain).lower() if domain else None


def _write_method(target: Target, change: Change) -> None:
    if change.name == "listening_port":
        target.set(schema.SET_LISTENING_PORT, _number(change.after))
    elif change.name == "dns_publishing":
        target.set(schema.DISABLE_DNS_PUBLISHING, not change.after)
    elif change.name == "low_priority":
        target.set(schema.ENABLE_LOW_PRIORITY, bool(change.after))


def _write_registry(session: Session, change: Change) -> None:
    registry, key = Registry(session), schema.REGISTRY_KEYS[Provider.SLWMI]
    if change.name == "listening_port":
        registry.set_text(key, schema.REGISTRY_LISTENING_PORT, str(change.after))
    elif change.name == "dns_publishing":
        registry.set_number(key, schema.REGISTRY_DISABLE_PUBLISHING, int(not change.after))
    elif change.name == "low_priority":
        registry.set_number(key, schema.REGISTRY_LOW_PRIORITY, int(bool(change.after)))


def _write_publish_list(session: Session, snapshot: Snapshot, wanted: object) -> None:
    registry, key = Registry(session), schema.REGISTRY_KEYS[snapshot.os.provider]
    entries = [entry for entry in wanted if isinstance(entry, PublishedDomain)] if isinstance(wanted, tuple) else []
    if not entries:
        registry.delete(key, schema.REGISTRY_PUBLISH_LIST)
        return
    registry.set_lines(key, schema.REGISTRY_PUBLISH_LIST, _lines(entries, snapshot.os.provider))


def _lines(entries: Sequence[PublishedDomain], provider: Provider) -> list[str]:
    """Vista, Server 2008 and 2003 take names only; priority and weight came with Server 2008 R2."""
    return [entry.line(with_numbers=provider is not Provider.SLWMI) for entry in entries]


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"a number was expected, not {type(value).__name__}")
    return value
