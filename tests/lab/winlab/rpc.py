# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port of a KMS host as far as a prober gets: it accepts an RPC bind to the KMS interface and no call after it.

DCE 1.1 RPC (C706, chapter 12) and MS-RPCE: bind, bind_ack with one result per context, fault. Activations in the lab do
not go this way; nothing here answers one.
"""

from __future__ import annotations

import asyncio
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
_REFUSED, _UNKNOWN_INTERFACE = 2, 1
_OPERATION_OUT_OF_RANGE = 0x1C010002


def answer(pdu: bytes) -> bytes | None:
    """The answer to one PDU, None for what is no RPC."""
    version, kind = pdu[0], pdu[2]
    call_id = struct.unpack_from("<I", pdu, 12)[0]
    if version != 5:
        return None
    if kind != 11:
        return _packet(3, struct.pack("<IHBxII", 32, 0, 0, _OPERATION_OUT_OF_RANGE, 0), call_id)
    known = pdu[32:52] == _KMS
    verdict = struct.pack("<HH", 0, 0) + _NDR if known else struct.pack("<HH", _REFUSED, _UNKNOWN_INTERFACE) + bytes(20)
    port = b"1688\0"
    address = struct.pack("<H", len(port)) + port
    padding = bytes(-(24 + len(address)) % 4)
    body = struct.pack("<HHI", _LONGEST, _LONGEST, 0x1234) + address + padding + struct.pack("<Bxxx", 1) + verdict
    return _packet(12, body, call_id)


def _packet(kind: int, body: bytes, call_id: int) -> bytes:
    return struct.pack("<BBBBBxxxHHI", 5, 0, kind, 3, 0x10, 16 + len(body), 0, call_id) + body


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            header = await reader.readexactly(16)
            length = struct.unpack_from("<H", header, 8)[0]
            if not 16 <= length <= _LONGEST:
                return
            reply = answer(header + await reader.readexactly(length - 16))
            if reply is None:
                return
            writer.write(reply)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()


class RpcPorts:
    """Opens and closes the KMS ports of the fleet as the roles of its machines come and go."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._servers: dict[str, tuple[int, asyncio.Server]] = {}

    async def settle(self) -> None:
        """Make the open ports those of the machines that listen now."""
        for machine in self._fleet:
            wanted = _port(machine)
            known = self._servers.get(machine.name)
            if known is not None and known[0] != wanted:
                await self._close(machine.name)
                known = None
            if known is None and wanted is not None:
                server = await asyncio.start_server(_converse, machine.address, wanted)
                self._servers[machine.name] = (wanted, server)

    async def stop(self) -> None:
        """Close every port."""
        for name in list(self._servers):
            await self._close(name)

    async def _close(self, name: str) -> None:
        _port_number, server = self._servers.pop(name)
        server.close()


def _passes_firewall(machine: Machine) -> bool:
    """Older releases have no firewall class here, so theirs is taken to be open."""
    return machine.release.generation < Generation.EIGHT or KMS_RULE in machine.open_rules


def _port(machine: Machine) -> int | None:
    """The port a machine listens on now; None for one that does not, or is switched off."""
    role = machine.platform.role
    if not (machine.powered and role.listening and _passes_firewall(machine)):
        return None
    # Stops and starts that are under way come to an end when somebody looks.
    machine.services.all()
    return role.port if role.listening else None
