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
    DNS_ERROR_RCODE_SERVER_FAILURE,
    ERROR_INVALID_NAME,
    RPC_S_SERVER_UNAVAILABLE,
    SL_E_ADBA_NO_OBJECT,
    SL_E_VL_BINDING_SERVICE_UNAVAILABLE,
    SL_E_VL_INVALID_TIMESTAMP,
    SL_E_VL_NOT_ENOUGH_COUNT,
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

NOT_FOUND = 0
_NO_FLAGS = "0x00000000"
# SL_VL_BINDING_ERROR_NOT_ENOUGH_COUNT (Volume Activation 2.0 Operations Guide, page 29).
_NOT_ENOUGH_COUNT = 0x04000000


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
        failure = licensing_error(SL_E_ADBA_NO_OBJECT, "No Active Directory activation object can be used.")
        _log_failure(machine, row, failure.hresult)
        raise failure
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
    seen = NOT_FOUND
    try:
        for candidate in candidates(platform, row):
            if _asked(machine, row, candidate, request):
                return
            seen = RPC_S_SERVER_UNAVAILABLE
    except CimError as error:
        _log_failure(machine, row, error.hresult)
        if error.hresult == SL_E_VL_INVALID_TIMESTAMP:
            # Of a clock that is wrong only event 12288 tells (Microsoft Support, "Error 0xC004F06C").
            raise _unavailable() from error
        raise
    _log_failure(machine, row, _why_no_host(platform, row) if seen == NOT_FOUND else seen)
    raise _unavailable()


def _asked(machine: Machine, row: Row, candidate: Candidate, request: KmsRequest) -> bool:
    """Ask one host: whether it answered with an activation. Raises `CimError` when it refuses."""
    host = machine.fleet.kms_endpoint(candidate.name, candidate.port)
    if host is None:
        _log_request(machine, request, candidate, RPC_S_SERVER_UNAVAILABLE)
        return False
    try:
        answer = host.platform.role.answer(request)
    except CimError as error:
        counted = error.hresult == SL_E_VL_NOT_ENOUGH_COUNT
        # A count that is too low is an answer; any other refusal comes back in place of one.
        _log_request(machine, request, candidate, 0 if counted else error.hresult)
        if counted:
            _log_answer(machine, request, error.hresult, None, host.platform.role.count_for(request))
        raise
    _log_request(machine, request, candidate, 0)
    _log_answer(machine, request, 0, answer, answer.count)
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
    return True


def _log_request(machine: Machine, request: KmsRequest, candidate: Candidate, code: int) -> None:
    """Event 12288: what became of the request, flags, the host, and what the request says."""
    strings = _joined(
        f"0x{code:08X}",
        _NO_FLAGS,
        f"{candidate.name}:{candidate.port}",
        request.client_machine_id,
        request.when_text,
        1,
        request.status,
        request.minutes,
        request.activation_id,
        request.required,
    )
    machine.log_event("Application", 12288, strings)


def _log_answer(machine: Machine, request: KmsRequest, code: int, answer: KmsAnswer | None, count: int) -> None:
    """Event 12289: code, flags, whether it is activated now, an unused field, count of the host, intervals, time."""
    bound, activation, renewal = 0, 0, 0
    flags = _NOT_ENOUGH_COUNT if code == SL_E_VL_NOT_ENOUGH_COUNT else 0
    if answer is not None:
        bound, activation, renewal = 1, answer.activation_interval, answer.renewal_interval
    strings = _joined(f"0x{code:08X}", f"0x{flags:08X}", bound, 0, count, activation, renewal, request.when_text)
    machine.log_event("Application", 12289, strings)


def _log_failure(machine: Machine, row: Row, code: int) -> None:
    """Events 8233 and 8198: an attempt by itself failed, and with which code.

    Their strings as public logs of Windows 10 show them (massgravel issue 738; a log of 2021 on pastebin): the code,
    then the product and what set the attempt off. Vista and Server 2008 know 12288 and 12289 only.
    """
    if machine.release.generation is Generation.VISTA:
        return
    text, application, product = f"0x{code:08X}", row.license.application_id, row.license.id
    machine.log_event("Application", 8233, [text, f"AppId={application};SkuId={product}", "Trigger=TimerEvent"])
    arguments = (
        f"RuleId=31e71c49-8da7-4a2f-ad92-45d98a1c79ba;Action=AutoActivate;AppId={application};SkuId={product};"
        "NotificationInterval=1440;Trigger=TimerEvent"
    )
    machine.log_event("Application", 8198, [f"hr={text}", arguments])


def _why_no_host(platform: LicensingPlatform, row: Row) -> int:
    """No host was named by anybody: no domain to look in, a name server that fails, or no record."""
    machine = platform.machine
    domains = [platform.lookup_domain(row)] if platform.lookup_domain(row) else machine.kms_domains()
    if not domains:
        return ERROR_INVALID_NAME
    for domain in domains:
        try:
            machine.fleet.zone.lookup(domain or "")
        except CimError:
            return DNS_ERROR_RCODE_SERVER_FAILURE
    return DNS_ERROR_RCODE_NAME_ERROR


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
    looked_up = platform.lookup_domain(row)
    domains = [looked_up] if looked_up else platform.machine.kms_domains()
    if not domains and cached is None:
        raise licensing_error(ERROR_INVALID_NAME, "The filename, directory name, or volume label syntax is incorrect.")
    found = (_published(platform.machine, domain) for domain in domains)
    records = next((records for records in found if records), [])
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
