# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to a resolver: the system's, or one that the user names. For finding servers and targets, not for deciding.

What a resolver says may be as old as the record's time to live. Decisions are made on what ``authority`` says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .._kms import normal_name
from .._trace import measured
from .authority import record_set_of
from .errors import DnsError, NoAnswer, ServerRefused, SettingWrong
from .exchange import Server, is_address, parse_server, step_of
from .srv import RecordSet, from_name, to_name
from .verdict import Target

try:
    import dns.exception
    import dns.message
    import dns.name
    import dns.rcode
    import dns.rdataclass
    import dns.rdatatype
    import dns.resolver
    from dns.nameserver import Do53Nameserver
except ImportError:
    # requirements.py tells the user.
    Do53Nameserver = object  # type: ignore[assignment,misc]


@dataclass(frozen=True)
class NameServer:
    """A server of a zone, by name, with every address the resolver knows. None: ``error`` says why."""

    name: str
    addresses: tuple[str, ...]
    error: str | None = None

    def servers(self, port: int) -> tuple[Server, ...]:
        return tuple(Server(address, port, self.name) for address in self.addresses)


class _Traced(Do53Nameserver):
    """A server that a resolver asks."""

    def query(
        self,
        request: Any,
        timeout: float,
        source: str | None,
        source_port: int,
        max_size: bool,
        one_rr_per_rrset: bool = False,
        ignore_trailing: bool = False,
    ) -> Any:
        """As dnspython calls it; by TCP with ``max_size``."""
        step, sent = step_of(request, "TCP" if max_size else "UDP"), len(request.to_wire())
        with measured("DNS", f"resolver {Server(self.address, self.port).label}", step, sent) as told:
            response = super().query(request, timeout, source, source_port, max_size, one_rr_per_rrset, ignore_trailing)
            told.status, told.received = dns.rcode.to_text(response.rcode()), len(response.wire or b"")
        return response


class Lookup:
    """A stub resolver. ``label`` is how it is called in results."""

    def __init__(self, nameservers: list[str], timeout: float, filename: str = "/etc/resolv.conf") -> None:
        """``nameservers``: addresses, with a port where it is not 53; none means the system's. Raises SettingWrong."""
        self._timeout = timeout
        self._resolver = _make(nameservers, filename)
        self._resolver.timeout = timeout
        self._resolver.lifetime = timeout * max(2, len(self._resolver.nameservers))
        self.label = "resolver " + ", ".join(nameservers or [_address_of(one) for one in self._resolver.nameservers])

    def search_list(self) -> tuple[str, ...]:
        """The domains that the system completes short names with (resolv.conf: search, domain)."""
        domains = [from_name(name) for name in self._resolver.search]
        if not domains and self._resolver.domain != dns.name.root:
            domains = [from_name(self._resolver.domain)]
        return tuple(domain for domain in domains if domain)

    def record_set(self, owner: str) -> tuple[RecordSet, str | None]:
        """The SRV values under a name, as a client sees them, and the name that it is an alias of. Raises DnsError."""
        name = to_name(owner)
        response = self._ask(name, "SRV")
        if response is None:
            return RecordSet(), None
        end = _end_of_aliases(response, name)
        return record_set_of(response, end, self.label), from_name(end) if end != name else None

    def addresses(self, host: str) -> Target:
        """A and AAAA of a host. Never raises; what went wrong is in ``error``."""
        found: list[str] = []
        alias = error = None
        for kind in ("A", "AAAA"):
            try:
                name = to_name(host)
                response = self._ask(name, kind)
            except (DnsError, ValueError) as problem:
                error = str(problem)
                continue
            if response is not None:
                found += _addresses_in(response, kind)
                alias = alias or _alias_in(response, name)
        return Target(tuple(found), alias, None if found else error)

    def name_servers(self, zone: str) -> tuple[NameServer, ...]:
        """The servers that the zone itself names. Raises DnsError."""
        response = self._ask(to_name(zone), "NS")
        names = {
            from_name(record.target)
            for rrset in (response.answer if response else ())
            if rrset.rdtype == dns.rdatatype.NS
            for record in _records(rrset)
        }
        if not names:
            what = f"the zone {zone} has no NS record that the resolver knows"
            raise ServerRefused(self.label, what, "Name the servers in servers")
        return tuple(self.name_server(name) for name in sorted(names))

    def name_server(self, name: str) -> NameServer:
        """The addresses of one server, given by name or by address."""
        if is_address(name):
            return NameServer(name, (name,))
        target = self.addresses(name)
        error = None if target.addresses else target.error or f"{name} has no address"
        return NameServer(normal_name(name), target.addresses, error)

    def zone_and_primary(self, owner: str) -> tuple[str, str]:
        """The zone that holds a name, and the primary that its SOA record names. Raises DnsError."""
        name = to_name(owner)
        while name != dns.name.root:
            # The SOA record stands in the answer at the top of the zone; below it beside "there is none".
            response = self._ask(name, "SOA", raw=True)
            for rrset in (*response.answer, *response.authority) if response is not None else ():
                if rrset.rdtype == dns.rdatatype.SOA and name.is_subdomain(rrset.name) and rrset.name != dns.name.root:
                    return from_name(rrset.name), from_name(_records(rrset)[0].mname)
            name = name.parent()
        what = f"no zone was found for {owner}"
        raise ServerRefused(self.label, what, "Name the zone's primary server in server")

    def _ask(self, name: dns.name.Name, kind: str, raw: bool = False) -> dns.message.Message | None:
        """The response, or None where the name or the data is not there (``raw``: the response even so)."""
        try:
            answer = self._resolver.resolve(name, kind, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN as error:
            responses: dict[Any, dns.message.Message] = error.responses()  # type: ignore[no-untyped-call]
            return responses.get(name) if raw else None
        except dns.resolver.NoNameservers as error:
            raise ServerRefused(self.label, f"{from_name(name)} {kind}: {_why(error)}", _CHECK_RESOLVER) from error
        except dns.exception.Timeout as error:
            what = f"no answer for {from_name(name)} {kind} within {self._resolver.lifetime:g} seconds"
            raise NoAnswer(self.label, what, _CHECK_RESOLVER) from error
        except (dns.exception.DNSException, OSError) as error:
            what = f"{from_name(name)} {kind}: {error or type(error).__name__}"
            raise NoAnswer(self.label, what, _CHECK_RESOLVER) from error
        response: dns.message.Message = answer.response
        return response


_CHECK_RESOLVER = "Check the name servers in /etc/resolv.conf, or name others in nameservers"


def _make(nameservers: list[str], filename: str) -> dns.resolver.Resolver:
    try:
        resolver = dns.resolver.Resolver(filename=filename, configure=True)
    except (dns.resolver.NoResolverConfiguration, OSError):
        # Servers that the user names need no configuration; without either the first question says so.
        resolver = dns.resolver.Resolver(configure=False)
    if not nameservers:
        if not resolver.nameservers:
            raise SettingWrong("this machine has no name server configured: name one in nameservers.")
        resolver.nameservers = [_Traced(str(address), resolver.port) for address in resolver.nameservers]
        return resolver
    places = [parse_server(text) for text in nameservers]
    strangers = [address for address, _port in places if not is_address(address)]
    if strangers:
        raise SettingWrong(
            f"nameservers: {', '.join(strangers)}: give addresses, names cannot be resolved without them."
        )
    resolver.nameservers = [_Traced(address, port) for address, port in places]
    return resolver


# How the library writes a server: Do53:192.0.2.53@53.
_NAMESERVER = re.compile(r"\w+:(?P<address>[0-9A-Fa-f:.%\w]+)@(?P<port>\d{1,5})")


def _address_of(nameserver: Any) -> str:
    found = _NAMESERVER.fullmatch(str(nameserver))
    return str(nameserver) if found is None else Server(found["address"], int(found["port"])).label


def _records(rrset: Any) -> list[Any]:
    return list(rrset)


def _addresses_in(response: dns.message.Message, kind: str) -> list[str]:
    wanted = (dns.rdataclass.IN, dns.rdatatype.from_text(kind))
    return sorted(
        record.address
        for rrset in response.answer
        # Of another class, an address is something else (RFC 1034 3.6).
        if (rrset.rdclass, rrset.rdtype) == wanted
        for record in _records(rrset)
    )


def _end_of_aliases(response: dns.message.Message, name: dns.name.Name) -> dns.name.Name:
    """The name at which the aliases of an answer end. A loop ends where it began."""
    aliases = {
        rrset.name: _records(rrset)[0].target for rrset in response.answer if rrset.rdtype == dns.rdatatype.CNAME
    }
    while name in aliases:
        name = aliases.pop(name)
    return name


def _alias_in(response: dns.message.Message, name: dns.name.Name) -> str | None:
    for rrset in response.answer:
        if rrset.rdtype == dns.rdatatype.CNAME and rrset.name == name:
            return from_name(_records(rrset)[0].target)
    return None


def _why(error: Any) -> str:
    """The servers' words, without the library's frame of them."""
    said = sorted({f"{_address_of(one[0])} said {one[3]}" for one in error.kwargs.get("errors") or []})
    return "; ".join(said) or str(error)
