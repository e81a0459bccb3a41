# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port of a KMS host as far as a prober gets: it accepts an RPC bind to the KMS interface and no call after it.

DCE 1.1 RPC (C706, chapter 12) and MS-RPCE: bind, bind_ack with one result per context, fault. Activations in the lab do
not go this way; nothing here answers one.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from typing import TYPE_CHECKING

from .windows.firewall import KMS_RULE
from .windows.releases import Generation

if TYPE_CHECKING:
    from .fleet import Fleet
    from .machine import Machine

_KMS = bytes.fromhex("7521c8514e845047b0d8ec255555bc06") + struct.pack("<HH", 1, 0)
_NDR = bytes.fromhex("045d888aeb1cc9119fe808002b104860") + struct.pack("<HH", 2, 0)
_LONGEST = 5840
_IDLE_SECONDS = 30.0
_HEADER = 16
_BIND, _BIND_ACK, _FAULT = 11, 12, 3
_REFUSED, _UNKNOWN_INTERFACE, _UNKNOWN_SYNTAX = 2, 1, 2
_OPERATION_OUT_OF_RANGE = 0x1C010002


def answer(pdu: bytes, port: int = 1688) -> bytes | None:
    """The answer to one PDU, None for what is no RPC: there is nothing to say to that."""
    if len(pdu) < _HEADER or pdu[0] != 5 or pdu[4] != 0x10:
        return None
    call_id = struct.unpack_from("<I", pdu, 12)[0]
    if pdu[2] != _BIND:
        return _packet(_FAULT, struct.pack("<IHBxII", 32, 0, 0, _OPERATION_OUT_OF_RANGE, 0), call_id)
    results = _results(pdu)
    if not results:
        return None
    address = f"{port}\0".encode()
    named = struct.pack("<H", len(address)) + address
    padding = bytes(-(_HEADER + 8 + len(named)) % 4)
    body = struct.pack("<HHI", _LONGEST, _LONGEST, 0x1234) + named + padding
    return _packet(_BIND_ACK, body + struct.pack("<Bxxx", len(results)) + b"".join(results), call_id)


def _results(pdu: bytes) -> list[bytes]:
    """One result for each context of a bind; none when the list is cut off."""
    results = []
    try:
        (count,) = struct.unpack_from("<B", pdu, 24)
        offset = 28
        for _context in range(count):
            (syntaxes,) = struct.unpack_from("<B", pdu, offset + 2)
            interface, offset = pdu[offset + 4 : offset + 24], offset + 24
            offered = [pdu[offset + 20 * index : offset + 20 * index + 20] for index in range(syntaxes)]
            offset += 20 * syntaxes
            if offset > len(pdu):
                return []
            results.append(_result(interface, offered))
    except struct.error:
        return []
    return results


def _result(interface: bytes, offered: list[bytes]) -> bytes:
    if interface != _KMS:
        return struct.pack("<HH", _REFUSED, _UNKNOWN_INTERFACE) + bytes(20)
    if _NDR not in offered:
        return struct.pack("<HH", _REFUSED, _UNKNOWN_SYNTAX) + bytes(20)
    return struct.pack("<HH", 0, 0) + _NDR


def _packet(kind: int, body: bytes, call_id: int) -> bytes:
    return struct.pack("<BBBBBxxxHHI", 5, 0, kind, 3, 0x10, _HEADER + len(body), 0, call_id) + body


class RpcPort:
    """The open port of one machine, with the conversations on it."""

    def __init__(self, address: str, port: int) -> None:
        self.address = address
        self.port = port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Listen. Raises OSError."""
        self._server = await asyncio.start_server(self._converse, self.address, self.port)

    def close(self) -> None:
        """Listen no longer, and end what is under way, as a service that stops does."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, TimeoutError):
                while (reply := await self._reply(reader)) is not None:
                    writer.write(reply)
                    await writer.drain()
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _reply(self, reader: asyncio.StreamReader) -> bytes | None:
        async with asyncio.timeout(_IDLE_SECONDS):
            header = await reader.readexactly(_HEADER)
            (length,) = struct.unpack_from("<H", header, 8)
            if not _HEADER <= length <= _LONGEST:
                return None
            return answer(header + await reader.readexactly(length - _HEADER), self.port)


class RpcPorts:
    """Opens and closes the KMS ports of the fleet as the roles of its machines come and go."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._open: dict[str, RpcPort] = {}
        self._taken: set[tuple[str, int]] = set()

    async def settle(self) -> None:
        """Make the open ports those of the machines that listen now."""
        for machine in self._fleet:
            wanted = _port(machine)
            known = self._open.get(machine.name)
            if known is not None and known.port != wanted:
                self._open.pop(machine.name).close()
                known = None
            if known is None and wanted is not None:
                await self._listen(machine, wanted)

    def stop(self) -> None:
        """Close every port."""
        for port in self._open.values():
            port.close()
        self._open.clear()

    async def _listen(self, machine: Machine, number: int) -> None:
        """A port that somebody else has is noted once; the machine continues without it, as Windows does."""
        port = RpcPort(machine.address, number)
        try:
            await port.open()
        except OSError as error:
            if (machine.name, number) not in self._taken:
                self._taken.add((machine.name, number))
                machine.record("port_unavailable", port=number, reason=error.strerror or str(error))
            return
        self._open[machine.name] = port


def _passes_firewall(machine: Machine) -> bool:
    """Older releases have no firewall class here, so theirs is taken to be open."""
    return machine.release.generation < Generation.EIGHT or KMS_RULE in machine.open_rules


def _port(machine: Machine) -> int | None:
    """The port a machine listens on now; None for one that does not, or is switched off."""
    role = machine.platform.role
    service = machine.services.services[machine.platform.service.lower()]
    if not machine.powered or not (role.listening or service.settles):
        return None
    # A stop or start that is under way comes to an end when someone looks.
    machine.services.settle(service)
    return role.port if role.listening and _passes_firewall(machine) else None
