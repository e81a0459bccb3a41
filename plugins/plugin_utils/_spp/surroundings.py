# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands around the licensing of a machine: its membership, its maker, and what its DNS client goes by."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .._wsman import class_types
from . import registry, schema
from .errors import UnexpectedAnswer
from .row import Row
from .steps import Query, Work

_ADAPTER = "Win32_NetworkAdapterConfiguration"
_TCPIP = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
_DNS_POLICY = r"SOFTWARE\Policies\Microsoft\Windows NT\DNSClient"
# The registry keeps a list of suffixes as one text (Microsoft Learn, "DNS suffix search list").
_BETWEEN = re.compile(r"[,\s]+")


@dataclass(frozen=True)
class ComputerSystem:
    """Win32_ComputerSystem. ``domain`` is that of a member, or the name of its workgroup."""

    in_domain: bool
    domain: str | None
    vendor: str | None
    model: str | None


@dataclass(frozen=True)
class NameResolution:
    """Suffixes in the order of the machine. ``connections``: of the network connections in use."""

    primary_suffix: str | None
    connections: tuple[str, ...]
    search_list: tuple[str, ...]
    policy_search_list: tuple[str, ...]
    name_servers: tuple[str, ...]


def read_computer() -> Work[ComputerSystem]:
    """One query."""
    columns = "Domain,Manufacturer,Model,PartOfDomain"
    types = class_types.types_of(schema.COMPUTER_SYSTEM)
    rows = yield Query(f"SELECT {columns} FROM {schema.COMPUTER_SYSTEM}", types)
    if len(rows) != 1:
        raise UnexpectedAnswer(f"{schema.COMPUTER_SYSTEM} has {len(rows)} instances instead of one")
    row = Row(rows[0])
    member = row.flag("PartOfDomain") or False
    return ComputerSystem(member, row.text("Domain"), row.text("Manufacturer"), row.text("Model"))


def read_name_resolution() -> Work[NameResolution]:
    """One query and four values of the registry, where a policy keeps its own.

    The primary suffix of a policy wins (NV PrimaryDnsSuffix); that of the machine is Domain beside it.
    """
    types = class_types.types_of(_ADAPTER)
    columns = "DNSDomain,DNSServerSearchOrder"
    rows = yield Query(f"SELECT {columns} FROM {_ADAPTER} WHERE IPEnabled = TRUE", types)
    by_policy = yield from registry.read_text(_DNS_POLICY, "NV PrimaryDnsSuffix")
    own = yield from registry.read_text(_TCPIP, "Domain")
    policy_list = yield from registry.read_text(_DNS_POLICY, "SearchList")
    search_list = yield from registry.read_text(_TCPIP, "SearchList")
    connections = [Row(row).text("DNSDomain") for row in rows]
    servers = [server for row in rows for server in _texts(row.get("DNSServerSearchOrder"))]
    return NameResolution(
        primary_suffix=by_policy or own,
        connections=tuple(dict.fromkeys(suffix for suffix in connections if suffix)),
        search_list=_split(search_list),
        policy_search_list=_split(policy_list),
        name_servers=tuple(dict.fromkeys(servers)),
    )


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in _BETWEEN.split(text or "") if part))


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(str(one) for one in value)
    return (str(value),) if value else ()
