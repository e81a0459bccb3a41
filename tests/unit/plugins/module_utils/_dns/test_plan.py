# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes, what stays, what comes and what is refused: one table each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winfleet.activation.plugins.module_utils._dns import plan
from ansible_collections.winfleet.activation.plugins.module_utils._dns.srv import RecordSet, SrvValue, Wildcard
from ansible_collections.winfleet.activation.plugins.module_utils._kms import KmsEndpoint


def value(text: str) -> SrvValue:
    """``kms01``, ``kms01:1689`` or ``priority weight port host``, in the domain corp.example."""
    parts = text.split()
    if len(parts) == 1:
        host, _colon, port = text.partition(":")
        parts = ["0", "0", port or "1688", host]
    return SrvValue(int(parts[0]), int(parts[1]), int(parts[2]), f"{parts[3]}.corp.example")


def wish(text: str) -> plan.Wish:
    host, _colon, port = text.partition(":")
    return plan.Wish(f"{host}.corp.example", int(port) if port else None)


def records(*texts: str, ttl: int = 600) -> RecordSet:
    return RecordSet.of(map(value, texts), ttl)


def request(*hosts: str, approved: str = "", **more: Any) -> plan.RecordRequest:
    endpoints = tuple(KmsEndpoint.parse(f"{name}.corp.example") for name in approved.split())
    return plan.RecordRequest(tuple(map(wish, hosts)), approved=endpoints, **more)


EXCLUSIVE: dict[str, Any] = {"exclusive": True}
ABSENT: dict[str, Any] = {"present": False}
ONLY_REMOVE: dict[str, Any] = {"exclusive": True, "add_missing": False}

PLANS = {
    # name: (before, request, added, removed)
    "nothing to do": ("a b", request("a"), "", ""),
    "publish": ("b", request("a"), "a", ""),
    "publish the first": ("", request("a"), "a", ""),
    "another port is another record": ("a:1689", request("a"), "a", ""),
    "the port that was asked for": ("a", request("a:1689"), "a:1689", ""),
    "exclusive": ("a b c", request("a", **EXCLUSIVE), "", "b c"),
    "exclusive publishes": ("b c", request("a", **EXCLUSIVE), "a", "b c"),
    "exclusive corrects the port": ("a:1689 b", request("a", **EXCLUSIVE), "a", "a:1689 b"),
    "no KMS host at all": ("a b", request(**EXCLUSIVE, no_kms_host=True), "", "a b"),
    "no KMS host, and none there": ("", request(**EXCLUSIVE, no_kms_host=True), "", ""),
    "exclusive is content": ("a b", request("a", "b", **EXCLUSIVE), "", ""),
    "exclusive on nothing": ("", request("a", **EXCLUSIVE), "a", ""),
    "only remove": ("a b", request("a", "c", **ONLY_REMOVE), "", "b"),
    "approved hosts are protected": ("a b c", request("a", approved="a b", **EXCLUSIVE), "", "c"),
    "approved on another port, and no right record comes": (
        "a:1689 b c",
        request("a", "b", approved="a b", **ONLY_REMOVE),
        "",
        "c",
    ),
    "approved on another port, and the right record is there": (
        "a a:1689 c",
        request("a", approved="a", **ONLY_REMOVE),
        "",
        "a:1689 c",
    ),
    "absent": ("a b", request("b", **ABSENT), "", "b"),
    "absent whatever the port": ("a b b:1689", request("b", **ABSENT), "", "b b:1689"),
    "absent on one port": ("a b b:1689", request("b:1689", **ABSENT), "", "b:1689"),
    "absent already": ("a", request("b", **ABSENT), "", ""),
    "absent on nothing": ("", request("b", **ABSENT), "", ""),
    "an approved one may go while another stays": ("a b", request("b", approved="a b", **ABSENT), "", "b"),
}


@pytest.mark.parametrize(("before", "wanted", "added", "removed"), PLANS.values(), ids=PLANS)
def test_plan(before: str, wanted: plan.RecordRequest, added: str, removed: str) -> None:
    made = plan.make_plan(records(*before.split()), wanted)
    assert set(made.add) == set(map(value, added.split()))
    assert set(made.remove) == set(map(value, removed.split()))
    # What would be there afterwards needs nothing more.
    assert plan.make_plan(made.after, wanted).is_empty


REFUSALS = {
    "exclusive and empty": ("a", request(**EXCLUSIVE), "no hosts"),
    "no KMS host, and one named": ("a", request("a", **EXCLUSIVE, no_kms_host=True), "a host is named"),
    "no KMS host, and one approved": ("a", request(approved="a", **EXCLUSIVE, no_kms_host=True), "a host is named"),
    "no KMS host, and not exclusive": ("a", request(no_kms_host=True), "deletes every record"),
    "no KMS host, and absent": ("a", request(no_kms_host=True, **ABSENT), "deletes every record"),
    "absent and empty": ("a", request(**ABSENT), "nothing to do"),
    "everything": ("a b", request("a", "b", **ABSENT), "all 2 values"),
    "the only one": ("a", request("a", **ABSENT), "all 1 values"),
    "the last approved": ("a b", request("a", approved="a", **ABSENT), "b.corp.example would remain"),
    "no approved to begin with": ("b c", request("b", approved="a", **ABSENT), "No approved"),
    "only remove, and none there": ("b c", request("a", **ONLY_REMOVE), "all 2 values"),
    "only remove, and the wrong port": ("a:1689 b", request("a", **ONLY_REMOVE), "all 2 values"),
    "publish a stranger": ("a", request("b", approved="a"), "not among the approved"),
    "exclusive with a stranger": ("a", request("a", "b", approved="a", **EXCLUSIVE), "not among the approved"),
}


@pytest.mark.parametrize(("before", "wanted", "words"), REFUSALS.values(), ids=REFUSALS)
def test_refused(before: str, wanted: plan.RecordRequest, words: str) -> None:
    with pytest.raises(plan.PlanRefused, match=words) as caught:
        plan.make_plan(records(*before.split()), wanted)
    assert caught.value.advice


WILD = {
    # name: (what the wildcard shows, request, added)
    "an alias": ("", request("a"), "a"),
    "an alias, and only records of others are to go": ("", request("a", **ONLY_REMOVE), ""),
    "it shows what is wanted": ("a", request("a", **EXCLUSIVE), ""),
    "it shows what is wanted, and more": ("a b", request("a"), ""),
    "it shows more than what alone is wanted": ("a b", request("a", **EXCLUSIVE), "a"),
    "it shows something else": ("b", request("a"), "a"),
    "to be absent": ("b", request("c", **ABSENT), ""),
}


def behind(wildcard: str) -> RecordSet:
    return RecordSet(wildcard=Wildcard("*.corp.example", tuple(map(value, wildcard.split()))))


@pytest.mark.parametrize(("shown", "wanted", "added"), WILD.values(), ids=WILD)
def test_a_wildcard_in_the_place_of_the_name(shown: str, wanted: plan.RecordRequest, added: str) -> None:
    made = plan.make_plan(behind(shown), wanted)
    assert set(made.add) == set(map(value, added.split()))
    assert made.remove == (), "what a wildcard shows is not under this name"


@pytest.mark.parametrize("wanted", [request("a", **ONLY_REMOVE), request("b", **ABSENT)])
def test_what_a_wildcard_shows_cannot_be_deleted_here(wanted: plan.RecordRequest) -> None:
    with pytest.raises(plan.PlanRefused, match=r"from the wildcard \*\.corp\.example"):
        plan.make_plan(behind("a b"), wanted)


@pytest.mark.parametrize("useless", ["", "192.0.2.1"])
def test_a_target_that_is_no_host_is_not_one_that_is_left(useless: str) -> None:
    """``0 0 0 .`` says that there is no KMS host (RFC 2782); servers take an address, and clients do not."""
    found = RecordSet.of([value("a"), SrvValue(0, 0, 1688, useless)], 60)
    with pytest.raises(plan.PlanRefused, match="No KMS host would be left"):
        plan.make_plan(found, request("a", **ABSENT))
    made = plan.make_plan(found, request("a", **EXCLUSIVE))
    assert [one.target for one in made.remove] == [useless]


def test_short_names_are_refused() -> None:
    for present in (True, False):
        with pytest.raises(plan.PlanRefused, match="full name"):
            plan.check(plan.RecordRequest((plan.Wish("kms01"),), present=present))


@pytest.mark.parametrize(
    ("before", "ttl", "refreshed", "after"),
    [
        (records("a", ttl=600), None, "", 600),
        (records("a", ttl=600), 600, "", 600),
        (records("a", "b", ttl=600), 60, "a", 60),
        (records(), None, "", plan.DEFAULT_TTL),
        (records(), 60, "", 60),
    ],
)
def test_time_to_live(before: RecordSet, ttl: int | None, refreshed: str, after: int) -> None:
    made = plan.make_plan(before, request("a", ttl=ttl))
    assert set(made.refresh) == set(map(value, refreshed.split()))
    assert made.after.ttl == after


def test_priority_and_weight_count_only_when_said() -> None:
    before = records("5 7 1688 a", "b")
    assert plan.make_plan(before, request("a")).is_empty
    exact = plan.RecordRequest((plan.Wish("a.corp.example", priority=0, weight=7),), exclusive=True)
    made = plan.make_plan(before, exact)
    assert [one.text for one in made.add] == ["0 7 1688 a.corp.example"]
    assert {one.text for one in made.remove} == {"5 7 1688 a.corp.example", "0 0 1688 b.corp.example"}


HOSTS = st.sampled_from("a b c d a:1689 b:1689".split())  # noqa: SIM905
SETS = st.frozensets(HOSTS, max_size=6)


KINDS = st.sampled_from([{}, EXCLUSIVE, ABSENT, ONLY_REMOVE])


@given(before=SETS, hosts=SETS, approved=st.frozensets(st.sampled_from("abcd")), kind=KINDS)
def test_no_plan_ever_leaves_a_domain_without_a_host(
    before: frozenset[str], hosts: frozenset[str], approved: frozenset[str], kind: dict[str, Any]
) -> None:
    found = records(*before)
    try:
        made = plan.make_plan(found, request(*sorted(hosts), approved=" ".join(sorted(approved)), **kind))
    except plan.PlanRefused:
        return
    left = made.after.values
    assert set(made.remove) <= set(found.values)
    assert not set(made.add) & set(found.values)
    if made.remove:
        assert left
        assert not approved or any(one.target[0] in approved for one in left)


def test_hosts_to_keep_stay_and_count_for_nothing() -> None:
    before = RecordSet.of((SrvValue(0, 0, 1688, "kms01.corp.example"), SrvValue(0, 0, 1688, "old.corp.example")), 3600)
    kept = (KmsEndpoint.parse("old.corp.example"),)
    approved = (KmsEndpoint.parse("kms01.corp.example"),)
    wanted = plan.RecordRequest((plan.Wish("kms01.corp.example"),), exclusive=True, approved=approved, kept=kept)
    assert plan.make_plan(before, wanted).is_empty
    strange = RecordSet.of((*before.values, SrvValue(0, 0, 1688, "rogue.corp.example")), 3600)
    assert [value.target for value in plan.make_plan(strange, wanted).remove] == ["rogue.corp.example"]
    alone = RecordSet.of((before.values[-1], SrvValue(0, 0, 1688, "rogue.corp.example")), 3600)
    with pytest.raises(plan.PlanRefused, match="No approved KMS host would be left"):
        plan.make_plan(alone, replace(wanted, add_missing=False))
