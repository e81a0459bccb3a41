# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one authoritative server says: which zone holds a name, who is its primary, and the record set itself."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import Aliased, Delegated, DnsError, NotAuthoritative, ServerRefused, Unverified
from .exchange import Answer, Server, ask, ask_by_tcp
from .srv import RecordSet, SrvValue, Wildcard, from_name, to_name
from .update import rejection

with contextlib.suppress(ImportError):
    import dns.flags
    import dns.message
    import dns.name
    import dns.rdataclass
    import dns.rdatatype

if TYPE_CHECKING:
    from .signing import Signer


@dataclass(frozen=True)
class Zone:
    """A zone as its SOA record describes it."""

    name: str
    primary: str
    serial: int


@dataclass(frozen=True)
class Authority:
    """How to ask a server: the time it gets, the signature it wants, TCP only where an answer has to be complete."""

    server: Server
    timeout: float
    signer: Signer
    stream: bool = False

    def query(self, name: dns.name.Name, kind: str) -> Answer:
        """Ask without recursion, and return the answer whatever its rcode. Raises DnsError."""
        message = dns.message.make_query(name, kind)
        message.flags &= ~dns.flags.RD
        if self.signer.signs_queries:
            self.signer.sign(message, self.server)
        answer = (
            ask_by_tcp(self.server, message, self.timeout) if self.stream else ask(self.server, message, self.timeout)
        )
        if answer.tsig_error is not None:
            raise rejection(self.server, answer, self.signer.label)
        if not answer.verified:
            raise _unproved(self.server, answer, self.signer.label)
        return answer

    def record_set(self, owner: str) -> RecordSet:
        """The values under a name. Raises DnsError."""
        name = to_name(owner)
        answer = self.query(name, "SRV")
        if answer.rcode not in ("NOERROR", "NXDOMAIN"):
            raise _no_data(self.server, answer, owner)
        if not answer.authoritative:
            raise _hearsay(self.server, owner, answer)
        return record_set_of(answer.message, name, self.server.label)

    def own_record_set(self, owner: str) -> RecordSet:
        """The values that are kept under the name itself. Raises DnsError.

        Where the name does not exist, a wildcard answers in its place (RFC 4592), and an update does not see that.
        """
        try:
            shown = self.record_set(owner)
        except Aliased as alias:
            if not self.is_wildcard(owner, alias.target):
                raise
            return RecordSet(wildcard=Wildcard(_wildcard_of(owner)))
        if shown.values and self.is_wildcard(owner, shown):
            return RecordSet(wildcard=Wildcard(_wildcard_of(owner), shown.values))
        return shown

    def is_wildcard(self, owner: str, shown: RecordSet | str) -> bool:
        """Whether the name beside it that is called ``*`` answers the same. It exists, or a wildcard above makes it."""
        try:
            return self.record_set(_wildcard_of(owner)) == shown
        except Aliased as alias:
            return alias.target == shown
        except DnsError:
            return False

    def exists(self, domain: str) -> bool | None:
        """Whether there is anything at or below a name; None where the server does not say. Raises DnsError."""
        answer = self.query(to_name(domain), "SOA")
        return {"NOERROR": True, "NXDOMAIN": False}.get(answer.rcode) if answer.authoritative else None

    def zone_of(self, owner: str) -> Zone:
        """The zone of this server that holds a name (RFC 2136 needs it by name). Raises DnsError."""
        name = to_name(owner)
        last: Answer | None = None
        while name != dns.name.root:
            answer = self.query(name, "SOA")
            zone = _zone_in(answer, name)
            if zone is not None:
                return zone
            if answer.rcode == "NOERROR" and not answer.authoritative:
                raise _hearsay(self.server, owner, answer)
            last = answer
            name = name.parent()
        raise _no_zone(self.server, owner, last)


def record_set_of(message: dns.message.Message, name: dns.name.Name, label: str) -> RecordSet:
    """The SRV values under a name in an answer. Raises Aliased."""
    target = _alias_of(message, name)
    if target is not None:
        what = f"{from_name(name)} is an alias of {target}, so its records belong to another name"
        raise Aliased(label, what, "Check the other name, or replace the alias by SRV records", target=target)
    found = message.get_rrset(message.answer, name, dns.rdataclass.IN, dns.rdatatype.SRV)
    if found is None:
        return RecordSet()
    return RecordSet.of((SrvValue.from_rdata(rdata) for rdata in found), found.ttl)


def _alias_of(message: dns.message.Message, name: dns.name.Name) -> str | None:
    """By CNAME, or by a DNAME above the name, beside which a server may leave the CNAME out (RFC 6672, section 3)."""
    alias: Any = message.get_rrset(message.answer, name, dns.rdataclass.IN, dns.rdatatype.CNAME)
    if alias is not None:
        return from_name(alias[0].target)
    for rrset in message.answer:
        above: Any = rrset
        if rrset.rdtype == dns.rdatatype.DNAME and name != rrset.name and name.is_subdomain(rrset.name):
            with contextlib.suppress(dns.name.NameTooLong):
                return from_name(name.relativize(rrset.name) + above[0].target)
    return None


def _zone_in(answer: Answer, name: dns.name.Name) -> Zone | None:
    """The zone, where the answer is authoritative and shows its SOA, as answer or beside "there is none"."""
    if not answer.authoritative:
        return None
    for rrset in (*answer.message.answer, *answer.message.authority):
        if rrset.rdtype == dns.rdatatype.SOA and name.is_subdomain(rrset.name):
            record: Any = rrset[0]
            return Zone(from_name(rrset.name), from_name(record.mname), record.serial)
    return None


def _wildcard_of(owner: str) -> str:
    return f"*.{owner.partition('.')[2]}"


def _unproved(server: Server, answer: Answer, who: str) -> Unverified:
    """Anybody can say anything without a signature, also that there is nothing (RFC 8945, section 5.3)."""
    what = f"the answer to a signed question ({answer.rcode}) is not signed as it should be, so it proves nothing"
    advice = "Check key_name and key_secret"
    if answer.rcode == "NOTAUTH":
        # Of PowerDNS, also for a wrong secret and algorithm.
        what = f"the server answered NOTAUTH: it does not accept the {who}, or has no zone for it"
        advice = "Compare key_name, key_algorithm and key_secret with the server's key, or name a server of the zone"
    return Unverified(server.label, what, advice, rcode=answer.rcode)


def _no_data(server: Server, answer: Answer, owner: str) -> ServerRefused:
    what = f"the question for {owner} was answered with {answer.rcode}"
    if answer.rcode in ("REFUSED", "NOTAUTH"):
        what = f"the server does not serve {owner}, or not to us ({answer.rcode})"
    return ServerRefused(server.label, what, "Name a server of the zone in server", rcode=answer.rcode)


def _hearsay(server: Server, owner: str, answer: Answer) -> NotAuthoritative:
    delegated = sorted(from_name(rrset.name) for rrset in answer.message.authority if rrset.rdtype == dns.rdatatype.NS)
    if delegated and not answer.message.answer:
        what = f"{owner} is not in a zone of this server: it delegates {delegated[0]} to other servers"
        return Delegated(server.label, what, "Name a server of the zone in server")
    what = f"it answers for {owner} from its cache, as a resolver does, not as a server of the zone"
    return NotAuthoritative(server.label, what, "Name a server of the zone in server")


def _no_zone(server: Server, owner: str, last: Answer | None) -> NotAuthoritative:
    said = f" (its last answer was {last.rcode})" if last is not None else ""
    what = f"it serves no zone that {owner} lies in{said}"
    return NotAuthoritative(server.label, what, "Name a server of the zone in server")
