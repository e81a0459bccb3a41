# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One message to one server and its answer back, by UDP with TCP on truncation, or by TCP. The only sockets here.

The answer is parsed once: GSS-API refuses to verify the same signature again, taking it for a replay (RFC 2743, 1.2.3).
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._kms import normal_name, split_port
from .._trace import Answered, measured
from .errors import NoAnswer, SettingWrong, Unintelligible

with contextlib.suppress(ImportError):
    import dns.exception
    import dns.flags
    import dns.inet
    import dns.message
    import dns.opcode
    import dns.rcode
    import dns.rdata
    import dns.rdataclass
    import dns.rdatatype
    import dns.tsig

    # dnspython looks for a type's reader when it first meets the type, and keeps what it finds for class ANY for all
    # classes. A stranger's address in class ANY would make every later one unreadable.
    for _kind in ("A", "AAAA", "SRV"):
        dns.rdata.get_rdata_class(  # type: ignore[no-untyped-call]
            dns.rdataclass.IN, dns.rdatatype.from_text(_kind)
        )

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DNS_PORT = 53
_LARGEST_DATAGRAM = 65535
_LARGEST_MESSAGE = 65535


@dataclass(frozen=True)
class Server:
    """A name server, by address. ``name`` is how the user or the zone calls it."""

    address: str
    port: int = DNS_PORT
    name: str = ""

    @property
    def label(self) -> str:
        address = f"[{self.address}]" if ":" in self.address else self.address
        place = self.address if self.port == DNS_PORT else f"{address}:{self.port}"
        return f"{self.name} ({place})" if self.name and self.name != self.address else place


@dataclass(frozen=True)
class Answer:
    """An answer that belongs to our message.

    ``verified``: the message was not signed, or the answer's signature holds. ``tsig_error`` is the server's word on
    our signature (BADKEY, BADSIG, BADTIME, BADTRUNC); ``server_time`` its clock, which comes with BADTIME.
    """

    message: dns.message.Message
    verified: bool
    tsig_error: str | None = None
    server_time: int | None = None

    @property
    def rcode(self) -> str:
        return str(dns.rcode.to_text(self.message.rcode()))

    @property
    def authoritative(self) -> bool:
        return bool(self.message.flags & dns.flags.AA)


def parse_server(text: str, default_port: int = DNS_PORT) -> tuple[str, int]:
    """Split the user's ``server`` or ``server:port``. Raises SettingWrong."""
    try:
        host, port = split_port(text)
    except ValueError as error:
        raise SettingWrong(str(error)) from error
    if not normal_name(host):
        raise SettingWrong("the name of a server is empty.")
    return host, port if port is not None else default_port


def is_address(text: str) -> bool:
    return bool(dns.inet.is_address(text))


def ask(server: Server, message: dns.message.Message, timeout: float, tries: int = 2) -> Answer:
    """By UDP, again where nothing comes back, and by TCP where the answer is cut off.

    Raises NoAnswer, Unintelligible.
    """
    wire = message.to_wire()
    for attempt in range(tries):
        try:
            with measured("DNS", server.label, step_of(message, "UDP"), len(wire)) as told:
                answer = _told(told, server, message, _by_udp(server, wire, timeout), _keyring(message))
        except NoAnswer as error:
            if attempt + 1 == tries or not error.maybe_delivered:
                raise
            continue
        if not answer.message.flags & dns.flags.TC:
            return answer
        break
    return ask_by_tcp(server, message, timeout)


def ask_by_tcp(
    server: Server, message: dns.message.Message, timeout: float, keyring: Callable[..., Any] | None = None
) -> Answer:
    """By TCP. ``keyring`` verifies the answer where the message itself is not signed.

    Raises NoAnswer, Unintelligible.
    """
    wire = message.to_wire()
    with measured("DNS", server.label, step_of(message, "TCP"), len(wire)) as told:
        return _told(told, server, message, _by_tcp(server, wire, timeout), keyring or _keyring(message))


def step_of(message: dns.message.Message, protocol: str) -> str:
    """What a message is for, without the names in it."""
    kind = dns.rdatatype.to_text(message.question[0].rdtype) if message.question else ""
    verb = "question" if message.opcode() == dns.opcode.QUERY else dns.opcode.to_text(message.opcode()).lower()
    return f"{'signed ' if message.had_tsig else ''}{verb} {kind} by {protocol}"


def _told(told: Answered, server: Server, message: dns.message.Message, wire: bytes, keyring: Any) -> Answer:
    told.received = len(wire)
    answer = _read(server, message, wire, keyring)
    told.status = answer.rcode
    return answer


def _keyring(message: dns.message.Message) -> Any:
    return message.keyring if message.had_tsig else None


# --- Bytes ------------------------------------------------------------------------------------------------------------


def _by_udp(server: Server, wire: bytes, timeout: float) -> bytes:
    deadline = time.monotonic() + timeout
    with _explained(server, "UDP", timeout) as sent, _socket(server, socket.SOCK_DGRAM) as connection:
        connection.settimeout(timeout)
        # Connected: datagrams of others do not reach us, and a closed port says so.
        connection.connect((server.address, server.port))
        connection.send(wire)
        sent.append(True)
        while True:
            connection.settimeout(_left(deadline))
            received = connection.recv(_LARGEST_DATAGRAM)
            # A late answer to an earlier try is not for us. What is too short to tell is judged by the reader.
            if len(received) < 2 or received[:2] == wire[:2]:
                return received


def _by_tcp(server: Server, wire: bytes, timeout: float) -> bytes:
    deadline = time.monotonic() + timeout
    with _explained(server, "TCP", timeout) as sent, _socket(server, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        connection.connect((server.address, server.port))
        connection.sendall(struct.pack("!H", len(wire)) + wire)
        sent.append(True)
        (length,) = struct.unpack("!H", _exactly(connection, 2, deadline))
        return _exactly(connection, length, deadline)


def _socket(server: Server, kind: socket.SocketKind) -> socket.socket:
    family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
    return socket.socket(family, kind)


def _exactly(connection: socket.socket, length: int, deadline: float) -> bytes:
    received = b""
    while len(received) < length:
        connection.settimeout(_left(deadline))
        part = connection.recv(length - len(received))
        if not part:
            raise EOFError
        received += part
    return received


def _left(deadline: float) -> float:
    """Seconds. Raises TimeoutError: for who sends without a pause, no wait for the next piece ever takes too long."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@contextlib.contextmanager
def _explained(server: Server, protocol: str, timeout: float) -> Iterator[list[bool]]:
    """Turns what sockets raise into NoAnswer. The block says by the list that the whole message has gone out."""
    sent: list[bool] = []
    try:
        yield sent
    except EOFError:
        what = "the server closed the connection before its answer was complete"
        raise NoAnswer(server.label, what, _CHECK_SERVER, maybe_delivered=True) from None
    except TimeoutError as error:  # socket.timeout is the same since Python 3.10
        what = f"no answer by {protocol} within {timeout:g} seconds"
        raise NoAnswer(server.label, what, _silence(protocol, server.port), maybe_delivered=bool(sent)) from error
    except ConnectionRefusedError as error:
        what = f"nothing listens on {protocol} port {server.port}"
        raise NoAnswer(server.label, what, "Check the address and the port, and that the DNS service runs") from error
    except OSError as error:
        what = f"the {protocol} exchange failed: {error.strerror or type(error).__name__}"
        raise NoAnswer(server.label, what, _CHECK_SERVER, maybe_delivered=bool(sent)) from error


_CHECK_SERVER = "Check the address, the route to it and the server's log"


def _silence(protocol: str, port: int) -> str:
    return f"Check the address, and that a firewall lets {protocol} port {port} through"


# --- Messages ---------------------------------------------------------------------------------------------------------


def _read(server: Server, query: dns.message.Message, wire: bytes, keyring: Any) -> Answer:
    try:
        # Without verifying: this cannot fail on a signature, and tells what the server thought of ours.
        plain = dns.message.from_wire(wire, keyring=False, ignore_trailing=True)
        answer = plain
        verified = keyring is None
        if keyring is not None:
            answer = _verify(wire, query, keyring)
            verified = answer.had_tsig and not getattr(answer, "errors", ())
    except (dns.exception.DNSException, ValueError, struct.error, IndexError) as error:
        what = f"what came back is not a DNS message ({type(error).__name__})"
        raise Unintelligible(server.label, what, f"Check that a DNS server listens on port {server.port}") from error
    if plain.id != query.id or not plain.flags & dns.flags.QR or plain.opcode() != query.opcode():
        raise Unintelligible(server.label, "what came back answers another question", _CHECK_SERVER)
    if query.question and plain.question and query.question != plain.question:
        raise Unintelligible(server.label, "what came back answers another question", _CHECK_SERVER)
    error_code, server_time = _tsig_of(plain)
    return Answer(answer if verified else plain, verified, error_code, server_time)


def _verify(wire: bytes, query: dns.message.Message, keyring: Any) -> dns.message.Message:
    """Verify the signature. Where it does not hold, the message is read all the same and holds the reason."""
    return dns.message.from_wire(
        wire, keyring=keyring, request_mac=query.mac, continue_on_error=True, ignore_trailing=True
    )


def _tsig_of(message: dns.message.Message) -> tuple[str | None, int | None]:
    """The error in the answer's TSIG record, and the time in its Other Data (RFC 8945, sections 4.2 and 5.2.3)."""
    if not message.tsig:
        return None, None
    record: Any = message.tsig[0]
    other = record.other
    server_time = int.from_bytes(other, "big") if len(other) == 6 else None
    return (str(dns.rcode.to_text(record.error, True)), server_time) if record.error else (None, None)
