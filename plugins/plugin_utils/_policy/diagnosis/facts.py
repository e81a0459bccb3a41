# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a diagnosis rests on. None stands for what was not read; nothing here is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..._licensing.activation_events import ActivationLog
from ..._licensing.model import OperatingSystem, Product
from ..machine import Machine
from ..policy import Policy

#: A KMS host and the port it should answer on.
Place = tuple[str, int]


@dataclass(frozen=True)
class Service:
    """The Windows service behind licensing (Win32_Service): ``start_mode`` such as Auto, Manual, Disabled."""

    name: str
    start_mode: str | None
    state: str | None


@dataclass(frozen=True)
class Computer:
    """Win32_ComputerSystem. ``domain`` is that of a member, or the name of its workgroup."""

    in_domain: bool
    domain: str | None
    vendor: str | None
    model: str | None


@dataclass(frozen=True)
class Resolution:
    """What the machine's DNS client goes by. ``connections`` are the suffixes of network connections in use."""

    primary_suffix: str | None = None
    connections: tuple[str, ...] = ()
    search_list: tuple[str, ...] = ()
    policy_search_list: tuple[str, ...] = ()
    name_servers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """One published KMS host. ``missing_from`` are the servers of the zone that do not have it."""

    target: str
    port: int
    approved: bool | None = None
    addresses: tuple[str, ...] | None = None
    missing_from: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        return self.target, self.port


@dataclass(frozen=True)
class Published:
    """What DNS publishes in one domain. ``records`` is None where nobody answered, and ``error`` says why."""

    domain: str
    records: tuple[Record, ...] | None
    error: str | None = None


@dataclass(frozen=True)
class Probe:
    """Whether a KMS host answered, asked from the control node."""

    answers: bool
    reason: str


@dataclass(frozen=True)
class HostKeyState:
    """One host key of a KMS host. ``covers`` is None where it is not known whether it activates the product."""

    name: str
    covers: bool | None
    licensed: bool
    current_count: int | None
    required_count: int | None


@dataclass(frozen=True)
class KmsHost:
    """The KMS host as it says itself.

    ``clock_offset`` is how far its clock is ahead of the control node's. ``last_request`` is the last one of this very
    client, None where its log was not read (``log_read``) or holds none. ``twins`` are other names that came with the
    client machine ID of this client.
    """

    name: str
    serving: bool
    keys: tuple[HostKeyState, ...]
    clock_offset: timedelta | None = None
    log_read: bool = False
    last_request: datetime | None = None
    twins: tuple[str, ...] = ()


@dataclass(frozen=True)
class ActivationObject:
    """An activation object in Active Directory. ``covers`` is None where it is not known what it activates."""

    name: str
    covers: bool | None = None


@dataclass(frozen=True)
class Facts:
    """All of it, about one product of one machine.

    ``machine`` is None where the licensing could not be read; ``unread`` says for each kind of fact that is missing
    why it is. ``failure`` is the code with which licensing could not be read. ``clock_offset`` is how far the clock of
    the client is ahead of the control node's. ``addresses`` are those of KMS hosts, empty for a name that has none.
    """

    name: str
    system: OperatingSystem | None = None
    machine: Machine | None = None
    product: Product | None = None
    policy: Policy | None = None
    failure: int | None = None
    service: Service | None = None
    computer: Computer | None = None
    resolution: Resolution | None = None
    log: ActivationLog | None = None
    clock_offset: timedelta | None = None
    published: tuple[Published, ...] | None = None
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    probes: Mapping[Place, Probe] = field(default_factory=dict)
    kms_host: KmsHost | None = None
    objects: tuple[ActivationObject, ...] | None = None
    unread: Mapping[str, str] = field(default_factory=dict)

    def why_unread(self, kind: str) -> str:
        """``it was not asked for``, or what went wrong."""
        return self.unread.get(kind, "it was not read")
