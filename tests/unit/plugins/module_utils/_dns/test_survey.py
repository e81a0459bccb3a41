# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views put side by side: which one is stale, what is missing where, and what the totals say."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns import present, survey
from ansible_collections.winfleet.activation.plugins.module_utils._dns.errors import NoAnswer
from ansible_collections.winfleet.activation.plugins.module_utils._dns.srv import RecordSet, SrvValue, in_order
from ansible_collections.winfleet.activation.plugins.module_utils._dns.survey import Finding, View
from ansible_collections.winfleet.activation.plugins.module_utils._dns.verdict import Policy, judge

A, B = (SrvValue(0, 0, 1688, f"{name}.corp.example") for name in "ab")


def view(name: str, *values: SrvValue, serial: int | None = None, ttl: int = 600, authoritative: bool = True) -> View:
    return View(name, authoritative, "192.0.2.1", RecordSet.of(values, ttl), serial, "corp.example")


def finding(*views: View) -> Finding:
    values = in_order(value for one in views if one.records for value in one.records.values)
    return Finding("corp.example", "_vlmcs._tcp.corp.example", "corp.example", views, judge(values, Policy()), {})


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
    found = finding(*(view(f"ns{number}", A, serial=serial) for number, serial in enumerate(serials)))
    assert found.newest_serial == newest
    assert [found.is_stale(one) for one in found.views] == stale


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
