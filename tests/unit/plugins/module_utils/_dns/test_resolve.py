# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to a resolver: which one, what it says of zones, servers and hosts, and every way to get no answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns import errors
from ansible_collections.winfleet.activation.plugins.module_utils._dns.resolve import Lookup
from ansible_collections.winfleet.activation.plugins.module_utils._dns.srv import RecordSet

from .nameserver import ADDRESS, Reply, serve

RECORDS = {
    ("corp.example.", "SOA"): ["ns1.corp.example. h.corp.example. 7 1 1 1 1"],
    ("corp.example.", "NS"): ["ns2.corp.example.", "NS1.corp.example."],
    ("ns1.corp.example.", "A"): ["192.0.2.53"],
    ("ns1.corp.example.", "AAAA"): ["2001:db8::53"],
    ("alias.corp.example.", "CNAME"): ["ns1.corp.example."],
    ("_vlmcs._tcp.corp.example.", "SRV"): ["0 0 1688 kms01.corp.example."],
}


def resolver(wire: bytes, _protocol: str) -> Reply:
    """Serves the table; everything else below corp.example does not exist, and nothing else is served."""
    query = dns.message.from_wire(wire)
    response = dns.message.make_response(query)
    name, kind = query.question[0].name, query.question[0].rdtype.name
    if not name.is_subdomain(dns.name.from_text("corp.example")):
        response.set_rcode(dns.rcode.SERVFAIL if "broken" in name.to_text() else dns.rcode.REFUSED)
        return response.to_wire()
    owner = name.to_text().lower()
    alias = RECORDS.get((owner, "CNAME"))
    if alias:
        response.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", *alias))
        owner = alias[0]
    if (owner, kind) in RECORDS:
        response.answer.append(dns.rrset.from_text(owner, 60, "IN", kind, *RECORDS[owner, kind]))
    elif not alias:
        soa = RECORDS["corp.example.", "SOA"]
        response.authority.append(dns.rrset.from_text("corp.example.", 60, "IN", "SOA", *soa))
        if all(known != owner for known, _kind in RECORDS):
            response.set_rcode(dns.rcode.NXDOMAIN)
    return response.to_wire()


@pytest.fixture
def lookup() -> Iterator[Lookup]:
    with serve(resolver) as port:
        yield Lookup([f"{ADDRESS}:{port}"], 0.5)


@pytest.mark.parametrize("owner", ["_vlmcs._tcp.corp.example", "_vlmcs._tcp.deep.down.corp.example", "corp.example"])
def test_zone_and_primary(lookup: Lookup, owner: str) -> None:
    assert lookup.zone_and_primary(owner) == ("corp.example", "ns1.corp.example")


def test_name_servers(lookup: Lookup) -> None:
    first, second = lookup.name_servers("corp.example")
    assert (first.name, first.addresses, first.error) == ("ns1.corp.example", ("192.0.2.53", "2001:db8::53"), None)
    assert (second.name, second.addresses) == ("ns2.corp.example", ())
    assert second.error is not None
    assert "no address" in second.error
    assert first.servers(53)[0].label == "ns1.corp.example (192.0.2.53)"


def test_addresses(lookup: Lookup) -> None:
    alias = lookup.addresses("alias.corp.example")
    assert (alias.addresses, alias.alias) == (("192.0.2.53", "2001:db8::53"), "ns1.corp.example")
    gone = lookup.addresses("gone.corp.example")
    assert (gone.resolvable, gone.error) == (False, None)
    broken = lookup.addresses("broken.test")
    assert not broken.resolvable
    assert broken.error is not None
    assert "SERVFAIL" in broken.error
    assert "Do53" not in broken.error, "a server is named as people name it, not as the library does"
    assert f"{ADDRESS}:" in broken.error
    assert lookup.addresses("a..b").error


def test_record_set(lookup: Lookup) -> None:
    records, alias = lookup.record_set("_vlmcs._tcp.corp.example")
    assert ([value.target for value in records.values], alias) == (["kms01.corp.example"], None)
    assert not lookup.record_set("_vlmcs._tcp.emea.corp.example")[0].values


def test_an_alias_is_followed_as_a_client_does(lookup: Lookup) -> None:
    assert lookup.record_set("alias.corp.example") == (RecordSet(), "ns1.corp.example")


def test_no_answer() -> None:
    with serve(lambda _wire, _protocol: None) as port:
        silent = Lookup([f"{ADDRESS}:{port}"], 0.2)
        with pytest.raises(errors.NoAnswer, match=f"resolver {ADDRESS}:{port}.*no answer"):
            silent.zone_and_primary("corp.example")


def test_no_zone(lookup: Lookup) -> None:
    with pytest.raises(errors.ServerRefused, match="REFUSED"):
        lookup.zone_and_primary("elsewhere.test")


@pytest.mark.parametrize(
    ("text", "domains"),
    [
        ("nameserver 192.0.2.1\nsearch Corp.Example emea.corp.example\n", ("corp.example", "emea.corp.example")),
        ("nameserver 192.0.2.1\ndomain corp.example\n", ("corp.example",)),
    ],
)
def test_search_list(tmp_path: Path, text: str, domains: tuple[str, ...]) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text(text)
    lookup = Lookup([], 1, str(path))
    assert lookup.search_list() == domains
    assert lookup.label == "resolver 192.0.2.1"


def test_a_machine_without_a_resolver(tmp_path: Path) -> None:
    with pytest.raises(errors.SettingWrong, match="no name server configured"):
        Lookup([], 1, str(tmp_path / "none"))
    assert Lookup(["192.0.2.1"], 1, str(tmp_path / "none")).search_list() == ()
