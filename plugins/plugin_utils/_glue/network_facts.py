# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a diagnosis learns on the network, asked from the control node: records of KMS hosts, and whether they answer.

The client may see other servers and take other ways, so the evidence says who asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...module_utils._dns.errors import DnsError, SettingWrong
from ...module_utils._dns.requirements import missing_dnspython
from ...module_utils._dns.resolve import Lookup
from ...module_utils._dns.signing import Unsigned
from ...module_utils._dns.survey import Finding, SurveySettings, survey
from ...module_utils._dns.verdict import RecordPolicy
from ...module_utils._kms import is_address, normal_name
from ...module_utils._kms_rpc import probe
from .._policy.diagnosis import reading
from .._policy.diagnosis.facts import Facts, Place, Probe, Published, Record
from .once import Once


@dataclass(frozen=True)
class Network:
    """Whom to ask, and whether to. Raises ValueError, in the words of the options, for what cannot be."""

    dns: bool = True
    probe: bool = True
    nameservers: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    server_port: int = 53
    timeout: float = 5.0

    def __post_init__(self) -> None:
        if self.timeout <= 0:
            raise ValueError("timeout must be more than 0 seconds")
        if not 1 <= self.server_port <= 65535:
            raise ValueError("server_port must be between 1 and 65535")


class Observer:
    """Asks each server, name and port once, whichever machine it is for. May be used by several threads."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._once = Once()

    def add(self, facts: Facts) -> Facts:
        """Add what DNS publishes where the client looks, the addresses of its KMS hosts, and whether they answer."""
        if not reading.is_volume_client(facts.product) or reading.cloud_provider(facts) is not None:
            return facts
        facts = self._with_records(facts)
        return self._with_probes(facts) if self._network.probe else _unread(facts, "probe", _NOT_WANTED)

    def _with_records(self, facts: Facts) -> Facts:
        missing = missing_dnspython()
        if not self._network.dns or missing is not None:
            return _unread(facts, "dns", missing or _NOT_WANTED)
        try:
            return self._looked_up(facts, Lookup(list(self._network.nameservers), self._network.timeout))
        except (DnsError, SettingWrong) as error:
            return _unread(facts, "dns", str(error))

    def _looked_up(self, facts: Facts, lookup: Lookup) -> Facts:
        configured = reading.configured_place(facts)
        domains = reading.domains(facts) or ()
        if configured is None and domains:
            published = tuple(self._published(domain, facts, lookup) for domain in domains)
            facts = replace(facts, published=published)
        places = (configured, reading.cached_place(facts))
        names = [normal_name(place[0]) for place in places if place is not None and not is_address(place[0])]
        known = {name: self._address(name, domains, lookup) for name in names}
        return replace(facts, addresses={name: found for name, found in known.items() if found is not None})

    def _address(self, name: str, domains: tuple[str, ...], lookup: Lookup) -> tuple[str, ...] | None:
        return self._once.answer(("name", name, domains), lambda: _addresses(lookup, name, domains))

    def _published(self, domain: str, facts: Facts, lookup: Lookup) -> Published:
        approved = facts.policy.approved.endpoints if facts.policy is not None and facts.policy.approved else None
        network = self._network
        settings = SurveySettings(
            lookup,
            Unsigned(),
            RecordPolicy(approved),
            servers=network.servers,
            server_port=network.server_port,
            timeout=network.timeout,
        )
        return self._once.answer(("domain", domain), lambda: _published(survey([domain], settings)[0]))

    def _with_probes(self, facts: Facts) -> Facts:
        doors = {place: _door(facts, place) for place in _places(facts)}
        if not doors:
            return _unread(facts, "probe", "no KMS host is known to ask")
        return replace(facts, probes={place: self._knock(door) for place, door in doors.items()})

    def _knock(self, door: Place | None) -> Probe:
        if door is None:
            return _NO_ADDRESS
        return self._once.answer(("door", door), lambda: _probe(probe(*door, self._network.timeout)))


_NOT_WANTED = "it was not asked for"
_NO_ADDRESS = Probe(False, "its name has no address")


def _published(finding: Finding) -> Published:
    if all(view.records is None for view in finding.views):
        errors = [str(view.error) for view in finding.views if view.error is not None]
        return Published(finding.domain, None, str(finding.error or "; ".join(errors) or "nobody was asked"))
    records = tuple(
        Record(
            judged.value.target,
            judged.value.port,
            judged.approved,
            _target_addresses(finding, judged.value.target),
            finding.missing_from(judged.value),
        )
        for judged in finding.judgements
        if judged.value.target
    )
    return Published(finding.domain, records)


def _target_addresses(finding: Finding, target: str) -> tuple[str, ...] | None:
    found = finding.targets.get(target)
    return None if found is None or (found.error is not None and not found.addresses) else found.addresses


def _addresses(lookup: Lookup, name: str, domains: tuple[str, ...]) -> tuple[str, ...] | None:
    """The addresses of a name; a short one is completed with the domains of the client. None: nobody could say."""
    names = [name] if "." in name else [f"{name}.{domain}" for domain in domains] or [name]
    targets = [lookup.addresses(one) for one in names]
    found = next((target.addresses for target in targets if target.addresses), None)
    if found is None and any(target.error is not None for target in targets):
        return None
    return found or ()


def _probe(result: dict[str, object]) -> Probe:
    return Probe(bool(result["answers_as_kms"]), str(result.get("reason") or "it answers"))


def _places(facts: Facts) -> Iterator[Place]:
    yield from reading.asked_places(facts)
    cached = reading.cached_place(facts)
    if cached is not None and cached not in reading.asked_places(facts):
        yield cached


def _door(facts: Facts, place: Place) -> Place | None:
    """Where to knock: at the address that was found; by name where DNS was not asked."""
    name, port = place
    known = facts.addresses.get(normal_name(name))
    if known is None:
        found = (record.addresses for record in reading.records(facts) if record.place == place)
        known = next((addresses for addresses in found if addresses is not None), None)
    if known is None:
        return place
    return (known[0], port) if known else None


def _unread(facts: Facts, kind: str, why: str) -> Facts:
    return replace(facts, unread={**facts.unread, kind: why})
