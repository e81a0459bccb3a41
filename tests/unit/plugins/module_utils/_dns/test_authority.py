# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One server: whether it speaks for the zone, which zone that is, and what it holds."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns import errors, signing
from ansible_collections.winfleet.activation.plugins.module_utils._dns.authority import Authority, Zone
from ansible_collections.winfleet.activation.plugins.module_utils._dns.exchange import Server
from ansible_collections.winfleet.activation.plugins.module_utils._dns.srv import SrvValue, Wildcard

from .nameserver import ADDRESS, Handler, Primary, Reply, serve

OWNER = "_vlmcs._tcp.corp.example"


@pytest.fixture
def primary() -> Iterator[tuple[Primary, Authority]]:
    behavior = Primary(["0 0 1688 kms01.corp.example."])
    with serve(behavior) as port:
        yield behavior, Authority(Server(ADDRESS, port), 0.5, signing.Unsigned())


def ask(handler: Handler) -> Iterator[Authority]:
    with serve(handler) as port:
        yield Authority(Server(ADDRESS, port), 0.5, signing.Unsigned())


def test_the_record_set(primary: tuple[Primary, Authority]) -> None:
    behavior, authority = primary
    records = authority.record_set(OWNER)
    assert ([value.text for value in records.values], records.ttl) == (["0 0 1688 kms01.corp.example"], 60)
    behavior.values.clear()
    assert authority.record_set(OWNER).values == ()


def test_hearsay_is_no_record_set(primary: tuple[Primary, Authority]) -> None:
    behavior, authority = primary
    behavior.authoritative = False
    with pytest.raises(errors.NotAuthoritative, match="from its cache"):
        authority.record_set(OWNER)
    with pytest.raises(errors.NotAuthoritative, match="from its cache"):
        authority.zone_of(OWNER)


def test_the_zone(primary: tuple[Primary, Authority]) -> None:
    _behavior, authority = primary
    assert authority.zone_of(OWNER) == Zone("corp.example", "ns1.corp.example", 7)


def _answering(rcode: str, *records: str, section: str = "authority", flags: int = 0) -> Handler:
    def handler(wire: bytes, _protocol: str) -> Reply:
        response = dns.message.make_response(dns.message.from_wire(wire))
        response.set_rcode(dns.rcode.from_text(rcode))
        response.flags |= flags
        for record in records:
            name, kind, text = record.split(" ", 2)
            getattr(response, section).append(dns.rrset.from_text(name, 60, "IN", kind, text))
        return response.to_wire()

    return handler


FOREIGN = {
    "refused": (_answering("REFUSED"), errors.NotAuthoritative, "serves no zone.*REFUSED"),
    "delegated": (
        _answering("NOERROR", "corp.example. NS ns.elsewhere.test."),
        errors.NotAuthoritative,
        "delegates corp.example",
    ),
    "an SOA that has nothing to do with it": (
        _answering("NXDOMAIN", "other.example. SOA a. b. 1 1 1 1 1", flags=dns.flags.AA),
        errors.NotAuthoritative,
        "serves no zone.*NXDOMAIN",
    ),
}


@pytest.mark.parametrize(("handler", "kind", "words"), FOREIGN.values(), ids=FOREIGN)
def test_no_zone(handler: Handler, kind: type[errors.DnsError], words: str) -> None:
    for authority in ask(handler):
        with pytest.raises(kind, match=words):
            authority.zone_of(OWNER)


@pytest.mark.parametrize("rcode", ["REFUSED", "SERVFAIL", "NOTAUTH"])
def test_no_record_set(rcode: str) -> None:
    for authority in ask(_answering(rcode)):
        with pytest.raises(errors.ServerRefused) as caught:
            authority.record_set(OWNER)
        assert caught.value.rcode == rcode


def test_an_alias_is_not_followed() -> None:
    handler = _answering("NOERROR", f"{OWNER}. CNAME elsewhere.example.", section="answer", flags=dns.flags.AA)
    for authority in ask(handler):
        with pytest.raises(errors.Aliased, match=r"is an alias of elsewhere\.example") as caught:
            authority.own_record_set(OWNER)
        assert caught.value.target == "elsewhere.example"


@pytest.mark.parametrize("rcode", ["NOERROR", "NXDOMAIN", "REFUSED", "SERVFAIL", "FORMERR"])
def test_an_unsigned_answer_to_a_signed_question_proves_nothing(rcode: str) -> None:
    """Whatever its code: that there is no record can be said by anybody as well."""
    signer = signing.TsigSigner("kms-admin", base64.b64encode(b"secret").decode())

    def handler(wire: bytes, _protocol: str) -> Reply:
        response = dns.message.make_response(dns.message.from_wire(wire, keyring=False))
        response.tsig, response.flags = None, response.flags | dns.flags.AA
        response.set_rcode(dns.rcode.from_text(rcode))
        return response.to_wire()

    with serve(handler) as port:
        authority = Authority(Server(ADDRESS, port), 0.5, signer)
        for question in (authority.record_set, authority.zone_of, authority.exists):
            with pytest.raises(errors.Unverified, match="proves nothing") as caught:
                question(OWNER)
            assert caught.value.rcode == rcode


def test_a_bare_notauth_may_mean_the_key_or_the_zone() -> None:
    """Of PowerDNS, for an unknown key, a wrong secret and a wrong algorithm alike."""
    signer = signing.TsigSigner("kms-admin", base64.b64encode(b"secret").decode())

    def handler(wire: bytes, _protocol: str) -> Reply:
        response = dns.message.make_response(dns.message.from_wire(wire, keyring=False))
        response.tsig = None
        response.set_rcode(dns.rcode.NOTAUTH)
        return response.to_wire()

    with serve(handler) as port:
        authority = Authority(Server(ADDRESS, port), 0.5, signer)
        with pytest.raises(
            errors.Unverified, match=r"does not accept the TSIG key kms-admin.*or has no zone"
        ) as caught:
            authority.zone_of(OWNER)
    assert errors.knows_no_key(caught.value)


ROGUE = "0 0 1688 pc1.corp.example."
WILD = {
    "nothing": ({}, [], None),
    "its own": ({OWNER: f"SRV {ROGUE}"}, ["pc1.corp.example"], None),
    "an alias by wildcard": (
        {OWNER: "CNAME web.corp.example.", "*._tcp.corp.example": "CNAME web.corp.example."},
        [],
        Wildcard("*._tcp.corp.example"),
    ),
    "records by wildcard": (
        {OWNER: f"SRV {ROGUE}", "*._tcp.corp.example": f"SRV {ROGUE}"},
        [],
        Wildcard("*._tcp.corp.example", (SrvValue(0, 0, 1688, "pc1.corp.example"),)),
    ),
    "beside a wildcard": (
        {OWNER: f"SRV {ROGUE}", "*._tcp.corp.example": "SRV 0 0 1688 pc2.corp.example."},
        ["pc1.corp.example"],
        None,
    ),
}


@pytest.mark.parametrize(("zone", "targets", "wildcard"), WILD.values(), ids=WILD)
def test_what_a_wildcard_says_is_not_kept_under_the_name(
    zone: dict[str, str], targets: list[str], wildcard: Wildcard | None
) -> None:
    """RFC 4592: a wildcard answers for names that do not exist, and an update sees only those that do."""

    def handler(wire: bytes, _protocol: str) -> Reply:
        response = dns.message.make_response(dns.message.from_wire(wire))
        response.flags |= dns.flags.AA
        name = response.question[0].name
        found = zone.get(name.to_text(omit_final_dot=True))
        if found:
            kind, text = found.split(" ", 1)
            response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, text))
        return response.to_wire()

    for authority in ask(handler):
        records = authority.own_record_set(OWNER)
        assert [value.target for value in records.values] == targets
        assert records.wildcard == wildcard
