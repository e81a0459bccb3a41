# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look, plan, update, look again, against a primary that lies, dies, forgets to sign or is changed by others."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import dns.rrset
import dns.tsig
import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns import (
    change,
    errors,
    plan,
    present,
    signing,
    update,
)

from .nameserver import ADDRESS, Primary, serve

SECRET = base64.b64encode(b"thirty-two bytes of pure secret!").decode()
APPROVED = "0 0 1688 kms01.corp.example."
ROGUE = "0 0 1688 pc0815.corp.example."
OTHER = "0 0 1688 pc4711.corp.example."
REQUEST = plan.RecordRequest((plan.Wish("kms01.corp.example"),), exclusive=True)


@dataclass
class Bench:
    primary: Primary
    settings: change.UpdateSettings

    def look(self, request: plan.RecordRequest = REQUEST) -> change.Look:
        return change.look("corp.example", request, self.settings)

    def run(self, request: plan.RecordRequest = REQUEST, tries: int = 3) -> change.Report:
        return change.carry_out(self.look(request), request, tries)


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change, "_AT_WORK", (0.0, 0.0))
    monkeypatch.setattr(change, "_FORWARDED", (0.0, 0.0, 0.0))


@pytest.fixture(params=["signed", "unsigned"])
def signature(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bench(signature: str) -> Iterator[Bench]:
    key = dns.tsig.Key("kms-admin", SECRET) if signature == "signed" else None
    primary = Primary([APPROVED, ROGUE, OTHER], key)
    signer: Any = signing.TsigSigner("kms-admin", SECRET) if key else signing.Unsigned()
    with serve(primary) as port:
        yield Bench(primary, change.UpdateSettings(signer, server=f"{ADDRESS}:{port}", timeout=0.5))


def add(primary: Primary, text: str) -> None:
    primary.values.add(dns.rrset.from_text("x.", 60, "IN", "SRV", text)[0])


def test_verified_by_another_look(bench: Bench) -> None:
    done = bench.run()
    assert (done.outcome, done.attempts) == (change.State.VERIFIED, 1)
    assert bench.primary.texts() == {APPROVED}
    assert [value.text for value in done.after.values] == ["0 0 1688 kms01.corp.example"]
    again = bench.run()
    assert (again.outcome, again.changed, bench.primary.updates) == (change.State.UNCHANGED, False, 1)


def test_a_preview_sends_nothing(bench: Bench) -> None:
    done = change.preview(bench.look())
    assert (done.outcome, bench.primary.updates) == (change.State.PLANNED, 0)
    assert {value.text for value in done.remove} == {ROGUE[:-1], OTHER[:-1]}


def test_changed_under_us_once(bench: Bench) -> None:
    late = "0 0 1688 pc0001.corp.example."
    bench.primary.moods = [lambda: add(bench.primary, late)]
    done = bench.run()
    assert done.attempts == 2
    # The late one is unapproved too: it goes because it was seen, not by accident.
    assert {value.text for value in done.remove} == {ROGUE[:-1], OTHER[:-1], late[:-1]}
    assert bench.primary.texts() == {APPROVED}


def test_changed_under_us_for_ever(bench: Bench) -> None:
    numbers = iter(range(100))
    bench.primary.moods = [lambda: add(bench.primary, f"0 0 1688 pc{next(numbers)}.corp.example.")] * 10
    before = bench.primary.texts()
    with pytest.raises(errors.ChangedMeanwhile, match="after 3 updates"):
        bench.run(tries=3)
    assert bench.primary.updates == 3
    assert before <= bench.primary.texts(), "something was deleted by an update that did not apply"


def test_changed_for_ever_by_a_rival_after_each_update(bench: Bench) -> None:
    """Kind: failed, changed false, although the server has applied it."""
    bench.primary.moods = ["undone"] * 3
    with pytest.raises(errors.ChangedMeanwhile, match=r"after 3 updates.*had changed records: 4 deleted") as caught:
        bench.run(tries=3)
    assert caught.value.changed is True
    assert {value.text for value in caught.value.progress.removed} >= {ROGUE[:-1], OTHER[:-1]}
    assert "0 0 1688 pc3.rival" in {value.text for value in caught.value.progress.after.values}


def test_refused_after_an_update_was_applied(bench: Bench) -> None:
    """The rogue comes back and the approved host goes: a second plan would do harm, and the first one has been done."""
    request = plan.RecordRequest(REQUEST.wishes, exclusive=True, add_missing=False)
    bench.primary.moods = ["swapped"]
    with pytest.raises(plan.PlanRefused, match="had changed records: 2 deleted") as caught:
        bench.run(request)
    assert caught.value.changed is True
    told = present.failure("corp.example", caught.value)
    assert (told["changed"], told["state_known"], told["result"]) == (True, True, "refused")


CROWD = [f"0 0 1688 a-rather-long-name-of-a-machine-{number:05}.corp.example." for number in range(10)]


@pytest.mark.parametrize("mood", ["refused", "dies before", "deaf", "changed meanwhile"])
def test_a_later_message_of_several_fails(bench: Bench, monkeypatch: pytest.MonkeyPatch, mood: str) -> None:
    """Kind: partial sets. The first message was accepted, and stays whatever becomes of the next one."""
    monkeypatch.setattr(update, "_LARGEST", 1000)
    for text in CROWD:
        add(bench.primary, text)
    rival = "0 0 1688 rival.corp.example."
    bench.primary.moods = ["ok", (lambda: add(bench.primary, rival)) if mood == "changed meanwhile" else mood]
    bench.settings = replace(bench.settings, timeout=10)
    with pytest.raises(errors.DnsError, match=r"had changed records: \d+ deleted") as caught:
        bench.run(tries=1)
    assert caught.value.changed is True
    gone = {value.text for value in caught.value.progress.removed}
    assert gone
    assert not gone & {text.rstrip(".") for text in bench.primary.texts()}


def test_somebody_else_did_it_meanwhile(bench: Bench) -> None:
    found = bench.look()
    bench.primary.values = {value for value in bench.primary.values if value.to_text() == APPROVED}
    done = change.carry_out(found, REQUEST, 3)
    assert (done.outcome, done.changed, done.remove) == (change.State.UNCHANGED, False, ())


def test_the_approved_host_vanishes_meanwhile(bench: Bench) -> None:
    request = plan.RecordRequest(REQUEST.wishes, exclusive=True, add_missing=False)
    found = bench.look(request)
    bench.primary.values = {value for value in bench.primary.values if value.to_text() != APPROVED}
    with pytest.raises(plan.PlanRefused):
        change.carry_out(found, request, 3)
    assert bench.primary.texts() == {ROGUE, OTHER}


def test_the_answer_gets_lost_and_another_look_tells(bench: Bench) -> None:
    bench.primary.moods = ["lost"]
    done = bench.run()
    assert (done.outcome, done.attempts) == (change.State.VERIFIED, 1)
    assert bench.primary.texts() == {APPROVED}


LOST = {"deaf": "closed the connection", "silent": "no answer by TCP", "garbled": "not a DNS message"}


@pytest.mark.parametrize(("mood", "words"), LOST.items(), ids=LOST)
def test_the_update_gets_lost(bench: Bench, mood: str, words: str) -> None:
    """A server may still be at work: that the record is as before is no proof that it stays so."""
    bench.primary.moods = [mood]
    with pytest.raises(errors.DnsError, match=f"{words}.*has not been applied") as caught:
        bench.run()
    assert bench.primary.texts() == {APPROVED, ROGUE, OTHER}
    assert caught.value.changed is None
    assert "Run again" in caught.value.advice


def test_success_without_effect(bench: Bench) -> None:
    bench.primary.moods = ["liar"]
    with pytest.raises(errors.ServerRefused, match=r"reports success, but.*names ns1\.corp\.example") as caught:
        bench.run()
    assert caught.value.changed is None, "a secondary forwards the update, and its copy follows"
    assert caught.value.progress is None


def test_a_copy_that_follows_a_little_later(bench: Bench) -> None:
    """The server is a secondary: it forwards the update, and shows it at the second look."""
    bench.primary.moods = ["late"]
    done = bench.run()
    assert (done.outcome, done.attempts, bench.primary.updates) == (change.State.VERIFIED, 1, 1)
    assert bench.primary.texts() == {APPROVED}


def test_success_that_cannot_be_read_is_a_change(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kind: failed, changed false, although the server has applied it."""
    found = bench.look()

    def silent(*_unused: object) -> None:
        raise errors.NoAnswer("ns1.corp.example", "no answer within 5 seconds")

    monkeypatch.setattr(type(found.authority), "record_set", silent)
    with pytest.raises(errors.NoAnswer, match="reported success, but the record could not be read") as caught:
        change.carry_out(found, REQUEST, 3)
    assert caught.value.changed is True
    assert bench.primary.texts() == {APPROVED}


def test_the_server_dies_between_look_and_update(signature: str) -> None:
    primary = Primary([APPROVED, ROGUE])
    with serve(primary) as port:
        settings = change.UpdateSettings(signing.Unsigned(), server=f"{ADDRESS}:{port}", timeout=0.5)
        found = change.look("corp.example", REQUEST, settings)
    with pytest.raises(errors.NoAnswer, match="nothing listens"):
        change.carry_out(found, REQUEST, 3)
    assert primary.texts() == {APPROVED, ROGUE}


@pytest.mark.parametrize("applied", [True, False])
def test_the_server_dies_with_the_update(bench: Bench, applied: bool) -> None:
    bench.primary.moods = ["dies" if applied else "dies before"]
    with pytest.raises(errors.NoAnswer, match=r"may or may not have been applied.*Run again") as caught:
        bench.run()
    assert caught.value.changed is None
    bench.primary.dead = False
    done = bench.run()
    assert done.changed is not applied
    assert bench.primary.texts() == {APPROVED}


def test_a_server_that_is_not_authoritative(bench: Bench) -> None:
    bench.primary.authoritative = False
    with pytest.raises(errors.NotAuthoritative, match="from its cache"):
        bench.look()
    assert bench.primary.updates == 0


@pytest.mark.parametrize("signature", ["signed"], indirect=True)
def test_an_unsigned_answer_is_no_proof(bench: Bench) -> None:
    bench.primary.moods = ["forged"]
    with pytest.raises(errors.Unverified, match=r"proves nothing; .*has not been applied"):
        bench.run()
    bench.primary.moods = ["unsigned"]
    assert bench.run().outcome is change.State.VERIFIED
    bench.primary.values.clear()
    add(bench.primary, APPROVED)
    add(bench.primary, ROGUE)
    bench.primary.moods = ["refused"]
    with pytest.raises(errors.Unverified, match="signature that does not verify") as caught:
        bench.run()
    assert caught.value.rcode == "REFUSED"
    assert bench.primary.texts() == {APPROVED, ROGUE}


def test_a_server_that_fails_may_have_forwarded_it(bench: Bench) -> None:
    """A secondary that has not heard what became of the update says SERVFAIL; so does a primary that did nothing."""
    bench.primary.moods = ["servfail done"]
    assert bench.run().outcome is change.State.VERIFIED
    add(bench.primary, ROGUE)
    found = bench.look()
    for is_primary, changed in ((False, None), (True, False)):
        bench.primary.moods = ["servfail"]
        with pytest.raises(errors.ServerRefused, match="the server failed") as caught:
            change.carry_out(replace(found, is_primary=is_primary), REQUEST, 3)
        assert (caught.value.changed, caught.value.rcode) == (changed, "SERVFAIL")
    assert bench.primary.texts() == {APPROVED, ROGUE}


def test_another_time_to_live_is_a_change_and_no_addition(bench: Bench) -> None:
    done = bench.run(plan.RecordRequest((plan.Wish("kms01.corp.example"),), ttl=60))
    assert (done.outcome, bench.primary.updates) == (change.State.UNCHANGED, 0)
    bench.primary.moods = ["ttl"]
    done = bench.run(plan.RecordRequest((plan.Wish("kms01.corp.example"),), ttl=120), tries=1)
    assert (done.outcome, done.add, done.remove) == (change.State.VERIFIED, (), ())


def test_the_first_record_of_a_domain(bench: Bench) -> None:
    bench.primary.values.clear()
    done = bench.run(plan.RecordRequest((plan.Wish("kms01.corp.example"),)))
    assert bench.primary.texts() == {APPROVED}
    assert done.after.ttl == 60
