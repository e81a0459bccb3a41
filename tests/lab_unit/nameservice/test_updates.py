# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dynamic updates: prerequisites and changes as RFC 2136 has them, all or nothing."""

from __future__ import annotations

from collections.abc import Callable

import dns.message
import dns.update
import pytest

from .workshop import OWNER, Serve, ask, send, srv, update, values

_START = (srv("a"), srv("b"))

Fill = Callable[[dns.update.UpdateMessage], object]


def _with_values(*wanted: str) -> Fill:
    return lambda message: [message.present(OWNER, "SRV", one) for one in wanted]


_PREREQUISITES: list[tuple[str, Fill, str]] = [
    ("the set as it is", _with_values(*_START), "NOERROR"),
    ("the set as it is, names in capitals", _with_values(srv("A"), srv("B")), "NOERROR"),
    ("a part of the set", _with_values(_START[0]), "NXRRSET"),
    ("more than the set", _with_values(*_START, srv("c")), "NXRRSET"),
    ("any set", lambda m: m.present(OWNER, "SRV"), "NOERROR"),
    ("any set of a type that is not there", lambda m: m.present(OWNER, "TXT"), "NXRRSET"),
    ("no set", lambda m: m.absent(OWNER, "SRV"), "YXRRSET"),
    ("no set of a type that is not there", lambda m: m.absent(OWNER, "TXT"), "NOERROR"),
    ("the name", lambda m: m.present(OWNER), "NOERROR"),
    ("a name that is not there", lambda m: m.present("x.corp.example."), "NXDOMAIN"),
    ("no such name", lambda m: m.absent(OWNER), "YXDOMAIN"),
    ("no such name, rightly", lambda m: m.absent("x.corp.example."), "NOERROR"),
    ("a name elsewhere", lambda m: m.present("x.other.example."), "NOTZONE"),
]


@pytest.mark.parametrize(
    ("prerequisite", "code"), [case[1:] for case in _PREREQUISITES], ids=[case[0] for case in _PREREQUISITES]
)
def test_prerequisites(serve: Serve, prerequisite: Fill, code: str) -> None:
    server = serve()
    first = update()
    for value in _START:
        first.add(OWNER, 300, "SRV", value)
    assert send(server, first) == "NOERROR"

    message = update()
    prerequisite(message)
    message.delete(OWNER, "SRV", _START[1])
    assert send(server, message) == code
    assert values(server) == ({_START[0]} if code == "NOERROR" else set(_START))


_CHANGES: list[tuple[str, Fill, str, set[str]]] = [
    ("add", lambda m: m.add(OWNER, 300, "SRV", srv("c")), "NOERROR", {*_START, srv("c")}),
    ("add what is there", lambda m: m.add(OWNER, 300, "SRV", srv("a")), "NOERROR", set(_START)),
    ("delete by value", lambda m: m.delete(OWNER, "SRV", srv("a")), "NOERROR", {srv("b")}),
    ("delete a value that is not there", lambda m: m.delete(OWNER, "SRV", srv("a", 1700)), "NOERROR", set(_START)),
    ("delete the set", lambda m: m.delete(OWNER, "SRV"), "NOERROR", set()),
    ("delete the name", lambda m: m.delete(OWNER), "NOERROR", set()),
    (
        "in order",
        lambda m: [m.delete(OWNER, "SRV"), m.add(OWNER, 300, "SRV", srv("c"))],
        "NOERROR",
        {srv("c")},
    ),
    (
        "an alias beside other records is ignored",
        lambda m: m.add(OWNER, 300, "CNAME", "x.corp.example."),
        "NOERROR",
        set(_START),
    ),
    (
        "nothing when one part is outside the zone",
        lambda m: [m.delete(OWNER, "SRV", srv("a")), m.add("x.other.example.", 300, "A", "192.0.2.1")],
        "NOTZONE",
        set(_START),
    ),
]


@pytest.mark.parametrize(
    ("change", "code", "left"), [case[1:] for case in _CHANGES], ids=[case[0] for case in _CHANGES]
)
def test_changes(serve: Serve, change: Fill, code: str, left: set[str]) -> None:
    server = serve()
    first = update()
    for value in _START:
        first.add(OWNER, 300, "SRV", value)
    send(server, first)
    message = update()
    change(message)
    assert send(server, message) == code
    assert values(server) == left


def test_serial_grows_with_every_change_and_with_nothing_else(serve: Serve) -> None:
    server = serve()

    def serial() -> int:
        (soa,) = values(server, "corp.example", "SOA")
        return int(soa.split()[2])

    before = serial()
    message = update()
    message.add(OWNER, 300, "SRV", srv("a"))
    send(server, message)
    assert serial() == before + 1
    send(server, message)
    assert serial() == before + 1
    message.present("x.corp.example.")
    send(server, message)
    assert serial() == before + 1


def test_a_new_ttl_is_that_of_the_whole_set(serve: Serve) -> None:
    server = serve()
    for host, ttl in (("a", 300), ("b", 900)):
        message = update()
        message.add(OWNER, ttl, "SRV", srv(host))
        send(server, message)
    assert ask(server, OWNER).answer[0].ttl == 900


def test_zone_keeps_its_soa_and_its_last_server(serve: Serve) -> None:
    server = serve()
    message = update()
    message.delete("corp.example.")
    message.delete("corp.example.", "NS", "ns1.corp.example.")
    message.delete("corp.example.", "SOA")
    assert send(server, message) == "NOERROR"
    assert values(server, "corp.example", "NS") == {"ns1.corp.example."}
    assert len(values(server, "corp.example", "SOA")) == 1


@pytest.mark.parametrize(("zone", "code"), [("other.example", "NOTAUTH"), ("sub.corp.example", "NOTAUTH")])
def test_zones_that_are_not_here(serve: Serve, zone: str, code: str) -> None:
    message = update(zone)
    message.add(f"_vlmcs._tcp.{zone}.", 300, "SRV", srv("a"))
    assert send(serve(), message) == code
