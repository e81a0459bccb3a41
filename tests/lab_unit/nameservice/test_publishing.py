# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines that publish on the wire: by value, at start and daily, and what a refusal leaves in the event log."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from winlab.builder import build_fleet
from winlab.cim import CimError
from winlab.clock import parse_duration
from winlab.fleet import Fleet
from winlab.machine import Machine
from winlab.nameservice.client import WireRecords
from winlab.nameservice.keys import TsigSpec
from winlab.nameservice.server import NameServer, UpdatePolicy
from winlab.scenario import parse_scenario
from winlab.zone import SrvRecord

from .workshop import ADDRESS, KEY, OWNER, Serve, send, srv, update, values

_HOST = {"release": "server2022", "name": "kms01", "key": "csvlk_2022", "activated": True}
_SECOND = {"release": "server2008r2", "name": "kms02", "key": "csvlk_kms_c", "edition": "enterprise", "activated": True}


def fleet(*machines: dict[str, Any], **dns: Any) -> Fleet:
    """A fleet that stands still until told otherwise."""
    delays = {"service_start": 1, "service_stop": 1, "activation": 0, "timeout": 0}
    data = {
        "clock": "2026-11-24T08:00:00Z",
        "network": "127.80.4.0/24",
        "defaults": {"delays": delays, "automatic": False},
        "machines": list(machines),
        "dns": dns,
    }
    return build_fleet(parse_scenario(data), source=lambda: 0.0)


def elsewhere(server: NameServer, key: TsigSpec | None = None, **more: Any) -> dict[str, Any]:
    """The part of a scenario that names a server."""
    found: dict[str, Any] = {"server": server.address, "port": server.port, **more}
    if key is not None:
        found["tsig"] = {"name": key.name, "secret": key.secret, "algorithm": key.algorithm}
    return found


def events(machine: Machine, *codes: int) -> list[tuple[int, list[str]]]:
    """Entries of the event log as WMI shows them."""
    rows = [one.values for one in machine.cim.instances("root/cimv2", "Win32_NTLogEvent")]
    return [(row["EventCode"], row["InsertionStrings"]) for row in rows if row["EventCode"] in codes]


def test_hosts_add_their_own_record_and_leave_the_others(serve: Serve) -> None:
    server = serve()
    message = update()
    message.add(OWNER, 3600, "SRV", srv("by-hand"))
    send(server, message)
    lab = fleet(_HOST, _SECOND, **elsewhere(server))
    expected = {srv("by-hand"), srv("kms01"), srv("kms02")}
    assert values(server) == expected
    assert events(lab.machines["kms01"], 12293, 12294) == [(12294, ["corp.example"])]
    assert [event["kind"] for event in lab.events] == ["opened"]


def test_a_deleted_record_comes_back_within_a_day_until_the_service_restarts(serve: Serve) -> None:
    server = serve()
    lab = fleet(_HOST, **elsewhere(server))
    machine = lab.machines["kms01"]
    machine.platform.install_key(_setup_key())
    message = update()
    message.delete(OWNER, "SRV")
    send(server, message)
    assert values(server) == set()
    lab.advance(parse_duration("1d1h"))
    assert values(server) == {srv("kms01")}
    send(server, message)
    machine.services.restart(machine.services.services["sppsvc"])
    lab.advance(parse_duration("3d"))
    assert values(server) == set()


def test_lists_of_domains_and_ports(serve: Serve) -> None:
    server = serve("corp.example", "emea.corp.example")
    fleet({**_HOST, "kms_host": {"domains": ["emea.corp.example, 10, 5"], "listening_port": 1700}}, **elsewhere(server))
    assert values(server) == {srv("kms01", 1700)}
    assert values(server, "_vlmcs._tcp.emea.corp.example") == {"10 5 1700 kms01.corp.example."}


def test_addresses_are_registered_when_the_scenario_says_so(serve: Serve) -> None:
    server = serve()
    lab = fleet(_HOST, {"release": "win10", "name": "pc"}, **elsewhere(server, hosts=True))
    for name in ("kms01", "pc"):
        assert values(server, f"{name}.corp.example", "A") == {lab.machines[name].address}


def test_clients_find_hosts_on_the_wire(serve: Serve) -> None:
    server = serve()
    lab = fleet(
        {**_HOST, "kms_host": {"counted_clients": 30}},
        {"release": "win10", "name": "pc"},
        {"release": "win7", "name": "old"},
        **elsewhere(server),
    )
    for name in ("pc", "old"):
        platform = lab.machines[name].platform
        row = platform.primary()
        assert row is not None
        platform.activate(row)
        assert row.binding is not None
        assert row.binding.name == "kms01.corp.example"
    ((_code, (sent,)),) = events(lab.machines["pc"], 12288)
    assert sent.split(", ")[2] == "kms01.corp.example:1688"
    ((_code, (answer,)),) = events(lab.machines["pc"], 12289)
    assert answer.startswith("0x00000000, 0x00000000, 1, 0, 31, 120, 10080, ")
    requests = events(lab.machines["kms01"], 12290)
    assert [strings[0].split(",")[2] for _code, strings in requests] == ["pc.corp.example", "old.corp.example"]


@pytest.mark.parametrize(
    ("policy", "key", "code"),
    [
        (UpdatePolicy.SIGNED, KEY, None),
        (UpdatePolicy.SIGNED, None, "0x80072338"),
        (UpdatePolicy.SIGNED, TsigSpec("stranger", KEY.secret), "0x80072339"),
        (UpdatePolicy.SIGNED, TsigSpec(KEY.name, "AAAA"), "0x80072338"),
        (UpdatePolicy.NOBODY, KEY, "0x80072338"),
    ],
)
def test_refusals_are_event_12293(serve: Serve, policy: UpdatePolicy, key: TsigSpec | None, code: str | None) -> None:
    server = serve(key=KEY, policy=policy)
    lab = fleet(_HOST, **elsewhere(server, key))
    expected = [(12294, ["corp.example"])] if code is None else [(12293, [code, "corp.example"])]
    assert events(lab.machines["kms01"], 12293, 12294) == expected
    assert values(server) == (set() if code else {srv("kms01")})


def test_a_refused_host_goes_on_and_tries_again_the_next_day(serve: Serve) -> None:
    server = serve(key=KEY, policy=UpdatePolicy.SIGNED)
    lab = fleet(_HOST, **elsewhere(server))
    lab.advance(parse_duration("2d1h"))
    assert events(lab.machines["kms01"], 12293, 12294) == [(12293, ["0x80072338", "corp.example"])] * 3
    assert {event["kind"] for event in lab.events} == {"opened", "publish_refused"}
    errors = [one.values for one in lab.machines["kms01"].cim.instances("root/cimv2", "Win32_NTLogEvent")]
    assert {(one["Type"], one["EventType"], one["RecordNumber"]) for one in errors} == {
        ("Error", 1, number) for number in (1, 2, 3)
    }


def test_a_zone_that_the_server_does_not_have(serve: Serve) -> None:
    server = serve("other.example")
    lab = fleet(_HOST, **elsewhere(server))
    assert events(lab.machines["kms01"], 12293) == [(12293, ["0x80072338", "corp.example"])]
    named = fleet(_HOST, **elsewhere(server, zone="corp.example"))
    assert events(named.machines["kms01"], 12293) == [(12293, ["0x80072331", "corp.example"])]


def test_a_silent_server_costs_one_timeout_and_is_then_left_alone() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((ADDRESS, 0))
        now = [0.0]
        records = WireRecords(ADDRESS, silent.getsockname()[1], timeout=0.2, clock=lambda: now[0])
        with pytest.raises(CimError, match="800705B4"):
            records.lookup("corp.example")
        asked = silent.recv(512)
        silent.setblocking(False)
        with pytest.raises(CimError, match="800705B4"):
            records.lookup("corp.example")
        with pytest.raises(BlockingIOError):
            silent.recv(512)
        now[0] = 60.0
        with pytest.raises(CimError, match="800705B4"):
            records.lookup("corp.example")
        assert silent.recv(512)[2:12] == asked[2:12]


def test_a_dead_server_is_a_code_up_to_windows_7_and_no_host_later(serve: Serve) -> None:
    lab = fleet(
        {"release": "win7", "name": "old"},
        {"release": "win10", "name": "pc"},
        server="127.80.0.99",
        port=9,
        timeout=0.2,
    )
    codes = {}
    for name in ("old", "pc"):
        platform = lab.machines[name].platform
        row = platform.primary()
        assert row is not None
        with pytest.raises(CimError) as caught:
            platform.activate(row)
        codes[name] = caught.value.hresult
    assert codes == {"old": 0x800705B4, "pc": 0xC004F074}


def test_records_and_withdraw_on_the_wire(serve: Serve) -> None:
    server = serve()
    lab = fleet(_HOST, **elsewhere(server, records=[{"target": "by-hand.corp.example"}]))
    kept = SrvRecord("corp.example", "by-hand.corp.example")
    own = SrvRecord("corp.example", "kms01.corp.example")
    assert lab.zone.records() == [(kept, None), (own, lab.machines["kms01"].now())]
    assert lab.zone.withdraw("corp.example", "KMS01.corp.example.")
    assert not lab.zone.withdraw("corp.example", "kms01.corp.example")
    assert values(server) == {srv("by-hand")}


def _setup_key() -> str:
    from winlab.windows.lab_keys import key_ring

    key = key_ring().named("gvlk_server2022_standard")
    assert key is not None
    return key.text
