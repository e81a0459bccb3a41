# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Update messages: what is in them, how a plan is cut into several, and what answers mean."""

from __future__ import annotations

import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.update
import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns import errors, update
from ansible_collections.winfleet.activation.plugins.module_utils._dns.exchange import Answer, Server
from ansible_collections.winfleet.activation.plugins.module_utils._dns.plan import Plan
from ansible_collections.winfleet.activation.plugins.module_utils._dns.srv import RecordSet, SrvValue, Wildcard

OWNER, ZONE = "_vlmcs._tcp.corp.example", "corp.example"
SERVER = Server("192.0.2.53", name="ns1.corp.example")


def values(*hosts: str) -> tuple[SrvValue, ...]:
    return tuple(SrvValue(0, 0, 1688, f"{host}.corp.example") for host in hosts)


def state(message: dns.update.UpdateMessage, current: set[str]) -> set[str]:
    """What a server that follows RFC 2136 makes of it, or AssertionError when a prerequisite fails."""
    message = dns.message.from_wire(message.to_wire())
    assert isinstance(message, dns.update.UpdateMessage)
    demanded = {rdata.to_text() for rrset in message.prerequisite for rdata in rrset}
    absent = [rrset for rrset in message.prerequisite if rrset.deleting == dns.rdataclass.NONE]
    assert bool(absent) != bool(demanded)
    assert demanded == current
    for rrset in message.update:
        assert rrset.rdtype == dns.rdatatype.SRV
        assert rrset.deleting != dns.rdataclass.ANY, "deletes the record set"
        found = {rdata.to_text() for rdata in rrset}
        current = current - found if rrset.deleting else current | found
    return current


def texts(records: tuple[SrvValue, ...]) -> set[str]:
    return {record.to_rdata().to_text() for record in records}


@pytest.mark.parametrize(
    "plan",
    [
        Plan(RecordSet.of(values("a", "b", "c"), 60), remove=values("b", "c")),
        Plan(RecordSet.of(values("a", "b"), 60), add=values("d"), remove=values("b")),
        Plan(RecordSet(), add=values("a", "b")),
    ],
    ids=["remove", "both", "first"],
)
def test_one_message_states_the_set_and_changes_values(plan: Plan) -> None:
    (step,) = update.steps(ZONE, OWNER, plan)
    message = step.message
    assert message.zone[0].name.to_text() == "corp.example."
    assert state(message, texts(plan.before.values)) == texts(plan.after.values)


def test_where_a_wildcard_answers_the_name_itself_must_not_be_in_use() -> None:
    """RFC 2136, section 2.4.5. That it has no SRV record would hold of an alias as well."""
    plan = Plan(RecordSet(wildcard=Wildcard("*.corp.example")), add=values("a"))
    (step,) = update.steps(ZONE, OWNER, plan)
    (prerequisite,) = step.message.prerequisite
    assert (prerequisite.rdtype, prerequisite.rdclass) == (dns.rdatatype.ANY, dns.rdataclass.NONE)


def test_a_crowd_goes_in_several_messages_that_build_on_each_other() -> None:
    crowd = values(*(f"a-rather-long-name-of-a-machine-{number:05}" for number in range(800)))
    plan = Plan(RecordSet.of((*values("kms01"), *crowd), 60), add=values("kms02"), remove=crowd)
    current = texts(plan.before.values)
    messages = [step.message for step in update.steps(ZONE, OWNER, plan)]
    assert len(messages) > 1
    for message in messages:
        assert len(message.to_wire()) < 65535
        current = state(message, current)
        assert texts(values("kms02")) <= current
    assert current == texts(plan.after.values)


def test_a_set_that_no_message_can_state() -> None:
    crowd = values(*(f"a-rather-long-name-of-a-machine-{number:05}" for number in range(1500)))
    with pytest.raises(update.TooLarge, match="1500 values"):
        list(update.steps(ZONE, OWNER, Plan(RecordSet.of(crowd, 60), remove=crowd[1:])))


def answer(rcode: str, verified: bool = True, tsig_error: str | None = None, server_time: int | None = None) -> Answer:
    message = dns.update.UpdateMessage(ZONE)
    message.set_rcode(dns.rcode.from_text(rcode))
    return Answer(message, verified, tsig_error, server_time)


def judge(given: Answer) -> None:
    update.judge_update(SERVER, given, OWNER, ZONE, "TSIG key kms-admin (hmac-sha256)")


def test_only_a_verified_noerror_is_success() -> None:
    judge(answer("NOERROR"))
    with pytest.raises(errors.Unverified, match="proves nothing"):
        judge(answer("NOERROR", verified=False))


@pytest.mark.parametrize("verified", [True, False])
@pytest.mark.parametrize("rcode", ["NXRRSET", "YXRRSET"])
def test_a_failed_prerequisite_makes_us_look_again(rcode: str, verified: bool) -> None:
    with pytest.raises(errors.ChangedMeanwhile) as caught:
        judge(answer(rcode, verified))
    assert caught.value.rcode == rcode


@pytest.mark.parametrize(
    ("rcode", "words"),
    [
        ("REFUSED", "TSIG key kms-admin .* may not change _vlmcs._tcp.corp.example .*update-policy"),
        ("NOTAUTH", "not authoritative for the zone corp.example"),
        ("NOTZONE", "does not lie in the zone"),
        ("SERVFAIL", "max-records-per-type"),
        ("NOTIMP", "not accept dynamic updates"),
        ("FORMERR", "did not understand"),
        ("BADVERS", "BADVERS"),
    ],
)
def test_denials_keep_the_code_and_say_what_it_means(rcode: str, words: str) -> None:
    with pytest.raises(errors.ServerRefused, match=words) as caught:
        judge(answer(rcode))
    assert caught.value.rcode == rcode
    assert rcode in str(caught.value)
    with pytest.raises(errors.Unverified, match="signature that does not verify") as unverified:
        judge(answer(rcode, verified=False))
    assert unverified.value.rcode == rcode


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("BADKEY", "does not know the TSIG key kms-admin"),
        ("BADSIG", "secret of the TSIG key"),
        ("BADTIME", "clocks"),
        ("BADTRUNC", "longer signatures"),
        ("BADMODE", "rejects the signature"),
    ],
)
def test_signatures_that_the_server_rejects(code: str, words: str) -> None:
    with pytest.raises(errors.KeyRejected, match=words) as caught:
        judge(answer("NOTAUTH", False, code))
    assert caught.value.rcode == code
