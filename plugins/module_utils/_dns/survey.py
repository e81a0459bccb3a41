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
from dataclasses import dataclass, replace
from typing import TypeVar

from .._kms import domain_of, normal_name, owner_name
from .authority import Authority, Zone
from .errors import Aliased, DnsError, NoAnswer, NotAuthoritative, ServerRefused, knows_no_key
from .exchange import is_address, parse_server
from .resolve import Lookup, NameServer
from .signing import Signer, Unsigned
from .srv import RecordSet, SrvValue, in_order
from .transfer import publishing_domains
from .verdict import Judgement, RecordPolicy, Target, judge

_AT_ONCE = 8
# As many as a resolver follows at least; more are a loop or a mistake.
_MOST_ALIASES = 8
_Item = TypeVar("_Item")
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class SurveySettings:
    """Whom to ask. ``servers`` empty: the servers that each zone names."""

    lookup: Lookup
    signer: Signer
    policy: RecordPolicy
    servers: tuple[str, ...] = ()
    server_port: int = 53
    timeout: float = 5.0
    ask_resolver: bool = True
    ask_servers: bool = True
    resolve_targets: bool = True


@dataclass(frozen=True)
class View:
    """What one server says. ``records`` is None when it says nothing; ``error`` tells why.

    ``signed``: whether the answer is proved by our key; None where there is no key. ``alias``: the name whose records
    these are; ``wild``: a wildcard says so. ``exists``: whether there is anything of the domain; None where records are
    there, or nobody asked.
    """

    name: str
    authoritative: bool
    address: str | None = None
    records: RecordSet | None = None
    serial: int | None = None
    zone: str | None = None
    error: DnsError | None = None
    signed: bool | None = None
    alias: str | None = None
    wild: bool = False
    exists: bool | None = None


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

    def is_stale(self, view: View) -> bool:
        """Whether a server with a newer copy says something else. In Active Directory each server counts for itself, so
        that servers with the same records have different numbers (Microsoft KB 282826)."""
        mine = view.records
        return mine is not None and any(
            _newer(other.serial, view.serial) and not other.records.same_values(mine)
            for other in self.authoritative
            if other.records is not None and other.serial is not None and view.serial is not None
        )

    @property
    def alias(self) -> str | None:
        """The name whose records these are, where the record's own name is an alias."""
        known = [view for view in self.authoritative if view.records is not None] or self.views
        return next((view.alias for view in known if view.alias), None)

    @property
    def exists(self) -> bool | None:
        """False where the servers say that there is no such domain, and nothing in it."""
        said = {view.exists for view in self.authoritative if view.records is not None}
        return False if said == {False} else None

    def seen_by(self, value: SrvValue) -> tuple[str, ...]:
        return tuple(view.name for view in self.views if view.records is not None and value in view.records.values)

    def missing_from(self, value: SrvValue) -> tuple[str, ...]:
        """Servers of the zone only: a resolver may lag by right."""
        answered = [view for view in self.authoritative if view.records is not None]
        return tuple(view.name for view in answered if view.records is None or value not in view.records.values)

    def is_cached(self, value: SrvValue) -> bool:
        """Whether only a cache still shows a value, which no server of the zone has any more. All have to say so."""
        servers = self.authoritative
        return bool(servers) and all(view.records is not None and value not in view.records.values for view in servers)

    def ttl(self, value: SrvValue) -> int | None:
        """The servers' time to live; a resolver's is already running down."""
        ttls = [
            view.records.ttl
            for view in sorted(self.views, key=lambda view: not view.authoritative)
            if view.records is not None and value in view.records.values
        ]
        return ttls[0] if ttls else None


def survey(domains: Iterable[str], settings: SurveySettings) -> tuple[Finding, ...]:
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


def transfers(findings: Iterable[Finding], settings: SurveySettings) -> tuple[Transfer, ...]:
    """Transfer every zone once, from the first server that hands it over."""
    zones: dict[str, list[View]] = {}
    for finding in findings:
        if finding.zone:
            zones.setdefault(finding.zone, []).extend(view for view in finding.authoritative if view.address)
    return tuple(_at_once(lambda zone: _transfer(zone, zones[zone], settings), list(zones)))


# --- One domain -------------------------------------------------------------------------------------------------------


def _survey_one(domain: str, settings: SurveySettings) -> Finding:
    owner = owner_name(domain)
    views: list[View] = []
    failure: DnsError | None = None
    if settings.ask_resolver:
        views.append(_ask_resolver(owner, settings))
    if settings.ask_servers:
        try:
            views += _ask_servers(owner, settings)
        except DnsError as error:
            failure = error
    zone = next((view.zone for view in views if view.zone), None)
    values = in_order(value for view in views if view.records is not None for value in view.records.values)
    targets = _targets(values, settings)
    judgements = judge(values, settings.policy, targets if settings.resolve_targets else None)
    return Finding(domain, owner, zone, tuple(views), judgements, targets, failure)


def _ask_resolver(owner: str, settings: SurveySettings) -> View:
    lookup = settings.lookup
    try:
        records, alias = lookup.record_set(owner)
    except DnsError as error:
        return View(lookup.label, False, error=error)
    return View(lookup.label, False, records=records, alias=alias)


def _ask_servers(owner: str, settings: SurveySettings, most: int = _MOST_ALIASES) -> list[View]:
    """What every server of the zone says. Where the name is an alias, what those of the other name's zone say of that.

    Raises DnsError.
    """
    views = _at_once(lambda server: _ask_server(owner, server, settings), _servers(owner, settings))
    aliases = sorted({view.alias for view in views if view.alias})
    if aliases and not most:
        raise ServerRefused(owner, f"more than {_MOST_ALIASES} aliases lead on from it", "Correct the alias records")
    found = [view for view in views if not view.alias]
    for alias in aliases:
        found += _ask_beyond(alias, [view for view in views if view.alias == alias], settings, most - 1)
    return found


def _ask_beyond(alias: str, views: list[View], settings: SurveySettings, most: int) -> list[View]:
    """What stands behind an alias. A wildcard that leads anywhere else was made for another purpose."""
    wild = all(view.wild for view in views)
    try:
        beyond = _ask_other_zone(alias, settings, most)
    except DnsError:
        if not wild:
            raise
        beyond = []
    if wild and not (beyond and all(view.records is not None for view in beyond)):
        return [replace(view, alias=None, records=RecordSet()) for view in views]
    return [replace(view, alias=view.alias or alias) for view in beyond]


def _ask_other_zone(alias: str, settings: SurveySettings, most: int) -> list[View]:
    """The servers that were named are those of the first zone, and need not have the next one."""
    views = _ask_servers(alias, settings, most)
    if settings.servers and all(isinstance(view.error, NotAuthoritative) for view in views):
        return _ask_servers(alias, replace(settings, servers=()), most)
    return views


def _servers(owner: str, settings: SurveySettings) -> list[NameServer]:
    """Whom to ask for the truth. Raises DnsError."""
    lookup = settings.lookup
    if settings.servers:
        return [_named_server(text, settings) for text in settings.servers]
    zone, _primary = lookup.zone_and_primary(owner)
    return list(lookup.name_servers(zone))


def _named_server(text: str, settings: SurveySettings) -> NameServer:
    host, _port = parse_server(text, settings.server_port)
    return NameServer(host, (host,)) if is_address(host) else settings.lookup.name_server(host)


def _ask_server(owner: str, server: NameServer, settings: SurveySettings) -> View:
    """Ask one server, by the first of its addresses that answers."""
    error: DnsError = NoAnswer(server.name, f"no address: {server.error}", "Correct its A or AAAA record")
    port = _port_of(server, settings)
    for place in server.servers(port):
        try:
            return _ask_place(owner, server, Authority(place, settings.timeout, settings.signer), not settings.servers)
        except NoAnswer as problem:
            error = problem
        except DnsError as problem:
            return View(server.name, True, place.address, error=problem)
    return View(server.name, True, server.addresses[0] if server.addresses else None, error=error)


def _ask_place(owner: str, server: NameServer, authority: Authority, found: bool) -> View:
    """Raises DnsError.

    A server that the zone names (``found``) and that has no such key is asked without: it may answer everybody, as the
    secondaries of a hidden primary do, and the key is for updates. One that the user names is meant to have it.
    """
    view = View(server.name, True, authority.server.address)
    signed = authority.signer.signs_queries
    try:
        return _told(owner, replace(view, signed=True if signed else None), authority)
    except DnsError as rejected:
        if not (found and signed and knows_no_key(rejected)):
            raise
        try:
            return _told(owner, replace(view, signed=False), replace(authority, signer=Unsigned()))
        except NoAnswer:
            raise
        except DnsError:
            # It wants a key, and not this one.
            raise rejected from None


def _told(owner: str, view: View, authority: Authority) -> View:
    try:
        records = authority.record_set(owner)
    except Aliased as alias:
        return replace(view, alias=alias.target, wild=authority.is_wildcard(owner, alias.target))
    zone = _zone_of(authority, owner)
    return replace(
        view,
        records=records,
        serial=zone.serial if zone else None,
        zone=zone.name if zone else None,
        exists=None if records.values else _exists(authority, owner),
    )


def _exists(authority: Authority, owner: str) -> bool | None:
    domain = domain_of(owner)
    try:
        return None if domain is None else authority.exists(domain)
    except DnsError:
        return None


def _port_of(server: NameServer, settings: SurveySettings) -> int:
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


def _targets(values: Iterable[SrvValue], settings: SurveySettings) -> dict[str, Target]:
    if not settings.resolve_targets:
        return {}
    names = list(dict.fromkeys(value.target for value in values))
    found = _at_once(lambda name: settings.lookup.addresses(name) if name else Target(), names)
    return dict(zip(names, found))


def _transfer(zone: str, views: list[View], settings: SurveySettings) -> Transfer:
    failure: DnsError | None = None
    for view in views:
        place = NameServer(view.name, (view.address or "",))
        server = place.servers(_port_of(place, settings))[0]
        # As it was asked before: without the key where it has none.
        signer = Unsigned() if view.signed is False else settings.signer
        try:
            return Transfer(zone, view.name, publishing_domains(server, zone, signer, settings.timeout))
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
