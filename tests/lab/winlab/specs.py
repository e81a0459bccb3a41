# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a scenario says, read and checked: plain values for the builder."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .host import WinrmProfile
from .nameservice.keys import TsigSpec
from .windows.releases import Edition, Release
from .zone import SrvRecord


@dataclass(frozen=True)
class Login:
    """What the inventory says about reaching a machine."""

    user: str
    password: str = field(repr=False)
    transport: str
    connection: str
    https: bool
    validate: bool
    variables: dict[str, Any]


@dataclass(frozen=True)
class HostSpec:
    """A KMS host as the scenario describes it."""

    counted_clients: int | None
    listening_port: int | None
    publishing: bool
    low_priority: bool
    activation_interval: int | None
    renewal_interval: int | None
    domains: tuple[str, ...]


@dataclass(frozen=True)
class ClientSpec:
    """Settings of a KMS client."""

    host: str | None
    port: int | None
    lookup_domain: str | None
    caching: bool
    activation_type: int
    answered_by: str | None


@dataclass(frozen=True)
class LicenseSpec:
    """Keys and states a machine begins with."""

    key: str | None
    more_keys: tuple[str, ...]
    activated: bool
    activated_by: str
    minutes: int | None
    status: int | None
    reason: int | None
    was_host_with: str | None


@dataclass(frozen=True)
class EventSpec:
    """An entry that stands in a Windows event log when the lab opens."""

    code: int
    strings: tuple[str, ...]
    log: str
    minutes_ago: int


@dataclass(frozen=True)
class MachineSpec:
    """One machine of a scenario."""

    name: str
    release: Release
    edition: Edition
    address: str | None
    domain: str | None
    traits: dict[str, Any]
    license: LicenseSpec
    host: HostSpec
    client: ClientSpec
    winrm: WinrmProfile
    login: Login
    groups: tuple[str, ...]
    start_mode: str
    reachable: bool
    events: tuple[EventSpec, ...] = ()


@dataclass(frozen=True)
class KeySpec:
    """What has been spent of a key before the lab opens, and its limits."""

    name: str
    machines_used: int
    activations: int | None
    blocked: bool


@dataclass(frozen=True)
class ElsewhereSpec:
    """A name server that is not part of the lab."""

    address: str
    port: int = 53
    zone: str | None = None
    key: TsigSpec | None = None
    timeout: float = 2.0
    hosts: bool = False


@dataclass(frozen=True)
class ServeSpec:
    """The name server of the lab. Without an address it takes the last one of the network."""

    address: str | None = None
    port: int = 5300
    zones: tuple[str, ...] = ()
    key: TsigSpec | None = None
    updates: str = "anybody"


@dataclass(frozen=True)
class DnsSpec:
    """Where machines publish: inside the lab's memory, on its name server, or elsewhere."""

    records: tuple[SrvRecord, ...] = ()
    updaters: tuple[str, ...] | None = None
    elsewhere: ElsewhereSpec | None = None
    serve: ServeSpec | None = None


@dataclass(frozen=True)
class Scenario:
    """A whole fleet."""

    file: str
    name: str
    description: str
    domain: str
    netbios: str
    network: str
    clock: datetime | None
    dns: DnsSpec
    keys: tuple[KeySpec, ...]
    activation_object: str | None
    variables: dict[str, Any]
    machines: tuple[MachineSpec, ...]
