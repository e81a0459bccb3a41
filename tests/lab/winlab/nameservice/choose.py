# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which kind of service records a scenario asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..specs import DnsSpec, ElsewhereSpec, ServeSpec
from ..zone import MemoryZone, ServiceRecords
from .client import WireRecords
from .served import ServedRecords
from .server import NameServer, UpdatePolicy
from .zones import ZoneSet


@dataclass(frozen=True)
class NameService:
    """The records, and what else the wire needs."""

    records: ServiceRecords
    server: NameServer | None = None
    elsewhere: ElsewhereSpec | None = None

    def register(self, hosts: Iterable[tuple[str, str]]) -> None:
        """Names and addresses of the machines, as their DNS clients would register them."""
        if self.server is not None:
            self.server.zones.add_addresses(hosts)
        elif isinstance(self.records, WireRecords) and self.elsewhere is not None and self.elsewhere.hosts:
            for name, address in hosts:
                self.records.register(name, address)

    def described(self) -> dict[str, object] | None:
        """What the inventory says about the name server; None when there is none."""
        if self.server is not None:
            address, port, key = self.server.address, self.server.port, self.server.key
            zones = self.server.zones.origins()
        elif self.elsewhere is not None:
            address, port, key = self.elsewhere.address, self.elsewhere.port, self.elsewhere.key
            zones = [self.elsewhere.zone] if self.elsewhere.zone else []
        else:
            return None
        found: dict[str, object] = {"server": address, "port": port, "zones": zones}
        if key is not None:
            found["key"] = {"name": key.name, "algorithm": key.algorithm, "secret": key.secret}
        return found


def choose(spec: DnsSpec, domains: Iterable[str], address: str) -> NameService:
    """The name service of a scenario with machines in `domains`; `address` is for a server that names none itself."""
    if spec.elsewhere is not None:
        return _elsewhere(spec, spec.elsewhere)
    if spec.serve is not None:
        return _serve(spec, spec.serve, domains, address)
    return NameService(MemoryZone(spec.records, spec.updaters))


def _elsewhere(spec: DnsSpec, server: ElsewhereSpec) -> NameService:
    records = WireRecords(server.address, server.port, zone=server.zone, key=server.key, timeout=server.timeout)
    records.publish_all(spec.records)
    return NameService(records, elsewhere=server)


def _serve(spec: DnsSpec, server: ServeSpec, domains: Iterable[str], address: str) -> NameService:
    origins = server.zones or [*domains, *(record.domain for record in spec.records)]
    zones = ZoneSet(origins, server.address or address)
    records = ServedRecords(zones, spec.records, spec.updaters)
    policy = UpdatePolicy(server.updates)
    name_server = NameServer(zones, server.address or address, server.port, key=server.key, policy=policy)
    return NameService(records, name_server)
