# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views put side by side: which one is stale, what is missing where, and what the totals say."""

from __future__ import annotations

import base64
from dataclasses import replace

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.tsig
import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns import present, signing, survey
from ansible_collections.winfleet.activation.plugins.module_utils._dns.errors import NoAnswer
from ansible_collections.winfleet.activation.plugins.module_utils._dns.inquiry import Published
from ansible_collections.winfleet.activation.plugins.module_utils._dns.resolve import Lookup, NameServer
from ansible_collections.winfleet.activation.plugins.module_utils._dns.srv import RecordSet, SrvValue, in_order
from ansible_collections.winfleet.activation.plugins.module_utils._dns.survey import Finding, Transfer, View
from ansible_collections.winfleet.activation.plugins.module_utils._dns.verdict import RecordPolicy, judge

from .nameserver import ADDRESS, Handler, Reply, serve

A, B = (SrvValue(0, 0, 1688, f"{name}.corp.example") for name in "ab")


def view(name: str, *values: SrvValue, serial: int | None = None, ttl: int = 600, authoritative: bool = True) -> View:
    return View(name, authoritative, "192.0.2.1", RecordSet.of(values, ttl), serial, "corp.example")


def finding(*views: View) -> Finding:
    values = in_order(value for one in views if one.records for value in one.records.values)
    return Finding("corp.example", "_vlmcs._tcp.corp.example", "corp.example", views, judge(values, RecordPolicy()), {})


@pytest.mark.parametrize(
    ("serials", "newest", "stale"),
    [
        ((5, 7, 7), 7, [True, False, False]),
        ((None, 7), 7, [False, False]),
        # RFC 1982: the numbers run in a circle.
        ((2**32 - 1, 3), 3, [True, False]),
        ((None,), None, [False]),
    ],
)
def test_stale_servers(serials: tuple[int | None, ...], newest: int | None, stale: list[bool]) -> None:
    def with_newest(serial: int | None) -> tuple[SrvValue, ...]:
        return (A, B) if serial == newest else (A,)

    found = finding(*(view(f"ns{n}", *with_newest(one), serial=one) for n, one in enumerate(serials)))
    assert [found.is_stale(one) for one in found.views] == stale
    # Each server of Active Directory counts for itself: a number alone says nothing (Microsoft KB 282826).
    same = finding(*(view(f"ns{number}", A, serial=serial) for number, serial in enumerate(serials)))
    assert not any(same.is_stale(one) for one in same.views)


def test_who_has_what() -> None:
    cache = view("resolver", B, ttl=5, authoritative=False)
    found = finding(cache, view("ns1", A, B), view("ns2"), View("ns3", True, error=NoAnswer("ns3", "silence")))
    assert found.seen_by(B) == ("resolver", "ns1")
    assert found.missing_from(A) == ("ns2",)
    assert (found.consistent, found.complete) == (False, False)
    assert found.ttl(B) == 600
    (row,) = [one for one in present.finding(found)["servers"] if one["name"] == "ns2"]
    assert (row["records"], row["missing"]) == ([], [A.text, B.text])


def test_agreement() -> None:
    found = finding(view("resolver", authoritative=False), view("ns1", A), view("ns2", A, ttl=1))
    assert (found.consistent, found.complete) == (True, True)


def test_nobody_was_asked() -> None:
    assert not finding().complete
    assert finding().consistent is None


def test_what_only_a_cache_shows_is_not_published() -> None:
    """Kind: somebody still shows a record, and it is taken for published."""
    a = view("ns1", A).records
    assert a is not None
    (value,) = a.values
    cached = finding(view("resolver", A, authoritative=False), view("ns1", ttl=1))
    assert cached.is_cached(value)
    assert not finding(view("resolver", A, authoritative=False), view("ns1", A)).is_cached(value)
    silent = View("ns1", True)
    assert not finding(view("resolver", A, authoritative=False), silent).is_cached(value)
    assert not finding(view("resolver", A, authoritative=False), view("ns2"), silent).is_cached(value)
    judged = replace(cached, judgements=judge([A], RecordPolicy(())))
    assert present.targets_with([judged], approved=False) == [], "nobody is sent to delete it"


def test_summary_names_every_verdict() -> None:
    assert set(present.summary([])) == {
        "unapproved",
        "wrong_port",
        "duplicate",
        "unresolvable",
        "approved",
        "unjudged",
    }


def test_results_keep_the_order_of_the_items() -> None:
    assert survey._at_once(lambda number: number * 2, list(range(50))) == list(range(0, 100, 2))


# --- Servers that have no key -----------------------------------------------------------------------------------------

SECRET = base64.b64encode(b"secret").decode()
VALUE = "0 0 1688 a.corp.example."


def secondary(unknown: str, unsigned: str) -> Handler:
    """A server without our key: ``unknown`` is what it says to signed questions, ``unsigned`` its rcode for others."""

    def handler(wire: bytes, _protocol: str) -> Reply:
        query = dns.message.from_wire(wire, keyring=False)
        response = dns.message.make_response(query)
        response.tsig = None
        response.flags |= dns.flags.AA
        if query.had_tsig:
            response.set_rcode(dns.rcode.NOTAUTH)
            if unknown != "NOTAUTH":
                response.use_tsig(dns.tsig.Key("kms-admin", SECRET), tsig_error=dns.rcode.from_text(unknown))
        else:
            response.set_rcode(dns.rcode.from_text(unsigned))
            name = query.question[0].name
            if unsigned == "NOERROR" and query.question[0].rdtype == dns.rdatatype.SRV:
                response.answer.append(dns.rrset.from_text(name, 60, "IN", "SRV", VALUE))
            else:
                soa = dns.rrset.from_text("corp.example.", 60, "IN", "SOA", "ns1. h. 7 1 1 1 1")
                response.authority.append(soa)
        return response.to_wire()

    return handler


@pytest.mark.parametrize(
    ("unknown", "unsigned", "rcode"),
    [
        ("BADKEY", "NOERROR", None),
        ("NOTAUTH", "NOERROR", None),
        ("BADKEY", "REFUSED", "BADKEY"),
        ("BADSIG", "NOERROR", "BADSIG"),
    ],
    ids=["no such key", "no such key, by PowerDNS", "it wants another key", "it has the key, with another secret"],
)
def test_reading_from_a_server_that_does_not_know_the_key(unknown: str, unsigned: str, rcode: str | None) -> None:
    """Kind: reading and writing are assumed to need the same credentials. The public servers of a hidden primary."""
    signer = signing.TsigSigner("kms-admin", SECRET)
    with serve(secondary(unknown, unsigned)) as port:
        settings = survey.SurveySettings(
            Lookup([f"{ADDRESS}:{port}"], 0.5), signer, RecordPolicy(), server_port=port, timeout=0.5
        )
        found = survey._ask_server("_vlmcs._tcp.corp.example", NameServer("ns1", (ADDRESS,)), settings)
    if rcode is None:
        assert found.records is not None
        assert ([value.text for value in found.records.values], found.signed) == ([VALUE[:-1]], False)
        assert found.zone == "corp.example"
    else:
        assert found.error is not None
        assert (found.records, found.error.rcode) == (None, rcode)


def test_a_domain_that_does_not_exist() -> None:
    """``emae`` for ``emea``: nothing is published there, and nobody meant to look there."""
    gone = View("ns1", True, records=RecordSet(), exists=False)
    here = View("ns2", True, records=RecordSet(), exists=True)
    assert finding(gone).exists is False
    assert finding(gone, here).exists is None
    assert Published((finding(gone),)).doubts == (
        "corp.example does not exist in DNS, so no client can be in it: check its spelling.",
    )
    assert not Published((finding(view("ns1", A)), finding(here))).doubts


def test_a_zone_transfer_that_was_asked_for_and_refused_leaves_a_gap() -> None:
    """The module and the inventory say the same of it."""
    refused = Transfer("corp.example", None, (), NoAnswer("ns1", "the server does not hand over the zone"))
    assert present.published(Published((finding(view("ns1", A)),), (refused,)))["complete"] is False
    done = Transfer("corp.example", "ns1", ("corp.example",))
    assert present.published(Published((finding(view("ns1", A)),), (done,)))["complete"] is True
