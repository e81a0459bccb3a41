# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers to queries, transfers, and what is no message at all."""

from __future__ import annotations

import socket
import struct

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.zone
import pytest
from hypothesis import given
from hypothesis import strategies as st

from winlab.nameservice.keys import TsigSpec
from winlab.nameservice.server import NameServer, NameServerError
from winlab.nameservice.zones import ZoneSet

from .workshop import ADDRESS, KEY, OWNER, Serve, ask, send, srv, update, values


def test_service_records_come_with_the_addresses_of_their_targets(serve: Serve) -> None:
    server = serve()
    server.zones.add_addresses([("a.corp.example", "127.80.0.1"), ("a.elsewhere.example", "127.80.0.9")])
    message = update()
    message.add(OWNER, 300, "SRV", srv("a"))
    send(server, message)
    answer = ask(server, OWNER.upper())
    assert answer.flags & dns.flags.AA
    assert values(server) == {srv("a")}
    assert [str(rdata) for rrset in answer.additional for rdata in rrset] == ["127.80.0.1"]
    assert values(server, "ns1.corp.example", "A") == {ADDRESS}


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("_vlmcs._tcp.corp.example", "SRV", "NOERROR"),
        ("_vlmcs._tcp.corp.example", "TXT", "NOERROR"),
        ("_tcp.corp.example", "SRV", "NOERROR"),
        ("nobody.corp.example", "SRV", "NXDOMAIN"),
        ("corp.example", "A", "NOERROR"),
        ("www.example.org", "A", "REFUSED"),
    ],
)
def test_names_that_exist_and_names_that_do_not(serve: Serve, name: str, kind: str, code: str) -> None:
    server = serve()
    message = update()
    message.add(OWNER, 300, "SRV", srv("a"))
    send(server, message)
    answer = ask(server, name, kind)
    assert dns.rcode.to_text(answer.rcode()) == code
    if code != "REFUSED" and not answer.answer:
        assert "SOA" in str(answer.authority[0])


def test_the_deepest_zone_answers(serve: Serve) -> None:
    server = serve("corp.example", "emea.corp.example")
    message = update("emea.corp.example")
    message.add("_vlmcs._tcp.emea.corp.example.", 300, "SRV", srv("a"))
    assert send(server, message) == "NOERROR"
    assert values(server, "_vlmcs._tcp.emea.corp.example") == {srv("a")}
    assert values(server) == set()


def _two_hundred(server: NameServer, key: TsigSpec | None = None) -> set[str]:
    hosts = {srv(f"host-{number:03}") for number in range(200)}
    message = update(key=key)
    for host in hosts:
        message.add(OWNER, 300, "SRV", host)
    dns.query.tcp(message, server.address, timeout=5, port=server.port)
    return hosts


def test_what_does_not_fit_is_asked_again_over_tcp(serve: Serve) -> None:
    server = serve()
    hosts = _two_hundred(server)
    query = dns.message.make_query(OWNER, "SRV", use_edns=0, payload=1232)
    short = dns.query.udp(query, server.address, timeout=5, port=server.port)
    assert short.flags & dns.flags.TC
    assert short.answer == []
    assert values(server) == hosts


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "signed"])
def test_zone_transfer(serve: Serve, key: TsigSpec | None) -> None:
    server = serve(key=key)
    hosts = _two_hundred(server)
    server.zones.add_addresses((f"pc-{number}.corp.example", f"127.80.1.{number % 250 + 1}") for number in range(300))
    messages = dns.query.xfr(
        server.address,
        "corp.example",
        port=server.port,
        timeout=5,
        relativize=False,
        keyring=key.key() if key else None,
        keyname=key.key().name if key else None,
    )
    zone = dns.zone.from_xfr(messages, relativize=False)
    assert {str(rdata) for rdata in zone.find_rdataset(OWNER, "SRV")} == hosts
    assert "pc-299.corp.example." in zone


def test_foreign_zones_are_not_transferred(serve: Serve) -> None:
    server = serve()
    with pytest.raises(dns.query.TransferError, match="NOTAUTH"):
        list(dns.query.xfr(server.address, "other.example", port=server.port, timeout=5))


@given(st.binary(max_size=120))
def test_arbitrary_bytes_never_break_it(data: bytes) -> None:
    server = NameServer(ZoneSet(["corp.example"], ADDRESS), ADDRESS, 0, key=KEY)
    for answer in [*server.answer(data), *server.answer(data, tcp=True)]:
        assert answer[:2] == data[:2]
        assert answer[2] & 0x80


@given(st.integers(0, 71), st.binary(min_size=1, max_size=8))
def test_damaged_updates_never_break_it(place: int, noise: bytes) -> None:
    server = NameServer(ZoneSet(["corp.example"], ADDRESS), ADDRESS, 0)
    message = update()
    message.present(OWNER, "SRV")
    message.add(OWNER, 300, "SRV", srv("a"))
    wire = message.to_wire()
    damaged = wire[:place] + noise + wire[place + len(noise) :]
    assert all(len(answer) >= 12 for answer in server.answer(damaged))


def test_garbage_over_tcp_ends_in_a_format_error(serve: Serve) -> None:
    server = serve()
    with socket.create_connection((server.address, server.port), 5) as connection:
        connection.sendall(struct.pack("!H", 14) + b"\x12\x34\x01\x00\x00\x01" + bytes(6) + b"\xc0\xff")
        (length,) = struct.unpack("!H", connection.recv(2))
        answer = dns.message.from_wire(connection.recv(length))
    assert (answer.id, answer.rcode()) == (0x1234, dns.rcode.FORMERR)


def test_other_operations_are_not_implemented(serve: Serve) -> None:
    server = serve()
    message = dns.message.Message()
    message.set_opcode(dns.opcode.NOTIFY)
    assert dns.query.udp(message, server.address, timeout=5, port=server.port).rcode() == dns.rcode.NOTIMP


def test_an_address_in_use_is_named(serve: Serve) -> None:
    import asyncio

    server = serve()
    second = NameServer(ZoneSet(["corp.example"], ADDRESS), ADDRESS, server.port)
    with pytest.raises(NameServerError, match=f"cannot listen on {ADDRESS}:{server.port}"):
        asyncio.run(second.start())
