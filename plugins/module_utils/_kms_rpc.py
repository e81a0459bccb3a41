# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a KMS host answer there? An RPC bind to its interface, and nothing else.

The Key Management Service is an RPC interface over TCP (Microsoft Learn, KMS activation planning: anonymous RPC over
TCP 1688). Binding to an interface is the first exchange of every RPC client (DCE 1.1 RPC, C706, chapter 12; MS-RPCE
section 2.2.2); it asks for nothing and changes nothing. No activation request is ever made here.
"""

from __future__ import annotations

import socket
import struct
import time
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

DEFAULT_PORT = 1688

# The interface of the Key Management Service, and the transfer syntax that every RPC implementation has.
_INTERFACE = (uuid.UUID("51c82175-844e-4750-b0d8-ec255555bc06"), 1, 0)
_NDR = (uuid.UUID("8a885d04-1ceb-11c9-9fe8-08002b104860"), 2, 0)

_BIND, _BIND_ACK, _BIND_NAK, _FAULT = 11, 12, 13, 3
_FIRST_AND_LAST = 0x03
_LITTLE_ENDIAN_ASCII_IEEE = 0x10
_FRAGMENT = 4280
_HEADER = 16
# No answer to a bind comes near this; anything longer is not one.
_LONGEST = 4096

_ACCEPTED = 0
_REASONS = {
    0: "no reason given",
    1: "the interface is not there: RPC answers, but it is no KMS host",
    2: "the transfer syntax is not supported",
    3: "a local limit was exceeded",
}


class NoRpc(ValueError):
    """What came back is no answer to an RPC bind."""


def bind_request(call_id: int = 1) -> bytes:
    """A bind PDU that offers one context: the KMS interface in NDR."""
    context = struct.pack("<HBx", 0, 1) + _syntax(*_INTERFACE) + _syntax(*_NDR)
    body = struct.pack("<HHI", _FRAGMENT, _FRAGMENT, 0) + struct.pack("<Bxxx", 1) + context
    return _header(_BIND, _HEADER + len(body), call_id) + body


def read_answer(answer: bytes) -> dict[str, Any]:
    """Whether the bind was accepted, and the reason when it was not. Raises NoRpc."""
    if len(answer) < _HEADER:
        raise NoRpc("the answer is too short for RPC")
    version, _minor, kind, _flags, order = struct.unpack_from("<BBBBB", answer)
    length = struct.unpack_from("<H", answer, 8)[0]
    if version != 5 or order != _LITTLE_ENDIAN_ASCII_IEEE or length > len(answer) or length < _HEADER:
        raise NoRpc("the answer is not RPC")
    if kind == _BIND_ACK:
        return _read_results(answer[:length])
    if kind in (_BIND_NAK, _FAULT):
        return {"answers_as_kms": False, "reason": "RPC answers and refuses the bind: it is no KMS host"}
    raise NoRpc(f"RPC answers with PDU type {kind} instead of an answer to the bind")


def answer_length(header: bytes) -> int:
    """Length of the whole PDU, from its first 16 bytes. Raises NoRpc."""
    if len(header) < _HEADER or header[0] != 5:
        raise NoRpc("the answer is not RPC")
    length: int = struct.unpack_from("<H", header, 8)[0]
    if not _HEADER <= length <= _LONGEST:
        raise NoRpc(f"the answer says it is {length} bytes long")
    return length


def probe(host: str, port: int, timeout: float) -> dict[str, Any]:
    """Ask one host. Never raises; what went wrong is in ``reason``."""
    result: dict[str, Any] = {"host": host, "port": port, "reachable": False, "answers_as_kms": False, "address": None}
    started = time.monotonic()
    try:
        with socket.create_connection((host, port), timeout) as connection:
            result["reachable"] = True
            result["address"] = connection.getpeername()[0]
            connection.settimeout(timeout)
            connection.sendall(bind_request())
            result.update(read_answer(_receive(connection)))
    except NoRpc as error:
        result["reason"] = f"something else listens on port {port}: {error}"
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


def _read_results(answer: bytes) -> dict[str, Any]:
    try:
        address_length = struct.unpack_from("<H", answer, 24)[0]
        offset = (26 + address_length + 3) & ~3
        count = answer[offset]
        verdict, reason = struct.unpack_from("<HH", answer, offset + 4)
    except (struct.error, IndexError):
        raise NoRpc("the answer to the bind is cut off") from None
    if count < 1:
        raise NoRpc("the answer to the bind holds no result")
    if verdict == _ACCEPTED:
        return {"answers_as_kms": True, "reason": "the KMS interface accepted the bind"}
    return {"answers_as_kms": False, "reason": _REASONS.get(reason, f"the bind was refused with reason {reason}")}


def _receive(connection: socket.socket) -> bytes:
    header = _exactly(connection, _HEADER)
    return header + _exactly(connection, answer_length(header) - _HEADER)


def _exactly(connection: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        part = connection.recv(length - len(received))
        if not part:
            raise NoRpc("the connection was closed in the middle of the answer")
        received += part
    return received


def _explain(error: OSError, reachable: bool, port: int) -> str:
    if isinstance(error, socket.gaierror):
        return "the name cannot be resolved"
    if isinstance(error, (TimeoutError, socket.timeout)):
        if reachable:
            return f"port {port} is open and does not answer"
        return f"no answer from port {port}: the host is down, or a firewall drops the packets (rule SPPSVC-In-TCP)"
    if isinstance(error, ConnectionRefusedError):
        return f"port {port} is closed: no KMS host runs there, or it listens on another port"
    if isinstance(error, ConnectionResetError):
        return f"port {port} is open, but the connection was reset"
    return f"the connection failed: {error.strerror or error}"
