# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the DNS server of a domain controller says of a record's zone: a name, that others have it, or nothing."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._ad.dns_view import DnsView
from ansible_collections.winfleet.activation.plugins.module_utils._ad.errors import Refused
from ansible_collections.winfleet.activation.plugins.module_utils._ad.settings import Password, Settings
from tests.unit.plugins.module_utils._dns.nameserver import ADDRESS, Handler, Reply, serve

SETTINGS = Settings(ADDRESS, None, 0.3, Password("user", "password"))


def saying(*records: str, rcode: str = "NOERROR", flags: int = dns.flags.AA) -> Handler:
    def handler(wire: bytes, _protocol: str) -> Reply:
        response = dns.message.make_response(dns.message.from_wire(wire))
        response.set_rcode(dns.rcode.from_text(rcode))
        response.flags |= flags
        for record in records:
            name, kind, text = record.split(" ", 2)
            response.authority.append(dns.rrset.from_text(name, 60, "IN", kind, text))
        return response.to_wire()

    return handler


def test_the_zone_from_which_it_answers() -> None:
    with serve(saying("_tcp.corp.example. SOA dc1. h. 1 1 1 1 1")) as port:
        assert DnsView(SETTINGS, port).zone_of("corp.example") == "_tcp.corp.example"


def test_a_zone_that_others_have() -> None:
    with (
        serve(saying("_tcp.corp.example. NS ns1.elsewhere.example.", flags=0)) as port,
        pytest.raises(Refused, match=r"DNS says: .*delegates _tcp\.corp\.example to other servers"),
    ):
        DnsView(SETTINGS, port).zone_of("corp.example")


def test_a_controller_that_is_no_server_of_the_zone() -> None:
    with serve(saying(rcode="REFUSED", flags=0)) as port:
        assert DnsView(SETTINGS, port).zone_of("corp.example") is None


def test_one_that_keeps_silent_is_asked_once() -> None:
    asked: list[bytes] = []

    def silent(wire: bytes, _protocol: str) -> Reply:
        asked.append(wire)
        return None

    with serve(silent) as port:
        view = DnsView(SETTINGS, port)
        assert view.zone_of("a.example") is None
        questions = len(asked)
        assert view.zone_of("b.example") is None
    assert len(asked) == questions
