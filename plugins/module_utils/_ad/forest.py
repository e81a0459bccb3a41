# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The DNS domains that a domain controller knows of: those of its forest, and the zones that it holds.

Clients may be in DNS domains that are not domains of Active Directory, and hosts publish themselves there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import namespace
from .connection import connected
from .directory import Directory
from .entry import Entry
from .errors import NotFound, Refused
from .options import controller_of
from .requirements import require
from .zones import containers

# Every domain is a dozen questions to name servers. The names of records are anybody's to make.
MOST_DOMAINS = 1000
_MOST_OBJECTS = 20 * MOST_DOMAINS


@dataclass(frozen=True)
class Forest:
    """``published``: domains inside the zones that have a record. ``unread``: partitions held by others only."""

    controller: str
    domains: tuple[str, ...]
    zones: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every domain once."""
        return tuple(dict.fromkeys((*self.domains, *self.zones, *self.published)))


def forest_of(params: Mapping[str, Any]) -> Forest | None:
    """As the options say; None without a domain controller. Raises SettingWrong, LibraryMissing, AdError."""
    place = controller_of(params)
    if place is None:
        return None
    require(place)
    with connected(place) as directory:
        return read_forest(directory)


def read_forest(directory: Directory) -> Forest:
    """Raises AdError."""
    root = directory.root
    configuration = root.text("configurationNamingContext")
    wanted = ["dnsRoot", "nCName", "systemFlags", "Enabled"]
    found = directory.children(f"CN=Partitions,{configuration}", namespace.PARTITIONS, wanted) if configuration else []
    partitions = namespace.partitions_in(found, root.texts("namingContexts"))
    if not partitions.domains:
        what = "it shows no domain of a forest, so that this is not an Active Directory server"
        raise NotFound(directory.label, what, "Name a domain controller in domain_controller")
    zones, published = _zones(directory)
    forest = Forest(directory.label, partitions.domains, zones, published, partitions.unread)
    if len(forest.names) > MOST_DOMAINS:
        raise _too_many(directory, MOST_DOMAINS)
    return forest


def _zones(directory: Directory) -> tuple[tuple[str, ...], tuple[str, ...]]:
    zones: list[Entry] = []
    nodes: list[Entry] = []
    for base in containers(directory):
        zones += directory.children(base, namespace.ZONES, ["dc", "dNSProperty"], _MOST_OBJECTS)
        nodes += directory.below(base, namespace.RECORDS, ["name"], _MOST_OBJECTS)
        if max(len(zones), len(nodes)) > _MOST_OBJECTS:
            raise _too_many(directory, _MOST_OBJECTS)
    kept = namespace.zones_in(zones)
    return namespace.client_zones(kept), namespace.publishing_in(nodes, kept)


def _too_many(directory: Directory, most: int) -> Refused:
    what = f"it has more than {most:,} DNS zones and records of KMS hosts, more than are read at once"
    return Refused(directory.label, what, "Leave out domain_controller, and name the domains in domains, in parts")
