# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a product finds a KMS host and asks it.

Order of discovery: Microsoft Learn, "Guidelines for troubleshooting KMS": a configured host and no other; the host
that answered last, while caching is on; service records of the lookup domain or of the own domain. Priorities count
from Windows 7 on. A host that does not answer is dropped for another; one that refuses has answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..cim import CimError
from ..errors import (
    DNS_ERROR_RCODE_NAME_ERROR,
    SL_E_VL_BINDING_SERVICE_UNAVAILABLE,
    licensing_error,
)
from ..identity import generator
from ..kms import DEFAULT_PORT, KmsAnswer, KmsRequest
from ..zone import SrvRecord
from .releases import Generation
from .rows import VOLUME_VALIDITY, DirectoryBinding, KmsBinding, Row, set_licensed

if TYPE_CHECKING:
    from ..machine import Machine
    from .platform import LicensingPlatform

CLIENT_THRESHOLD, SERVER_THRESHOLD, OFFICE_THRESHOLD = 25, 5, 5

BY_DIRECTORY, BY_KMS = 1, 2

_SUCCESS, _NO_FLAGS = "0x00000000", "0x00000000"


@dataclass(frozen=True)
class Candidate:
    """A host to try."""

    name: str
    port: int
    by_dns: bool


def required_clients(machine: Machine, row: Row) -> int:
    """The threshold of a product."""
    if row.license.office:
        return OFFICE_THRESHOLD
    return CLIENT_THRESHOLD if machine.release.client else SERVER_THRESHOLD


def activate_volume_client(platform: LicensingPlatform, row: Row) -> None:
    """Activate a product with a setup key: by Active Directory where there is an object, else by KMS."""
    machine = platform.machine
    enabled = platform.activation_type(row)
    directory = machine.fleet.activation_object
    modern = machine.release.generation >= Generation.EIGHT and machine.domain is not None
    if modern and directory is not None and enabled in (0, BY_DIRECTORY) and row.license.is_windows:
        _bind_directory(machine, row, directory)
        return
    if enabled == BY_DIRECTORY:
        raise _unavailable()
    _ask_hosts(platform, row)


def _ask_hosts(platform: LicensingPlatform, row: Row) -> None:
    machine = platform.machine
    request = KmsRequest(
        client_machine_id=machine.client_machine_id,
        client_name=machine.fqdn,
        application_id=row.license.application_id,
        release=machine.release.name,
        group=row.license.group,
        office=row.license.office,
        required=required_clients(machine, row),
        status=int(row.status),
        when=machine.now(),
        minutes=row.minutes_left(machine.now()),
        activation_id=row.license.id,
    )
    for candidate in candidates(platform, row):
        host = machine.fleet.kms_endpoint(candidate.name, candidate.port)
        machine.log_event(
            "Application",
            12288,
            _joined(
                _SUCCESS,
                _NO_FLAGS,
                f"{candidate.name}:{candidate.port}",
                request.client_machine_id,
                request.when_text,
                1,
                request.status,
                request.minutes,
                request.activation_id,
                request.required,
            ),
        )
        if host is None:
            continue
        try:
            answer = host.platform.role.answer(request)
        except CimError as error:
            _log_answer(machine, request, f"0x{error.hresult:08X}", None)
            raise
        _log_answer(machine, request, _SUCCESS, answer)
        row.binding = KmsBinding(
            candidate.name,
            candidate.port,
            host.address,
            answer.host_pid,
            answer.activation_interval,
            answer.renewal_interval,
            candidate.by_dns,
        )
        # What Active Directory did last stays to be read (TechNet, WMI Properties and Methods for Volume Activation).
        row.activation_type = BY_KMS
        set_licensed(row, machine.now() + VOLUME_VALIDITY, volume=True)
        return
    raise _unavailable()


def _log_answer(machine: Machine, request: KmsRequest, code: str, answer: KmsAnswer | None) -> None:
    """Event 12289: code, flags, whether it is activated now, an unused field, count of the host, intervals, time."""
    bound, count, activation, renewal = 0, 0, 0, 0
    if answer is not None:
        bound, count = 1, answer.count
        activation, renewal = answer.activation_interval, answer.renewal_interval
    strings = _joined(code, _NO_FLAGS, bound, 0, count, activation, renewal, request.when_text)
    machine.log_event("Application", 12289, strings)


def _joined(*fields: object) -> list[str]:
    """The fields of an event are one string (TechNet ff793440, "KMS Events Logged in the Windows Event Log")."""
    return [", ".join(str(one) for one in fields)]


def candidates(platform: LicensingPlatform, row: Row) -> Iterator[Candidate]:
    """The hosts to try, in order."""
    configured = platform.configured_host(row)
    if configured is not None:
        name, port = configured
        yield Candidate(name, port or DEFAULT_PORT, False)
        return
    cached = row.binding if platform.host_caching else None
    if cached is not None and cached.found_by_dns:
        yield Candidate(cached.name, cached.port, True)
    domain = platform.lookup_domain(row) or platform.machine.domain
    records = _published(platform.machine, domain) if domain else []
    if not records and cached is None and platform.machine.release.generation < Generation.EIGHT:
        raise licensing_error(DNS_ERROR_RCODE_NAME_ERROR, "DNS name does not exist.")
    for record in _ordered(platform.machine, records):
        yield Candidate(record.target.rstrip("."), record.port, True)


def _published(machine: Machine, domain: str) -> list[SrvRecord]:
    """A name server that fails has a code of its own up to Windows 7; later Windows only misses the host."""
    try:
        return machine.fleet.zone.lookup(domain)
    except CimError:
        if machine.release.generation < Generation.EIGHT:
            raise
        return []


def _ordered(machine: Machine, records: list[SrvRecord]) -> list[SrvRecord]:
    """Arbitrary but repeatable; from Windows 7 on by priority first, then by weight."""
    machine.discoveries += 1
    chance = generator(machine.seed, "discovery", machine.discoveries)
    shuffled = sorted(records, key=str)
    chance.shuffle(shuffled)
    if machine.release.generation is Generation.VISTA:
        return shuffled
    return sorted(shuffled, key=lambda record: (record.priority, -record.weight * chance.random()))


def _bind_directory(machine: Machine, row: Row, directory: DirectoryBinding) -> None:
    row.directory = directory
    row.binding = None
    row.activation_type = BY_DIRECTORY
    set_licensed(row, machine.now() + VOLUME_VALIDITY, volume=True)


def _unavailable() -> CimError:
    return licensing_error(SL_E_VL_BINDING_SERVICE_UNAVAILABLE, "No Key Management Service (KMS) could be contacted.")
