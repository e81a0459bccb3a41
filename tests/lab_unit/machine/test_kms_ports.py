# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The RPC port of a KMS host: what is said on it, and when it is open."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winlab.rpc import RpcPorts, answer

from .bench import Bench, MakeBench

_KMS = bytes.fromhex("7521c8514e845047b0d8ec255555bc06") + struct.pack("<HH", 1, 0)
_NDR = bytes.fromhex("045d888aeb1cc9119fe808002b104860") + struct.pack("<HH", 2, 0)
_NDR64 = bytes.fromhex("33057171babe37498319b5dbef9ccc36") + struct.pack("<HH", 1, 0)
_OTHER = bytes(16) + struct.pack("<HH", 1, 0)
_HOST = {"release": "server2022", "name": "kms01", "key": "csvlk_2022", "activated": True, "address": "127.81.0.1"}


def pdu(kind: int, body: bytes, call_id: int = 7) -> bytes:
    return struct.pack("<BBBBIHHI", 5, 0, kind, 3, 0x10, 16 + len(body), 0, call_id) + body


def bind(*contexts: tuple[bytes, list[bytes]]) -> bytes:
    """A bind with these interfaces, each with the transfer syntaxes it offers."""
    elements = [
        struct.pack("<HBx", number, len(syntaxes)) + interface + b"".join(syntaxes)
        for number, (interface, syntaxes) in enumerate(contexts)
    ]
    return pdu(11, struct.pack("<HHI", 4280, 4280, 0) + struct.pack("<Bxxx", len(contexts)) + b"".join(elements))


def results(reply: bytes | None) -> list[tuple[int, int]]:
    """Result and reason for each context of a bind_ack."""
    assert reply is not None
    assert reply[2] == 12
    assert struct.unpack_from("<H", reply, 8)[0] == len(reply)
    (address,) = struct.unpack_from("<H", reply, 24)
    start = (26 + address + 3) // 4 * 4
    found = [struct.unpack_from("<HH", reply, start + 4 + 24 * index) for index in range(reply[start])]
    assert start + 4 + 24 * len(found) == len(reply)
    return found


@pytest.mark.parametrize(
    ("contexts", "expected"),
    [
        ([(_KMS, [_NDR])], [(0, 0)]),
        ([(_OTHER, [_NDR])], [(2, 1)]),
        ([(_KMS, [_NDR64])], [(2, 2)]),
        ([(_KMS, [_NDR64, _NDR])], [(0, 0)]),
        ([(_OTHER, [_NDR]), (_KMS, [_NDR])], [(2, 1), (0, 0)]),
    ],
    ids=["KMS", "other interface", "other syntax", "several syntaxes", "several contexts"],
)
def test_binds(contexts: list[tuple[bytes, list[bytes]]], expected: list[tuple[int, int]]) -> None:
    assert results(answer(bind(*contexts))) == expected


def test_the_answer_names_the_port_it_came_from() -> None:
    reply = answer(bind((_KMS, [_NDR])), 1700)
    assert reply is not None
    assert reply[24:31] == b"\x05\x001700\0"
    assert results(reply) == [(0, 0)]


@pytest.mark.parametrize("kind", [0, 14, 16])
def test_everything_else_is_a_fault(kind: int) -> None:
    """No request of a client is ever answered: opnum 0 of the interface is none of the lab's business."""
    reply = answer(pdu(kind, bytes(64)))
    assert reply is not None
    assert reply[2] == 3
    assert struct.unpack_from("<I", reply, 12)[0] == 7
    assert struct.unpack_from("<I", reply, 24)[0] == 0x1C010002


@pytest.mark.parametrize("data", [b"", b"GET / HTTP/1.1\r\n\r\n", bind((_KMS, [_NDR]))[:40], pdu(11, bytes(8))])
def test_what_is_no_bind_gets_no_answer(data: bytes) -> None:
    assert answer(data) is None


@given(st.binary(max_size=100))
def test_arbitrary_bytes_never_break_it(data: bytes) -> None:
    reply = answer(data)
    assert reply is None or reply[0] == 5
    wrapped = answer(pdu(11, data))
    assert wrapped is None or wrapped[2] == 12


class Ports:
    """The ports of a fleet, settled at will."""

    def __init__(self, lab: Bench) -> None:
        self.lab = lab
        self.ports = RpcPorts(lab.fleet)

    async def accepts(self, port: int = 1688) -> bool:
        await self.ports.settle()
        try:
            reader, writer = await asyncio.open_connection("127.81.0.1", port)
        except ConnectionRefusedError:
            return False
        writer.write(bind((_KMS, [_NDR])))
        reply = await reader.readexactly(16)
        writer.close()
        return reply[2] == 12


def test_a_port_follows_the_service(bench: MakeBench) -> None:
    lab = bench(_HOST)
    keys = {"Name": "sppsvc"}

    async def story() -> list[bool]:
        ports = Ports(lab)
        seen = [await ports.accepts()]
        await lab["kms01"].cim.invoke("root/cimv2", "Win32_Service", keys, "StopService", {})
        lab.wait(3)
        seen.append(await ports.accepts())
        await lab["kms01"].cim.invoke("root/cimv2", "Win32_Service", keys, "StartService", {})
        lab.wait(3)
        seen.append(await ports.accepts())
        ports.ports.stop()
        return seen

    assert asyncio.run(story()) == [True, False, True]


def test_a_port_opens_with_the_key_and_the_firewall_and_moves_with_the_setting(bench: MakeBench) -> None:
    lab = bench({**_HOST, "key": "gvlk", "activated": False})
    machine = lab["kms01"]

    async def look(ports: Ports, *numbers: int) -> list[bool]:
        return [await ports.accepts(number) for number in numbers]

    async def story() -> list[list[bool]]:
        ports = Ports(lab)
        seen = [await look(ports, 1688)]
        install_key = {"ProductKey": _text("csvlk_2022")}
        version = {"Version": machine.platform.version}
        await machine.cim.invoke("root/cimv2", "SoftwareLicensingService", version, "InstallProductKey", install_key)
        row = machine.platform.primary()
        assert row is not None
        machine.platform.activate(row)
        seen.append(await look(ports, 1688))
        machine.open_rules.add("SPPSVC-In-TCP")
        seen.append(await look(ports, 1688))
        machine.platform.host_settings.listening_port = 1700
        seen.append(await look(ports, 1688, 1700))
        machine.services.restart(machine.services.services["sppsvc"])
        seen.append(await look(ports, 1688, 1700))
        ports.ports.stop()
        return seen

    assert asyncio.run(story()) == [[False], [False], [True], [True, False], [False, True]]


def test_conversations_end_with_the_service(bench: MakeBench) -> None:
    lab = bench(_HOST)

    async def story() -> bytes:
        ports = RpcPorts(lab.fleet)
        await ports.settle()
        reader, writer = await asyncio.open_connection("127.81.0.1", 1688)
        writer.write(bind((_KMS, [_NDR])))
        await reader.readexactly(60)
        lab["kms01"].powered = False
        await ports.settle()
        try:
            return await asyncio.wait_for(reader.read(), 5)
        except ConnectionResetError:
            return b""
        finally:
            writer.close()

    assert asyncio.run(story()) == b""


def test_a_port_that_somebody_else_has_does_not_end_the_lab(bench: MakeBench) -> None:
    lab = bench(_HOST)
    with closing(socket.create_server(("127.81.0.1", 1688))):
        ports = RpcPorts(lab.fleet)
        asyncio.run(ports.settle())
        asyncio.run(ports.settle())
    (event,) = [one for one in lab.fleet.events if one["kind"] == "port_unavailable"]
    assert (event["machine"], event["port"]) == ("kms01", 1688)


def _text(name: str) -> str:
    from winlab.windows.lab_keys import key_ring

    key = key_ring().named(name)
    assert key is not None
    return key.text
