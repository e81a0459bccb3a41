# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines that publish to a name server of somebody else, as Windows does.

Each machine adds its own record by value and refreshes it the same way; nothing is ever deleted (Microsoft KB 2553863;
RFC 2136 for the wire). A refusal is known to Windows as an error of its DNS API (Microsoft Learn, System Error Codes
9000-11999) and to the KMS host as event 12293.

The lab waits for the answer. On loopback that is no time at all; a server that is silent costs the timeout once, and
is then left alone for a moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import Enum

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.tsig
import dns.update

from ..cim import CimError
from ..errors import (
    DNS_ERROR_BAD_PACKET,
    DNS_ERROR_RCODE_BADKEY,
    DNS_ERROR_RCODE_BADTIME,
    DNS_ERROR_RCODE_NOT_SECURE,
    ERROR_TIMEOUT,
    licensing_error,
)
from ..zone import SrvRecord
from .keys import TsigSpec
from .zones import TTL, folded, from_rdata, owner_of, to_rdata

# DNS_ERROR_RCODE_FORMAT_ERROR and the codes after it stand in the order of the response codes.
_RCODES = 0x80072328
_PAUSE_SECONDS = 5.0
# Who may not update is refused without a signature, and then fails to sign: Windows reports the second failure.
_REFUSALS = {dns.rcode.REFUSED: DNS_ERROR_RCODE_NOT_SECURE}


class Verb(Enum):
    """What an update does with one record."""

    ADD = "add"
    REPLACE = "replace"
    DELETE = "delete"


class WireRecords:
    """See `ServiceRecords`; every call is a conversation with the server."""

    def __init__(
        self,
        address: str,
        port: int,
        *,
        zone: str | None = None,
        key: TsigSpec | None = None,
        timeout: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address
        self._port = port
        self._zone = dns.name.from_text(zone) if zone else None
        self._key = key.key() if key else None
        self._timeout = timeout
        self._clock = clock
        self._silent_until = float("-inf")
        self._zones: dict[dns.name.Name, dns.name.Name] = {}
        self._refreshed: dict[SrvRecord, datetime] = {}
        self._domains: dict[str, None] = {zone.rstrip(".").lower(): None} if zone else {}

    def publish(self, record: SrvRecord, by: str, when: datetime) -> int:
        """See `ServiceRecords`."""
        owner = owner_of(record.domain)
        self._domains[record.domain.lower()] = None
        code = self._attempt(owner, Verb.ADD, to_rdata(record))
        if code == 0:
            self._refreshed[folded(record)] = when
        return code

    def publish_all(self, records: Iterable[SrvRecord]) -> None:
        """Records that an administrator has put there by hand."""
        for record in records:
            self._domains[record.domain.lower()] = None
            self._update(owner_of(record.domain), Verb.ADD, to_rdata(record))

    def register(self, name: str, address: str) -> int:
        """The address of a machine; 0, or the HRESULT of the refusal."""
        owner = dns.name.from_text(name)
        return self._attempt(owner, Verb.REPLACE, dns.rdata.from_text("IN", "A", address))

    def lookup(self, domain: str) -> list[SrvRecord]:
        """See `ServiceRecords`."""
        self._domains[domain.lower()] = None
        answer = self._ask(dns.message.make_query(owner_of(domain), dns.rdatatype.SRV, use_edns=0))
        if answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            raise _failure(_hresult(answer.rcode()))
        return [
            from_rdata(domain, rdata) for rrset in answer.answer if rrset.rdtype == dns.rdatatype.SRV for rdata in rrset
        ]

    def records(self) -> list[tuple[SrvRecord, datetime | None]]:
        """See `ServiceRecords`; of the domains that were published in or asked for."""
        found = [record for domain in self._domains for record in self.lookup(domain)]
        return [(record, self._refreshed.get(folded(record))) for record in sorted(found, key=str)]

    def withdraw(self, domain: str, target: str) -> bool:
        """See `ServiceRecords`."""
        doomed = [record for record in self.lookup(domain) if record.target.lower() == target.lower().rstrip(".")]
        owner = owner_of(domain)
        for record in doomed:
            self._update(owner, Verb.DELETE, to_rdata(record))
        return bool(doomed)

    # -- the wire ---------------------------------------------------------------------------------------

    def _attempt(self, owner: dns.name.Name, verb: Verb, rdata: dns.rdata.Rdata) -> int:
        try:
            self._update(owner, verb, rdata)
        except CimError as error:
            return error.hresult
        return 0

    def _update(self, owner: dns.name.Name, verb: Verb, rdata: dns.rdata.Rdata) -> None:
        update = dns.update.UpdateMessage(self._zone_of(owner))
        if self._key is not None:
            update.use_tsig(self._key, self._key.name)
        if verb is Verb.ADD:
            update.add(owner, TTL, rdata)
        elif verb is Verb.REPLACE:
            update.replace(owner, TTL, rdata)
        else:
            update.delete(owner, rdata)
        code = self._ask(update).rcode()
        if code != dns.rcode.NOERROR:
            raise _failure(_hresult(code))

    def _zone_of(self, name: dns.name.Name) -> dns.name.Name:
        """The zone of a name: the one in the scenario, or what the SOA record says (as Windows looks for it)."""
        if self._zone is not None and name.is_subdomain(self._zone):
            return self._zone
        if name not in self._zones:
            answer = self._ask(dns.message.make_query(name, dns.rdatatype.SOA, use_edns=0))
            owners = [one.name for one in (*answer.answer, *answer.authority) if one.rdtype == dns.rdatatype.SOA]
            if not owners:
                code = answer.rcode()
                raise _failure(_hresult(dns.rcode.NXDOMAIN if code == dns.rcode.NOERROR else code))
            self._zones[name] = owners[0]
        return self._zones[name]

    def _ask(self, message: dns.message.Message) -> dns.message.Message:
        if self._clock() < self._silent_until:
            raise _failure(ERROR_TIMEOUT)
        try:
            answer, _over_tcp = dns.query.udp_with_fallback(
                message, self._address, timeout=self._timeout, port=self._port
            )
        except (dns.exception.Timeout, OSError):
            self._silent_until = self._clock() + _PAUSE_SECONDS
            raise _failure(ERROR_TIMEOUT) from None
        except dns.exception.DNSException as error:
            raise _failure(_signature_error(error)) from error
        return answer


def _signature_error(error: dns.exception.DNSException) -> int:
    if isinstance(error, dns.tsig.PeerBadKey | dns.tsig.BadKey):
        return DNS_ERROR_RCODE_BADKEY
    if isinstance(error, dns.tsig.PeerBadTime | dns.tsig.BadTime):
        return DNS_ERROR_RCODE_BADTIME
    if isinstance(error, dns.tsig.PeerError | dns.tsig.BadSignature):
        return DNS_ERROR_RCODE_NOT_SECURE
    return DNS_ERROR_BAD_PACKET


def _hresult(code: dns.rcode.Rcode) -> int:
    return _REFUSALS.get(code, _RCODES + int(code))


def _failure(hresult: int) -> CimError:
    return licensing_error(hresult, "The name server did not carry out the request.")
