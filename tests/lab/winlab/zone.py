# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where KMS hosts publish themselves: `_vlmcs._tcp` service records.

`ServiceRecords` is the seam. `MemoryZone` keeps the records inside the lab; `nameservice` has a client for dynamic
updates (RFC 2136) and the zones of a name server in its place. Microsoft KB 2553863: priority and weight 0, port 1688,
renewed at service start and daily; who may not update the existing record gets event 12293 with 0x80072338.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from .errors import DNS_ERROR_RCODE_NOT_SECURE

OWNER = "_vlmcs._tcp"


@dataclass(frozen=True)
class SrvRecord:
    """One published KMS host in one domain."""

    domain: str
    target: str
    port: int = 1688
    priority: int = 0
    weight: int = 0

    @property
    def owner(self) -> str:
        """The name the record stands under."""
        return f"{OWNER}.{self.domain}"

    def __str__(self) -> str:
        return f"{self.owner} SRV {self.priority} {self.weight} {self.port} {self.target}"


class ServiceRecords(Protocol):
    """What a machine asks of the name service."""

    def publish(self, record: SrvRecord, by: str, when: datetime) -> int:
        """Add or refresh a record in the name of machine `by`; 0, or the HRESULT of the refusal."""

    def lookup(self, domain: str) -> list[SrvRecord]:
        """The records of a domain, in no particular order. Raises CimError when the name service does not answer."""

    def records(self) -> list[tuple[SrvRecord, datetime | None]]:
        """Every record with the time of its last refresh by its machine (None: put there by hand)."""

    def withdraw(self, domain: str, target: str) -> bool:
        """Delete the records of one host in one domain, as an administrator would; False when there is none."""


class MemoryZone:
    """Service records in memory. With `updaters` only those machines may publish, others are refused."""

    def __init__(self, records: Iterable[SrvRecord] = (), updaters: Iterable[str] | None = None) -> None:
        self._records: dict[SrvRecord, datetime | None] = dict.fromkeys(records)
        self._updaters = None if updaters is None else {name.lower() for name in updaters}

    def publish(self, record: SrvRecord, by: str, when: datetime) -> int:
        """See `ServiceRecords`."""
        if self._updaters is not None and by.lower() not in self._updaters:
            return DNS_ERROR_RCODE_NOT_SECURE
        self._records[record] = when
        return 0

    def lookup(self, domain: str) -> list[SrvRecord]:
        """See `ServiceRecords`."""
        return [record for record in self._records if record.domain.lower() == domain.lower()]

    def records(self) -> list[tuple[SrvRecord, datetime | None]]:
        """See `ServiceRecords`."""
        return sorted(self._records.items(), key=lambda item: str(item[0]))

    def withdraw(self, domain: str, target: str) -> bool:
        """See `ServiceRecords`."""
        doomed = [record for record in self.lookup(domain) if record.target.lower().rstrip(".") == target.lower()]
        for record in doomed:
            del self._records[record]
        return bool(doomed)
