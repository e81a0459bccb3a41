# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The KMS host inside the running licensing service.

What the service does is decided when it starts, from the key and the registry of that moment. A setup key installed
later ends the role only at the next start: until then the old role answers clients and refreshes its service record
(Windows Server Core support team, "KMS activation and 0xC004C008").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..errors import (
    SL_E_VL_INVALID_TIMESTAMP,
    SL_E_VL_KEY_MANAGEMENT_SERVICE_ID_MISMATCH,
    SL_E_VL_KEY_MANAGEMENT_SERVICE_NOT_ACTIVATED,
    SL_E_VL_NOT_ENOUGH_COUNT,
    licensing_error,
)
from ..kms import CLOCK_TOLERANCE, DEFAULT_PORT, ClientCounter, KmsAnswer, KmsRequest
from ..zone import OWNER, SrvRecord
from .facts import numbers
from .licenses import License
from .registry import HKU, REG_SZ
from .releases import Generation
from .rows import Row, Status
from .settings import SL_ROOT, SPP_ROOT

if TYPE_CHECKING:
    from ..machine import Machine
    from .settings import HostSettings

PUBLISH_EVERY = timedelta(hours=24)
_NETWORK_SERVICE = "S-1-5-20"
_LOG = "Key Management Service"
_ACTIVATION_REQUEST = numbers("event", _LOG)["activation_request"]


@dataclass
class ServingKey:
    """One host key the running service works with."""

    license: License
    pid: str
    counter: ClientCounter
    licensed: bool

    def activates(self, request: KmsRequest) -> bool:
        """Whether this key serves the product of a client."""
        if self.license.application_id != request.application_id:
            return False
        if self.license.host_key is None:
            return self.license.office == request.office
        return self.license.host_key.serves(request.release, request.group)


class HostRole:
    """The KMS host role of one machine."""

    def __init__(self, machine: Machine, settings: HostSettings) -> None:
        self._machine = machine
        self._settings = settings
        self.keys: dict[str, ServingKey] = {}
        self.port = DEFAULT_PORT
        self.publishing = False
        self.activation_interval = 0
        self.renewal_interval = 0
        self.next_publish: datetime | None = None

    @property
    def listening(self) -> bool:
        """Whether port 1688 answers at all: a host key is enough, activated or not."""
        return bool(self.keys)

    @property
    def serving(self) -> bool:
        """The flag of the service object: an activated host."""
        return any(key.licensed for key in self.keys.values())

    def start(self, rows: list[Row]) -> None:
        """The service starts: take up the keys and settings as they are now."""
        self.keys = {row.license.id: _serving_key(row) for row in rows}
        self._read_settings()
        self.publish()

    def stop(self) -> None:
        """The service stops: nobody listens, and the counted clients are forgotten."""
        for key in self.keys.values():
            key.counter.forget(self._machine.now())
        self.keys = {}
        self.next_publish = None

    def activated(self, row: Row) -> None:
        """A host key was activated while the service runs. It becomes the role unless another key holds it."""
        for key in self.keys.values():
            if key.license.application_id == row.license.application_id and key.license.id != row.license.id:
                return
        if not self.keys:
            self._read_settings()
        self.keys[row.license.id] = _serving_key(row)
        self.publish()

    def key_of(self, row: Row) -> ServingKey | None:
        """The running key of a product, for the flag and counters of its row."""
        key = self.keys.get(row.license.id)
        return key if key is not None and key.licensed and row.is_host else None

    def answer(self, request: KmsRequest) -> KmsAnswer:
        """Answer one client."""
        now = self._machine.now()
        key = next((one for one in self.keys.values() if one.activates(request)), None)
        if key is None:
            for one in self.keys.values():
                one.counter.failed += 1
            raise licensing_error(
                SL_E_VL_KEY_MANAGEMENT_SERVICE_ID_MISMATCH, "The KMS host cannot activate this product."
            )
        if not key.licensed:
            key.counter.failed += 1
            raise licensing_error(SL_E_VL_KEY_MANAGEMENT_SERVICE_NOT_ACTIVATED, "The KMS host is not activated.")
        if abs(request.when - now) > CLOCK_TOLERANCE:
            key.counter.failed += 1
            raise licensing_error(SL_E_VL_INVALID_TIMESTAMP, "The time stamp of the request is not valid.")
        return self._count(key, request, now)

    def count_for(self, request: KmsRequest) -> int:
        """What the key that serves a client has counted."""
        key = next((one for one in self.keys.values() if one.activates(request)), None)
        return key.counter.count(self._machine.now()) if key is not None else 0

    def publish(self) -> None:
        """Add or refresh the service records of an activated host that publishes."""
        if not (self.serving and self.publishing):
            self.next_publish = None
            return
        machine = self._machine
        now = machine.now()
        self.next_publish = now + PUBLISH_EVERY
        for record in self._records():
            refusal = machine.fleet.zone.publish(record, machine.name, now)
            if refusal:
                machine.log_event("Application", 12293, [f"0x{refusal:08X}", record.domain])
                machine.record("publish_refused", record=str(record), code=f"0x{refusal:08X}")
                continue
            machine.log_event("Application", 12294, [record.domain])
            machine.record("published", record=str(record))
            self._remember(record.domain)

    def _read_settings(self) -> None:
        self.port = self._settings.listening_port or DEFAULT_PORT
        self.publishing = self._settings.publishing
        self.activation_interval = self._settings.activation_interval
        self.renewal_interval = self._settings.renewal_interval

    def _records(self) -> list[SrvRecord]:
        # Two Microsoft texts differ on whether the list replaces the own domain; the lab publishes both.
        machine = self._machine
        wanted = {machine.domain: (0, 0)} if machine.domain else {}
        for line in self._settings.extra_domains:
            domain, _unused, rest = line.partition(",")
            numbers = [int(part) for part in rest.split(",") if part.strip().isdigit()]
            weighted = machine.release.generation >= Generation.SEVEN
            priority, weight = [*numbers, 0, 0][:2] if weighted else (0, 0)
            wanted[domain.strip()] = (priority, weight)
        return [
            SrvRecord(domain, machine.fqdn, self.port, priority, weight)
            for domain, (priority, weight) in wanted.items()
        ]

    def _remember(self, domain: str) -> None:
        root = SL_ROOT if self._machine.release.generation is Generation.VISTA else SPP_ROOT
        self._machine.registry.set(
            rf"{_NETWORK_SERVICE}\{root}",
            "KeyManagementServiceRegisteredDomainName",
            REG_SZ,
            f"{OWNER}.{domain}",
            HKU,
        )

    def _count(self, key: ServingKey, request: KmsRequest, now: datetime) -> KmsAnswer:
        key.counter.requests[request.status] += 1
        count = key.counter.note(request, now)
        self._machine.log_event(
            _LOG,
            _ACTIVATION_REQUEST,
            _event_fields(request, 0 if count >= request.required else SL_E_VL_NOT_ENOUGH_COUNT),
        )
        if count < request.required:
            raise licensing_error(
                SL_E_VL_NOT_ENOUGH_COUNT, f"The KMS host has counted {count} clients, {request.required} are needed."
            )
        return KmsAnswer(count, key.pid, self.activation_interval, self.renewal_interval)


def _event_fields(request: KmsRequest, hresult: int) -> list[str]:
    """One string, its fields in the order of "KMS Events Logged in the Windows Event Log" (TechNet ff793440)."""
    fields = [
        f"0x{hresult:X}",
        str(request.required),
        request.client_name,
        request.client_machine_id,
        request.when_text,
        "1",
        str(request.status),
        str(request.minutes),
        request.activation_id,
    ]
    return [",".join(fields)]


def _serving_key(row: Row) -> ServingKey:
    if row.counter is None:
        row.counter = ClientCounter()
    return ServingKey(row.license, row.pid or "", row.counter, row.status is Status.LICENSED)
