# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios that ask for a name server: machines and the wire see the same zones."""

from __future__ import annotations

import asyncio
from typing import Any

import dns.message
import dns.rcode
import pytest

from winlab.builder import build_fleet
from winlab.clock import parse_duration
from winlab.fleet import Fleet
from winlab.inventory import inventory
from winlab.nameservice.server import NameServer
from winlab.scenario import parse_scenario
from winlab.section import ScenarioError
from winlab.zone import SrvRecord

from .workshop import KEY, OWNER, srv, update

_HOST = {"release": "server2022", "name": "kms01", "key": "csvlk_2022", "activated": True}


def scenario(*machines: dict[str, Any], **dns: Any) -> dict[str, Any]:
    return {
        "clock": "2026-11-24T08:00:00Z",
        "network": "127.80.5.0/24",
        "machines": list(machines),
        "dns": dns,
    }


def fleet(*machines: dict[str, Any], **dns: Any) -> Fleet:
    return build_fleet(parse_scenario(scenario(*machines, **dns)), source=lambda: 0.0)


def server_of(lab: Fleet) -> NameServer:
    server = lab.names.server
    assert server is not None
    return server


def asked(lab: Fleet, name: str = OWNER, kind: str = "SRV") -> set[str]:
    (wire,) = server_of(lab).answer(dns.message.make_query(name, kind).to_wire())
    return {str(rdata) for rrset in dns.message.from_wire(wire).answer for rdata in rrset}


def sent(lab: Fleet, message: dns.message.Message) -> str:
    (wire,) = server_of(lab).answer(message.to_wire())
    return dns.rcode.to_text(dns.message.from_wire(wire).rcode())


def test_what_machines_publish_is_answered() -> None:
    lab = fleet(_HOST, {"release": "win10", "name": "pc"}, serve=True)
    assert server_of(lab).address == "127.80.5.254"
    assert asked(lab) == {srv("kms01")}
    assert asked(lab, "pc.corp.example", "A") == {lab.machines["pc"].address}
    assert lab.zone.records() == [(SrvRecord("corp.example", "kms01.corp.example"), lab.machines["kms01"].now())]


def test_what_is_deleted_on_the_wire_is_gone_until_the_next_day() -> None:
    lab = fleet(_HOST, serve={}, records=[{"target": "stale.corp.example", "priority": 5}])
    message = update()
    message.delete(OWNER, "SRV", srv("kms01"))
    assert sent(lab, message) == "NOERROR"
    assert lab.zone.records() == [(SrvRecord("corp.example", "stale.corp.example", priority=5), None)]
    assert [event["answer"] for event in lab.events if event["kind"] == "dns_update"] == ["NOERROR"]
    lab.advance(parse_duration("1d1h"))
    assert asked(lab) == {srv("kms01"), "5 0 1688 stale.corp.example."}
    assert lab.zone.withdraw("corp.example", "stale.corp.example")
    assert asked(lab) == {srv("kms01")}


def test_zones_follow_the_machines_unless_named() -> None:
    other = {**_HOST, "name": "kms02", "domain": "branch.example"}
    assert server_of(fleet(_HOST, other, serve=True)).zones.origins() == ["corp.example", "branch.example"]
    lab = fleet(_HOST, other, serve={"zones": ["corp.example"]})
    assert asked(lab) == {srv("kms01")}
    log = lab.machines["kms02"].event_logs["Application"]
    assert [(entry.code, entry.strings) for entry in log] == [(12293, ("0x8007232B", "branch.example"))]


def test_only_named_machines_may_publish() -> None:
    lab = fleet(_HOST, {**_HOST, "name": "kms02"}, serve=True, updaters=["kms02"])
    assert asked(lab) == {srv("kms02")}
    log = lab.machines["kms01"].event_logs["Application"]
    assert [(entry.code, entry.strings[0]) for entry in log] == [(12293, "0x80072338")]


def test_signed_updates_only() -> None:
    tsig = {"name": KEY.name, "secret": KEY.secret}
    lab = fleet(_HOST, serve={"updates": "signed", "tsig": tsig})
    message = update()
    message.delete(OWNER, "SRV")
    assert sent(lab, message) == "REFUSED"
    assert asked(lab) == {srv("kms01")}


def test_inventory_says_where_the_server_is() -> None:
    tsig = {"name": KEY.name, "secret": KEY.secret}
    parsed = parse_scenario(scenario(_HOST, serve={"tsig": tsig, "port": 5301}))
    everything = inventory(parsed, build_fleet(parsed))["all"]
    assert everything["vars"]["winlab_dns"] == {
        "server": "127.80.5.254",
        "port": 5301,
        "zones": ["corp.example"],
        "key": {"name": KEY.name, "algorithm": "hmac-sha256", "secret": KEY.secret},
    }
    assert KEY.secret not in repr(parsed)
    plain = parse_scenario(scenario(_HOST))
    assert "vars" not in inventory(plain, build_fleet(plain))["all"]


@pytest.mark.parametrize(
    ("dns_section", "words"),
    [
        ({"serve": True, "server": "127.0.0.1"}, ["dns.serve", "not both"]),
        ({"server": "ns1.corp.example"}, ["dns.server", "given by address"]),
        ({"serve": {"address": "nowhere"}}, ["dns.serve.address", "given by address"]),
        ({"port": 53}, ["dns.port", "`server`"]),
        ({"server": "127.0.0.1", "updaters": ["a"]}, ["dns.updaters", "decided by the server"]),
        ({"server": "127.0.0.1", "tsig": {"name": "k", "secret": "!"}}, ["dns.tsig", "not base64"]),
        ({"server": "127.0.0.1", "tsig": {"name": "k"}}, ["dns.tsig.secret", "required"]),
        ({"server": "127.0.0.1", "tsig": {"file": "/nowhere.key"}}, ["dns.tsig", "cannot be read"]),
        ({"serve": {"updates": "friends"}}, ["dns.serve.updates", "anybody, nobody, signed"]),
        ({"serve": {"updates": "signed"}}, ["dns.serve.updates", "need a key"]),
        ({"serve": {"colour": 1}}, ["dns.serve.colour", "no such field"]),
    ],
)
def test_mistakes_are_explained(dns_section: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(scenario(_HOST, **dns_section), "my.yml")
    for word in words:
        assert word in str(caught.value)


def test_sockets_open_and_close() -> None:
    lab = fleet(_HOST, serve={"port": 5302})
    server = server_of(lab)

    async def conversation() -> bytes:
        await server.start()
        reader, writer = await asyncio.open_connection(server.address, 5302)
        query = dns.message.make_query(OWNER, "SRV").to_wire()
        writer.write(len(query).to_bytes(2, "big") + query)
        answer = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
        await server.stop()
        assert await reader.read() == b""
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(server.address, 5302)
        writer.close()
        return answer

    assert srv("kms01") in dns.message.from_wire(asyncio.run(conversation())).to_text()
