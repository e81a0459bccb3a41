# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a KMS host answer there? An RPC bind to its interface, and nothing else.

The Key Management Service is an RPC interface over TCP (Microsoft Learn, Guidelines for troubleshooting KMS: anonymous
RPC over TCP 1688). Binding to an interface is the first exchange of every RPC client (DCE 1.1 RPC, C706, sections
12.6.3.1 and 12.6.4; MS-RPCE, sections 2.2.2 and 3.3.1.5.6); it asks for nothing and changes nothing. No activation
request is ever made here.
"""

from __future__ import annotations

import socket
import struct
import time
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

# The interface of the Key Management Service, and the transfer syntax that every RPC implementation has.
_INTERFACE = (uuid.UUID("51c82175-844e-4750-b0d8-ec255555bc06"), 1, 0)
_NDR = (uuid.UUID("8a885d04-1ceb-11c9-9fe8-08002b104860"), 2, 0)

_BIND, _BIND_ACK, _BIND_NAK, _FAULT = 11, 12, 13, 3
_FIRST_AND_LAST = 0x03
_LITTLE_ENDIAN_ASCII_IEEE = 0x10
# The upper half of the first byte of the data representation (C706, section 14.1): who answers chooses the byte order.
_BYTE_ORDERS = {0x00: ">", 0x10: "<"}
_FRAGMENT = 4280
_HEADER = 16
# No answer to a bind comes near this; anything longer is not one.
_LONGEST = 4096

_ACCEPTED = 0
# p_provider_reason_t (C706, section 12.6.3.1)
_REASONS = {
    0: "RPC answers and refuses the bind without a reason",
    1: "RPC answers, but the KMS interface is not there: it is not a KMS host",
    2: "RPC answers and does not know the transfer syntax NDR: it is not a KMS host",
    3: "RPC answers and refuses the bind because a limit of its own is reached: try again later",
}


class NoRpc(ValueError):
    """What came back is not an answer to an RPC bind."""


def bind_request(call_id: int = 1) -> bytes:
    """A bind PDU that offers one context: the KMS interface in NDR."""
    context = struct.pack("<HBx", 0, 1) + _syntax(*_INTERFACE) + _syntax(*_NDR)
    body = struct.pack("<HHI", _FRAGMENT, _FRAGMENT, 0) + struct.pack("<Bxxx", 1) + context
    return _header(_BIND, _HEADER + len(body), call_id) + body


def read_answer(answer: bytes) -> dict[str, Any]:
    """Whether the bind was accepted, and the reason when it was not. Raises NoRpc."""
    length = answer_length(answer[:_HEADER])
    if length > len(answer):
        raise NoRpc("the answer is cut off")
    kind = answer[2]
    if kind == _BIND_ACK:
        return _read_results(answer[:length])
    if kind in (_BIND_NAK, _FAULT):
        return _rejected("RPC answers and refuses the bind: it is not a KMS host")
    raise NoRpc(f"RPC answers with PDU type {kind} instead of an answer to the bind")


def answer_length(header: bytes) -> int:
    """Length of the whole PDU, from its first 16 bytes. Raises NoRpc."""
    if len(header) < _HEADER:
        raise NoRpc("the answer is too short for RPC")
    if header[0] != 5 or header[1] > 1:
        raise NoRpc("the answer is not RPC")
    length: int = struct.unpack_from(f"{_byte_order(header)}H", header, 8)[0]
    if not _HEADER <= length <= _LONGEST:
        raise NoRpc(f"the answer says it is {length} bytes long")
    return length


def probe(host: str, port: int, timeout: float) -> dict[str, Any]:
    """Ask one host. Never raises; what went wrong is in ``reason``."""
    result: dict[str, Any] = {"host": host, "port": port, "address": None}
    result.update(reachable=False, answers_as_kms=False, rejected=False)
    started = time.monotonic()
    try:
        with socket.create_connection((host, port), timeout) as connection:
            result["reachable"] = True
            result["address"] = connection.getpeername()[0]
            connection.sendall(bind_request())
            result.update(read_answer(_receive(connection, time.monotonic() + timeout)))
    except NoRpc as error:
        result["reason"] = f"something else listens on port {port}: {error}"
    except ValueError:
        # A label of more than 63 letters, an empty one, a zero byte: no resolver is even asked.
        result["reason"] = "this is not a host name"
    except OSError as error:
        result["reason"] = _explain(error, result["reachable"], port)
    result["milliseconds"] = round((time.monotonic() - started) * 1000)
    return result


def probe_all(targets: Iterable[tuple[str, int]], timeout: float, at_once: int) -> list[dict[str, Any]]:
    """Ask many hosts, in the order given, a bounded number at a time."""
    wanted = list(targets)
    if not wanted:
        return []
    with ThreadPoolExecutor(max_workers=min(at_once, len(wanted))) as pool:
        return list(pool.map(lambda target: probe(target[0], target[1], timeout), wanted))


def _syntax(identifier: uuid.UUID, major: int, minor: int) -> bytes:
    return identifier.bytes_le + struct.pack("<HH", major, minor)


def _header(kind: int, length: int, call_id: int) -> bytes:
    return struct.pack("<BBBBBxxxHHI", 5, 0, kind, _FIRST_AND_LAST, _LITTLE_ENDIAN_ASCII_IEEE, length, 0, call_id)


def _byte_order(pdu: bytes) -> str:
    order = _BYTE_ORDERS.get(pdu[4] & 0xF0)
    if order is None:
        raise NoRpc("the answer is not RPC")
    return order


def _read_results(answer: bytes) -> dict[str, Any]:
    """One context was offered, so one result is expected; more are ignored."""
    order = _byte_order(answer)
    try:
        address_length = struct.unpack_from(f"{order}H", answer, 24)[0]
        # The list of results begins at a multiple of four.
        offset = (26 + address_length + 3) & ~3
        count = answer[offset]
        verdict, reason = struct.unpack_from(f"{order}HH", answer, offset + 4)
    except (struct.error, IndexError):
        raise NoRpc("the answer to the bind is cut off") from None
    if count < 1:
        raise NoRpc("the answer to the bind holds no result")
    if verdict == _ACCEPTED:
        return {"answers_as_kms": True, "rejected": False, "reason": "the KMS interface accepted the bind"}
    return _rejected(_REASONS.get(reason, f"RPC answers and refuses the bind with reason {reason}"))


def _rejected(reason: str) -> dict[str, Any]:
    return {"answers_as_kms": False, "rejected": True, "reason": reason}


def _receive(connection: socket.socket, deadline: float) -> bytes:
    header = _exactly(connection, _HEADER, deadline)
    return header + _exactly(connection, answer_length(header) - _HEADER, deadline)


def _exactly(connection: socket.socket, length: int, deadline: float) -> bytes:
    """So many bytes until the deadline, however slowly they drip."""
    received = b""
    while len(received) < length:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        part = connection.recv(length - len(received))
        if not part:
            raise NoRpc(f"the connection was closed {'in the middle of the' if received else 'without an'} answer")
        received += part
    return received


def _explain(error: OSError, reachable: bool, port: int) -> str:
    if isinstance(error, socket.gaierror):
        return "the name cannot be resolved"
    if isinstance(error, (TimeoutError, socket.timeout)):
        if reachable:
            return f"port {port} is open but does not answer in time"
        return f"no answer from port {port}: the host is down, or a firewall drops the packets (rule SPPSVC-In-TCP)"
    if isinstance(error, ConnectionRefusedError):
        return f"port {port} is closed: no KMS host runs there, or it listens on another port"
    if isinstance(error, ConnectionResetError):
        return f"port {port} is open, but the connection was reset"
    return f"the connection failed: {error.strerror or error}"
