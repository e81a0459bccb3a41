# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as RFC 2136 update messages, and what a server's answer to one means. Pure.

Every message states the whole record set as it was when we decided (RFC 2136, 2.4.2: RRset exists, value dependent),
so that a server applies it to that set and to no other. Samba checks less: that each value we name is there. Hence
deletions are by value as well (2.5.4), never of the set: what a rival adds survives either way.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .errors import ChangedMeanwhile, DnsError, KeyRejected, ServerRefused, Unverified
from .exchange import Answer, Server
from .plan import Plan
from .srv import RecordSet, SrvValue, to_name

with contextlib.suppress(ImportError):
    import dns.exception
    import dns.rcode
    import dns.rdatatype
    import dns.update

# What the length field of TCP can say, less room for a signature; Kerberos signatures are the longest.
_LARGEST = 65535 - 1024


class TooLarge(ValueError):
    """The record set cannot be stated in one message, so that no update of it can be made safe."""


@dataclass(frozen=True)
class Step:
    """A part of a plan that goes out in one message, which a server applies whole or not at all."""

    message: dns.update.UpdateMessage
    before: RecordSet
    add: tuple[SrvValue, ...]
    remove: tuple[SrvValue, ...]

    def is_done(self, now: RecordSet) -> bool:
        """Whether a record set shows all of it."""
        values = set(now.values)
        return set(self.add) <= values and not set(self.remove) & values


def steps(zone: str, owner: str, plan: Plan) -> Iterator[Step]:
    """One message, or several where one cannot hold them all. Each rests on what the one before has made of the set.

    What is added goes first, so that no moment in between has fewer approved hosts than before. Raises TooLarge.
    """
    now = plan.before
    additions: tuple[SrvValue, ...] = (*plan.add, *plan.refresh)
    removals = list(plan.remove)
    while additions or removals:
        message, taken = _largest(zone, owner, now, additions, plan.ttl, removals)
        yield Step(message, now, additions, tuple(removals[:taken]))
        gone = set(removals[:taken])
        now = RecordSet.of([value for value in (*now.values, *additions) if value not in gone], plan.ttl)
        additions, removals = (), removals[taken:]


def _largest(
    zone: str,
    owner: str,
    now: RecordSet,
    additions: Sequence[SrvValue],
    ttl: int,
    removals: Sequence[SrvValue],
) -> tuple[dns.update.UpdateMessage, int]:
    """A message with as many of the removals as it can hold, and their number."""
    count = len(removals)
    while True:
        message = _message(zone, owner, now, additions, ttl, removals[:count])
        if _fits(message):
            return message, count
        if count <= 1:
            raise TooLarge(f"the record set has {len(now.values)} values, more than an update message can state")
        count //= 2


def _message(
    zone: str,
    owner: str,
    now: RecordSet,
    additions: Sequence[SrvValue],
    ttl: int,
    removals: Sequence[SrvValue],
) -> dns.update.UpdateMessage:
    name = to_name(owner)
    message = dns.update.UpdateMessage(to_name(zone))
    if now.wildcard is not None:
        message.absent(name)
    elif not now.values:
        message.absent(name, dns.rdatatype.SRV)
    for value in now.values:
        message.present(name, value.to_rdata())
    for value in additions:
        message.add(name, ttl, value.to_rdata())
    for value in removals:
        message.delete(name, value.to_rdata())
    return message


def _fits(message: dns.update.UpdateMessage) -> bool:
    try:
        return len(message.to_wire(max_size=_LARGEST)) <= _LARGEST
    except dns.exception.TooBig:
        return False


# --- The answer -------------------------------------------------------------------------------------------------------

_CHANGED = frozenset({"NXRRSET", "YXRRSET", "NXDOMAIN", "YXDOMAIN"})


def judge_update(server: Server, answer: Answer, owner: str, zone: str, who: str) -> None:
    """Return when the server says, provably, that it has done it. ``who`` names the signer. Raises DnsError.

    That a prerequisite failed is believed without a signature: it only makes us look again, and Samba signs that
    answer, like all its denials, so that nobody can verify it.
    """
    if answer.tsig_error is not None:
        raise rejection(server, answer, who)
    rcode = answer.rcode
    if rcode in _CHANGED:
        what = f"the record changed between the read and the update ({rcode}), so nothing was applied"
        raise ChangedMeanwhile(server.label, what, rcode=rcode)
    if rcode == "NOERROR" and answer.verified:
        return
    if rcode == "NOERROR":
        what = "the answer (NOERROR) is not signed as it should be, so it proves nothing"
        raise Unverified(server.label, what, "Check that nothing between us and the server changes DNS", rcode=rcode)
    what, advice = (part.format(owner=owner, zone=zone, who=who) for part in _meaning(rcode))
    if answer.verified:
        raise ServerRefused(server.label, f"{what} ({rcode})", advice, rcode=rcode)
    raise Unverified(server.label, f"{what} ({rcode}, with a signature that does not verify)", advice, rcode=rcode)


def _meaning(rcode: str) -> tuple[str, str]:
    return _MEANINGS.get(rcode, (f"the server answered {rcode}", "See the server's log"))


_MEANINGS = {
    "REFUSED": (
        "{who} may not change {owner}",
        "On BIND grant it in the zone's update-policy (grant KEY-OR-PRINCIPAL name {owner}. SRV); in Active Directory "
        "give the account write permission on the record _vlmcs (module kms_srv_acl), where only its creator has it",
    ),
    "NOTAUTH": (
        "the server is not authoritative for the zone {zone}, or does not accept the signature",
        "Name the zone's primary server in server, and the zone in zone where it was not found by itself; compare "
        "key_name, key_algorithm and key_secret with the server's key",
    ),
    "NOTZONE": (
        "{owner} does not lie in the zone {zone}",
        "Leave zone out, so that it is found from the server's SOA record",
    ),
    "SERVFAIL": (
        "the server failed",
        "Usual causes: a limit of the server (BIND's max-records-per-type is 100 values by default), a zone that it "
        "cannot write to disk, a permission that it tells this way (Samba, where the name does not exist yet); its log "
        "names the cause",
    ),
    "NOTIMP": (
        "the server does not accept dynamic updates for the zone {zone}",
        "Name the zone's primary server in server, or allow dynamic updates there",
    ),
    "FORMERR": ("the server did not understand the update", "Name the zone's primary server in server"),
}


def rejection(server: Server, answer: Answer, who: str) -> DnsError:
    """What the server has against our signature, in words (RFC 8945, section 5.2)."""
    code = answer.tsig_error or ""
    what, advice = _REJECTIONS.get(code, (f"the server rejects the signature of {who}", "See the server's log"))
    difference = ""
    if code == "BADTIME" and answer.server_time is not None:
        difference = _difference(answer)
    return KeyRejected(server.label, f"{what.format(who=who)}{difference} ({code})", advice, rcode=code)


def _difference(answer: Answer) -> str:
    record = answer.message.tsig[0] if answer.message.tsig else None
    ours = getattr(record, "time_signed", None)
    if ours is None or answer.server_time is None or ours == answer.server_time:
        return ""
    seconds = ours - answer.server_time
    return f": ours is {abs(seconds)} seconds {'ahead' if seconds > 0 else 'behind'}"


_REJECTIONS = {
    "BADKEY": (
        "the server does not know the {who}",
        "Compare key_name and key_algorithm with the server's key statement; a Kerberos context may also have ended",
    ),
    "BADSIG": ("the secret of the {who} is not the server's", "Compare key_secret with the server's key statement"),
    "BADTIME": (
        "the clocks of this machine and of the server differ by more than five minutes",
        "Set the clocks (NTP), here or there",
    ),
    "BADTRUNC": ("the server requires longer signatures than {who} produces", "Use an algorithm that is not truncated"),
}
