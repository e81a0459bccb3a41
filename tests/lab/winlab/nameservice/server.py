# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small authoritative name server over UDP and TCP, for labs that have no other.

Queries (RFC 1035), dynamic updates (RFC 2136), zone transfers over TCP (RFC 5936), TSIG (RFC 8945). No recursion, no
secondaries, no DNSSEC.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, cast

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TSIG
import dns.rrset
import dns.tsig
import dns.update

from . import answers, updates
from .keys import TsigSpec
from .zones import ZoneSet

_PLAIN_UDP = 512
_LONGEST = 65535
_IDLE_SECONDS = 30.0
_FUDGE = 300
_BADSIG, _BADKEY, _BADTIME = 16, 17, 18

Recorder = Callable[..., None]


class UpdatePolicy(Enum):
    """Whose updates are carried out."""

    ANYBODY = "anybody"
    SIGNED = "signed"
    NOBODY = "nobody"


class NameServerError(Exception):
    """The address cannot be bound."""


class NameServer:
    """Serves zones on one address."""

    def __init__(
        self,
        zones: ZoneSet,
        address: str,
        port: int,
        *,
        key: TsigSpec | None = None,
        policy: UpdatePolicy = UpdatePolicy.ANYBODY,
    ) -> None:
        self.zones = zones
        self.address = address
        self.port = port
        self.key = key
        self._keyring = {key.key().name: key.key()} if key is not None else {}
        self._policy = policy
        self._record: Recorder = _unnoticed
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    def report_to(self, record: Recorder) -> None:
        """Where updates are noted."""
        self._record = record

    async def start(self) -> None:
        """Open both sockets. Port 0 takes a free one."""
        loop = asyncio.get_running_loop()
        try:
            self._tcp = await asyncio.start_server(self._converse, self.address, self.port)
            self.port = self._tcp.sockets[0].getsockname()[1]
            place = (self.address, self.port)
            family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
            self._udp, _protocol = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self), local_addr=place, family=family
            )
        except OSError as error:
            await self.stop()
            problem = error.strerror or error
            raise NameServerError(f"the name server cannot listen on {self.address}:{self.port}: {problem}") from error

    async def stop(self) -> None:
        """Close both sockets and every connection."""
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            self._tcp.close()
        for writer in list(self._writers):
            writer.transport.abort()
        self._udp = self._tcp = None

    def answer(self, wire: bytes, *, tcp: bool = False) -> list[bytes]:
        """The messages that answer one; none for what cannot be answered at all."""
        if len(wire) < 12 or wire[2] & 0x80:
            return []
        try:
            message, tsig_error = self._parse(wire)
        except (dns.exception.DNSException, ValueError, struct.error):
            return [_format_error(wire)]
        if tsig_error:
            return [self._tsig_refusal(message, tsig_error)]
        if _is_transfer(message):
            return list(self._transfer(message, tcp))
        response = dns.message.make_response(message)
        self._respond(message, response)
        return [_to_wire(message, response, tcp)]

    # -- one message ------------------------------------------------------------------------------------

    def _parse(self, wire: bytes) -> tuple[dns.message.Message, int]:
        """The message, and the TSIG error of a signature that does not hold."""
        try:
            return dns.message.from_wire(wire, keyring=self._keyring or None), 0
        except dns.tsig.BadTime:
            error = _BADTIME
        except dns.tsig.BadSignature:
            error = _BADSIG
        except (dns.message.UnknownTSIGKey, dns.tsig.BadKey, dns.tsig.BadAlgorithm):
            error = _BADKEY
        return dns.message.from_wire(wire, keyring=False), error

    def _respond(self, message: dns.message.Message, response: dns.message.Message) -> None:
        if message.opcode() == dns.opcode.UPDATE:
            assert isinstance(message, dns.update.UpdateMessage)
            response.set_rcode(self._update(message))
        elif message.opcode() != dns.opcode.QUERY:
            response.set_rcode(dns.rcode.NOTIMP)
        elif len(message.question) != 1 or message.question[0].rdclass != dns.rdataclass.IN:
            response.set_rcode(dns.rcode.FORMERR)
        else:
            answers.fill(response, self.zones)

    def _update(self, message: dns.update.UpdateMessage) -> dns.rcode.Rcode:
        signed = message.had_tsig
        allowed = self._policy is UpdatePolicy.ANYBODY or (self._policy is UpdatePolicy.SIGNED and signed)
        code = updates.apply(message, self.zones) if allowed else dns.rcode.REFUSED
        self._record(
            "dns_update",
            zone=message.zone[0].name.to_text() if message.zone else None,
            changes=[_described(change) for change in message.update],
            signed=signed,
            answer=dns.rcode.to_text(code),
        )
        return code

    def _transfer(self, message: dns.message.Message, tcp: bool) -> Iterator[bytes]:
        portions = list(answers.transfer(message.question[0], self.zones)) if tcp else []
        if not portions:
            response = dns.message.make_response(message)
            response.set_rcode(dns.rcode.NOTAUTH if tcp else dns.rcode.FORMERR)
            yield response.to_wire()
        context: Any = None
        for portion in portions:
            response = dns.message.make_response(message)
            response.flags |= dns.flags.AA
            response.answer.extend(portion)
            yield response.to_wire(max_size=_LONGEST, multi=True, tsig_ctx=context)
            context = response.tsig_ctx

    def _tsig_refusal(self, message: dns.message.Message, error: int) -> bytes:
        """NOTAUTH with the reason. Only a wrong time is answered under a signature (RFC 8945, section 5.2)."""
        response = dns.message.make_response(message)
        response.set_rcode(dns.rcode.NOTAUTH)
        assert message.tsig is not None
        name, now = message.tsig.name, int(time.time())
        if error == _BADTIME:
            response.use_tsig(self._keyring[name], name, tsig_error=error, other_data=now.to_bytes(6, "big"))
            response.request_mac = message.mac or b""
        else:
            # Written by hand, because only a signature can be asked for.
            unsigned: Any = dns.rdtypes.ANY.TSIG.TSIG
            kind = (dns.rdataclass.ANY, dns.rdatatype.TSIG)
            rdata = unsigned(*kind, message.tsig[0].algorithm, now, _FUDGE, b"", message.id, error, b"")
            response.tsig = dns.rrset.from_rdata(name, 0, rdata)
        return response.to_wire()

    # -- sockets ----------------------------------------------------------------------------------------

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while True:
                async with asyncio.timeout(_IDLE_SECONDS):
                    (length,) = struct.unpack("!H", await reader.readexactly(2))
                    wire = await reader.readexactly(length)
                for answer in self.answer(wire, tcp=True):
                    writer.write(struct.pack("!H", len(answer)) + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            return
        finally:
            self._writers.discard(writer)
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Before Python 3.12 asyncio's own transport does not call itself one for datagrams.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        for answer in self._server.answer(data):
            if self._transport is not None:
                self._transport.sendto(answer, addr)


def _unnoticed(_kind: str, /, **_data: object) -> None:
    return None


def _is_transfer(message: dns.message.Message) -> bool:
    asked = message.question[0].rdtype if message.opcode() == dns.opcode.QUERY and message.question else None
    return asked in (dns.rdatatype.AXFR, dns.rdatatype.IXFR)


def _to_wire(message: dns.message.Message, response: dns.message.Message, tcp: bool) -> bytes:
    """What fits; over UDP the rest is left out, and the client comes back over TCP."""
    limit = _LONGEST if tcp else max(_PLAIN_UDP, message.payload if message.edns >= 0 else 0)
    try:
        return response.to_wire(max_size=limit)
    except dns.exception.TooBig:
        response.answer.clear()
        response.authority.clear()
        response.additional.clear()
        response.flags |= dns.flags.TC
        return response.to_wire(max_size=limit)


def _format_error(wire: bytes) -> bytes:
    """FORMERR needs no more than the identifier and the operation of the request."""
    flags = 0x8000 | (wire[2] & 0x79) << 8 | int(dns.rcode.FORMERR)
    return wire[:2] + struct.pack("!HHHHH", flags, 0, 0, 0, 0)


def _described(change: dns.rrset.RRset) -> str:
    values = ", ".join(str(rdata) for rdata in change) or "all"
    verb = "add" if change.deleting is None else "delete"
    return f"{verb} {change.name} {dns.rdatatype.to_text(change.rdtype)} {values}"
