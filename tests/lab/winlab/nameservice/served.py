# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service records of a lab that has its own name server: machines write to its zones without a detour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import dns.rdatatype

from ..errors import DNS_ERROR_RCODE_NAME_ERROR, DNS_ERROR_RCODE_NOT_SECURE
from ..zone import SrvRecord
from .zones import ZoneSet, add, domain_of, folded, from_rdata, owner_of, remove, to_rdata


class ServedRecords:
    """See `ServiceRecords`. With `updaters` only those machines may publish."""

    def __init__(self, zones: ZoneSet, records: Iterable[SrvRecord], updaters: Iterable[str] | None = None) -> None:
        self._zones = zones
        self._updaters = None if updaters is None else {name.lower() for name in updaters}
        self._refreshed: dict[SrvRecord, datetime] = {}
        for record in records:
            owner = owner_of(record.domain)
            if (zone := zones.find(owner)) is not None:
                add(zone, owner, to_rdata(record))

    def publish(self, record: SrvRecord, by: str, when: datetime) -> int:
        """See `ServiceRecords`."""
        if self._updaters is not None and by.lower() not in self._updaters:
            return DNS_ERROR_RCODE_NOT_SECURE
        owner = owner_of(record.domain)
        zone = self._zones.find(owner)
        if zone is None:
            return DNS_ERROR_RCODE_NAME_ERROR
        add(zone, owner, to_rdata(record))
        self._refreshed[folded(record)] = when
        return 0

    def lookup(self, domain: str) -> list[SrvRecord]:
        """See `ServiceRecords`."""
        owner = owner_of(domain)
        zone = self._zones.find(owner)
        held = zone.get_rdataset(owner, dns.rdatatype.SRV) if zone is not None else None
        return [from_rdata(domain, rdata) for rdata in held or ()]

    def records(self) -> list[tuple[SrvRecord, datetime | None]]:
        """See `ServiceRecords`."""
        found = {
            from_rdata(domain, rdata)
            for zone in self._zones
            for name, held in zone.iterate_rdatasets(dns.rdatatype.SRV)
            if (domain := domain_of(name)) is not None
            for rdata in held
        }
        return [(record, self._refreshed.get(folded(record))) for record in sorted(found, key=str)]

    def withdraw(self, domain: str, target: str) -> bool:
        """See `ServiceRecords`."""
        doomed = [record for record in self.lookup(domain) if record.target.lower() == target.lower().rstrip(".")]
        owner = owner_of(domain)
        for record in doomed:
            zone = self._zones.find(owner)
            assert zone is not None
            remove(zone, owner, to_rdata(record))
            self._refreshed.pop(folded(record), None)
        return bool(doomed)
