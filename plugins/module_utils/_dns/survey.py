# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every server says of one domain's KMS hosts, put side by side. Reads only.

The resolver shows what clients of this machine's kind see, up to a time to live ago. The servers of the zone show what
is: where they differ, one of them is stale, or in Active Directory has not replicated yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from .._kms import normal_name, owner_name
from .authority import Authority, Zone
from .errors import DnsError, NoAnswer
from .exchange import is_address, parse_server
from .resolve import Lookup, NameServer
from .signing import Signer
from .srv import RecordSet, SrvValue, in_order
from .transfer import publishing_domains
from .verdict import Judgement, Policy, Target, judge

_AT_ONCE = 8
_Item = TypeVar("_Item")
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Settings:
    """Whom to ask. ``servers`` empty: the servers that each zone names."""

    lookup: Lookup
    signer: Signer
    policy: Policy
    servers: tuple[str, ...] = ()
    server_port: int = 53
    timeout: float = 5.0
    ask_resolver: bool = True
    ask_servers: bool = True
    resolve_targets: bool = True


@dataclass(frozen=True)
class View:
    """What one server says. ``records`` is None when it says nothing; ``error`` tells why."""

    name: str
    authoritative: bool
    address: str | None = None
    records: RecordSet | None = None
    serial: int | None = None
    zone: str | None = None
    error: DnsError | None = None


@dataclass(frozen=True)
class Finding:
    """One domain. ``views``: the resolver first, then the servers by name."""

    domain: str
    owner: str
    zone: str | None
    views: tuple[View, ...]
    judgements: tuple[Judgement, ...]
    targets: dict[str, Target]
    error: DnsError | None = None

    @property
    def authoritative(self) -> tuple[View, ...]:
        return tuple(view for view in self.views if view.authoritative)

    @property
    def consistent(self) -> bool | None:
        """Whether all servers of the zone that answered say the same; None where nobody answered at all."""
        if all(view.records is None for view in self.views):
            return None
        answered = [view.records for view in self.authoritative if view.records is not None]
        return all(records.same_values(answered[0]) for records in answered[1:])

    @property
    def complete(self) -> bool:
        """Whether every server that was asked answered, and at least one was."""
        return self.error is None and bool(self.views) and all(view.records is not None for view in self.views)

    @property
    def newest_serial(self) -> int | None:
        serials = [view.serial for view in self.authoritative if view.serial is not None]
        newest = serials[0] if serials else None
        for serial in serials[1:]:
            newest = serial if newest is None or _newer(serial, newest) else newest
        return newest

    def is_stale(self, view: View) -> bool:
        newest = self.newest_serial
        return view.serial is not None and newest is not None and _newer(newest, view.serial)

    def seen_by(self, value: SrvValue) -> tuple[str, ...]:
        return tuple(view.name for view in self.views if view.records is not None and value in view.records.values)

    def missing_from(self, value: SrvValue) -> tuple[str, ...]:
        """Servers of the zone only: a resolver may lag by right."""
        answered = [view for view in self.authoritative if view.records is not None]
        return tuple(view.name for view in answered if view.records is None or value not in view.records.values)

    def is_cached(self, value: SrvValue) -> bool:
        """Whether only a cache still shows a value, which no server of the zone has any more."""
        answered = [view for view in self.authoritative if view.records is not None]
        return bool(answered) and len(self.missing_from(value)) == len(answered)

    def ttl(self, value: SrvValue) -> int | None:
        """The servers' time to live; a resolver's is already running down."""
        ttls = [
            view.records.ttl
            for view in sorted(self.views, key=lambda view: not view.authoritative)
            if view.records is not None and value in view.records.values
        ]
        return ttls[0] if ttls else None


def survey(domains: Iterable[str], settings: Settings) -> tuple[Finding, ...]:
    """Every domain once, in the order given. Never raises a DnsError: what went wrong is in the finding."""
    wanted = list(dict.fromkeys(normal_name(domain) for domain in domains))
    return tuple(_at_once(lambda domain: _survey_one(domain, settings), wanted))


@dataclass(frozen=True)
class Transfer:
    """What one zone transfer found."""

    zone: str
    server: str | None
    domains: tuple[str, ...]
    error: DnsError | None = None


def transfers(findings: Iterable[Finding], settings: Settings) -> tuple[Transfer, ...]:
    """Transfer every zone once, from the first server that hands it over."""
    zones: dict[str, list[View]] = {}
    for finding in findings:
        if finding.zone:
            zones.setdefault(finding.zone, []).extend(view for view in finding.authoritative if view.address)
    return tuple(_at_once(lambda zone: _transfer(zone, zones[zone], settings), list(zones)))


# --- One domain -------------------------------------------------------------------------------------------------------


def _survey_one(domain: str, settings: Settings) -> Finding:
    owner = owner_name(domain)
    views: list[View] = []
    failure: DnsError | None = None
    if settings.ask_resolver:
        views.append(_ask_resolver(owner, settings))
    if settings.ask_servers:
        try:
            views += _at_once(lambda server: _ask_server(owner, server, settings), _servers(owner, settings))
        except DnsError as error:
            failure = error
    zone = next((view.zone for view in views if view.zone), None)
    values = in_order(value for view in views if view.records is not None for value in view.records.values)
    targets = _targets(values, settings)
    judgements = judge(values, settings.policy, targets if settings.resolve_targets else None)
    return Finding(domain, owner, zone, tuple(views), judgements, targets, failure)


def _ask_resolver(owner: str, settings: Settings) -> View:
    lookup = settings.lookup
    try:
        return View(lookup.label, False, records=lookup.record_set(owner))
    except DnsError as error:
        return View(lookup.label, False, error=error)


def _servers(owner: str, settings: Settings) -> list[NameServer]:
    """Whom to ask for the truth. Raises DnsError."""
    lookup = settings.lookup
    if settings.servers:
        return [_named_server(text, settings) for text in settings.servers]
    zone, _primary = lookup.zone_and_primary(owner)
    return list(lookup.name_servers(zone))


def _named_server(text: str, settings: Settings) -> NameServer:
    host, _port = parse_server(text, settings.server_port)
    return NameServer(host, (host,)) if is_address(host) else settings.lookup.name_server(host)


def _ask_server(owner: str, server: NameServer, settings: Settings) -> View:
    """Ask one server, by the first of its addresses that answers."""
    error: DnsError = NoAnswer(server.name, f"no address: {server.error}", "Correct its A or AAAA record")
    port = _port_of(server, settings)
    for place in server.servers(port):
        authority = Authority(place, settings.timeout, settings.signer)
        try:
            records = authority.record_set(owner)
            zone = _zone_of(authority, owner)
        except NoAnswer as problem:
            error = problem
            continue
        except DnsError as problem:
            return View(server.name, True, place.address, error=problem)
        return View(
            server.name,
            True,
            place.address,
            records,
            zone.serial if zone else None,
            zone.name if zone else None,
        )
    return View(server.name, True, server.addresses[0] if server.addresses else None, error=error)


def _port_of(server: NameServer, settings: Settings) -> int:
    for text in settings.servers:
        host, port = parse_server(text, settings.server_port)
        if normal_name(host) == normal_name(server.name):
            return port
    return settings.server_port


def _zone_of(authority: Authority, owner: str) -> Zone | None:
    """The zone and its serial, where the server tells; the record set counts without them."""
    try:
        return authority.zone_of(owner)
    except DnsError:
        return None


def _targets(values: Iterable[SrvValue], settings: Settings) -> dict[str, Target]:
    if not settings.resolve_targets:
        return {}
    names = list(dict.fromkeys(value.target for value in values))
    found = _at_once(lambda name: settings.lookup.addresses(name) if name else Target(), names)
    return dict(zip(names, found))


def _transfer(zone: str, views: list[View], settings: Settings) -> Transfer:
    failure: DnsError | None = None
    for view in views:
        place = NameServer(view.name, (view.address or "",))
        server = place.servers(_port_of(place, settings))[0]
        try:
            return Transfer(zone, view.name, publishing_domains(server, zone, settings.signer, settings.timeout))
        except DnsError as error:
            failure = failure or error
    return Transfer(zone, None, (), failure or NoAnswer(zone, "no server of the zone is known"))


def _at_once(work: Callable[[_Item], _Made], items: list[_Item]) -> list[_Made]:
    """The results in the order of the items, a bounded number at a time."""
    if len(items) <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(max_workers=min(_AT_ONCE, len(items))) as pool:
        return list(pool.map(work, items))


def _newer(one: int, other: int) -> bool:
    """Serial number arithmetic of RFC 1982: the numbers run in a circle."""
    return one != other and (one - other) % 2**32 < 2**31
