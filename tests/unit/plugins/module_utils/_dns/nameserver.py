# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name servers that misbehave: sockets with a handler, and a primary that follows RFC 2136 until told otherwise."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.update

# A reply, several of them, or none. Raise ConnectionAbortedError to hang up.
Reply: TypeAlias = "bytes | list[bytes] | None"
Handler = Callable[[bytes, str], Reply]

ADDRESS = "127.54.0.1"


@contextlib.contextmanager
def serve(handler: Handler, address: str = ADDRESS) -> Iterator[int]:
    """Serve UDP and TCP on one port for the length of the block; yields the port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    stop = threading.Event()
    stream, datagram = _pair(family, address)
    threads = [
        threading.Thread(target=_serve_udp, args=(datagram, handler, stop), daemon=True),
        threading.Thread(target=_serve_tcp, args=(stream, handler, stop), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        port: int = stream.getsockname()[1]
        yield port
    finally:
        stop.set()
        for thread in threads:
            thread.join(5)
        stream.close()
        datagram.close()


def _pair(family: socket.AddressFamily, address: str) -> tuple[socket.socket, socket.socket]:
    while True:
        stream = socket.create_server((address, 0), family=family)
        datagram = socket.socket(family, socket.SOCK_DGRAM)
        try:
            datagram.bind((address, stream.getsockname()[1]))
        except OSError:
            stream.close()
            datagram.close()
            continue
        stream.settimeout(0.05)
        datagram.settimeout(0.05)
        return stream, datagram


def _replies(reply: Reply) -> list[bytes]:
    return [] if reply is None else reply if isinstance(reply, list) else [reply]


def _serve_udp(datagram: socket.socket, handler: Handler, stop: threading.Event) -> None:
    while not stop.is_set():
        with contextlib.suppress(OSError, ConnectionAbortedError):
            query, peer = datagram.recvfrom(65535)
            for reply in _replies(handler(query, "udp")):
                datagram.sendto(reply, peer)


def _serve_tcp(stream: socket.socket, handler: Handler, stop: threading.Event) -> None:
    while not stop.is_set():
        with contextlib.suppress(OSError):
            connection, _peer = stream.accept()
            with connection:
                _serve_connection(connection, handler, stop)


def _serve_connection(connection: socket.socket, handler: Handler, stop: threading.Event) -> None:
    connection.settimeout(1)
    (length,) = struct.unpack("!H", connection.recv(2, socket.MSG_WAITALL))
    query = connection.recv(length, socket.MSG_WAITALL)
    try:
        replies = _replies(handler(query, "tcp"))
    except ConnectionAbortedError:
        return
    for reply in replies:
        connection.sendall(struct.pack("!H", len(reply)) + reply)
    if not replies:
        # Silence: the connection stays open until the client goes away or the test ends.
        connection.settimeout(0.05)
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                if not connection.recv(1):
                    return


class Primary:
    """The primary of corp.example, with one record set and one key. ``moods`` are used up, one an update.

    ``ok`` as RFC 2136 says; ``lost`` applies and hangs up; ``deaf`` hangs up; ``silent`` answers nothing; ``liar`` says
    NOERROR and does nothing; ``unsigned`` applies and forgets to sign; ``forged`` says NOERROR unsigned, without doing
    it; ``refused`` is REFUSED, unsigned; ``dies`` applies, hangs up and is dead from then on, ``dies before`` without
    applying; ``late`` applies, and shows it at the second look; ``undone`` applies, and all of it is back at once;
    ``servfail`` is SERVFAIL, ``servfail done`` as well, after applying it; ``swapped`` applies, and then only another
    host is there; ``garbled`` is no message; ``ttl`` applies, with a TTL of 120; a callable is called first, and then
    it is ``ok``.
    """

    zone = dns.name.from_text("corp.example")
    owner = dns.name.from_text("_vlmcs._tcp.corp.example")

    def __init__(self, values: list[str], key: dns.tsig.Key | None = None) -> None:
        self.values = {dns.rrset.from_text("x.", 60, "IN", "SRV", value)[0] for value in values}
        self.key = key
        self.moods: list[str | Callable[[], None]] = []
        self.updates = 0
        self.reads = 0
        self.authoritative = True
        self.dead = False
        self.ttl = 60
        # What it shows once more, before it shows what it has.
        self.behind: set[Any] | None = None

    def texts(self) -> set[str]:
        return {value.to_text() for value in self.values}

    def __call__(self, wire: bytes, _protocol: str) -> Reply:
        if self.dead:
            raise ConnectionAbortedError
        try:
            query = dns.message.from_wire(wire, keyring=self.key)
        except dns.tsig.BadSignature:
            return self._bad_signature(wire)
        response = dns.message.make_response(query)
        if query.opcode() == dns.opcode.UPDATE:
            return self._update(query, response)
        self.reads += 1
        name, kind = query.question[0].name, query.question[0].rdtype
        response.flags |= dns.flags.AA if self.authoritative else 0
        shown = self.values
        if self.behind is not None:
            shown, self.behind = self.behind, None
        if name == self.owner and kind == dns.rdatatype.SRV and shown:
            response.answer.append(dns.rrset.from_rdata_list(name, self.ttl, shown))
        else:
            soa = "ns1.corp.example. h.corp.example. 7 1 1 1 1"
            response.authority.append(dns.rrset.from_text(self.zone, 60, "IN", "SOA", soa))
        return response.to_wire()

    def _bad_signature(self, wire: bytes) -> bytes:
        response = dns.message.make_response(dns.message.from_wire(wire, keyring=False))
        response.set_rcode(dns.rcode.NOTAUTH)
        response.use_tsig(self.key, tsig_error=dns.rcode.BADSIG)
        return response.to_wire()

    def _update(self, query: dns.message.Message, response: dns.message.Message) -> Reply:
        self.updates += 1
        mood = self.moods.pop(0) if self.moods else "ok"
        if callable(mood):
            mood()
            mood = "ok"
        if mood == "silent":
            return None
        if mood == "garbled":
            return b"\0\0no message"
        self.dead = mood in ("dies", "dies before")
        if mood in ("deaf", "dies before"):
            raise ConnectionAbortedError
        before = self.values
        if mood in ("ok", "lost", "unsigned", "dies", "late", "undone", "swapped", "servfail done", "ttl"):
            response.set_rcode(self._apply(query))
        self._afterwards(mood, before)
        if mood in ("servfail", "servfail done"):
            response.set_rcode(dns.rcode.SERVFAIL)
        if mood == "refused":
            response.set_rcode(dns.rcode.REFUSED)
        if mood in ("lost", "dies"):
            raise ConnectionAbortedError
        if mood in ("unsigned", "forged", "refused"):
            response.tsig = None
            response.keyring = None
        return response.to_wire()

    def _afterwards(self, mood: str, before: set[Any]) -> None:
        if mood == "ttl":
            self.ttl = 120
        if mood == "late":
            self.behind = before
        if mood == "undone":
            self.values = before | {dns.rrset.from_text("x.", 60, "IN", "SRV", f"0 0 1688 pc{self.updates}.rival.")[0]}
        if mood == "swapped":
            self.values = {dns.rrset.from_text("x.", 60, "IN", "SRV", "0 0 1688 pc1.rival.")[0]}

    def _apply(self, query: dns.message.Message) -> dns.rcode.Rcode:
        demanded = {rdata for rrset in query.sections[1] for rdata in rrset}
        if demanded != self.values:
            return dns.rcode.NXRRSET if demanded else dns.rcode.YXRRSET
        for rrset in query.sections[2]:
            if rrset.deleting == dns.rdataclass.ANY:
                self.values.clear()
            self.values = self.values - set(rrset) if rrset.deleting else self.values | set(rrset)
        return dns.rcode.NOERROR
