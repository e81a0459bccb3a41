# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps about the way to a KMS host: what was set, where the client looks, what DNS says, whether anybody answers."""

from __future__ import annotations

from collections.abc import Iterable

from ....module_utils._kms import is_address, normal_name
from . import reading
from .facts import Facts, Place, Probe, Record
from .preconditions import KMS_CLIENT, nobody_approved, set_to_host, unless
from .step import Answer, failed, not_asked, passed, unknown

_NO_DOMAIN = 0x8007007B
_NOT_ENOUGH_COUNT = 0xC004F038


@unless(*KMS_CLIENT)
def configured_host(facts: Facts) -> Answer:
    """Step ``configured_host``."""
    place = reading.configured_place(facts)
    if place is None:
        return passed("no KMS host is set, it looks in DNS")
    if facts.policy is None or not facts.policy.approved:
        return not_asked(f"it is set to {place[0]}, and no policy names the approved hosts")
    approved = facts.policy.approves(place[0])
    if approved is None:
        return unknown(f"it is set to the address {place[0]}, which cannot be compared with names")
    if approved:
        return passed(f"it is set to {place[0]}, which is approved")
    return failed(f"it is set to the KMS host {place[0]}, which is not approved")


@unless(*KMS_CLIENT, set_to_host)
def dns_suffix(facts: Facts) -> Answer:
    """Step ``dns_suffix``."""
    named = reading.lookup_domain(facts)
    if named is not None:
        return passed(f"it is told to look in {named}")
    found = reading.domains(facts)
    if found is None:
        if reading.code(facts) == _NO_DOMAIN:
            return failed("it knows no DNS domain to look in (0x8007007B)")
        return unknown(facts.why_unread("resolution"))
    if not found:
        return failed("it has no DNS suffix and no search list, so that it knows no domain to look in")
    return passed(f"it looks in {_listed(found)}")


@unless(*KMS_CLIENT, set_to_host)
def srv_records(facts: Facts) -> Answer:
    """Step ``srv_records``."""
    looked_in = reading.domains(facts)
    if looked_in == ():
        return not_asked("it knows no domain to look in")
    if looked_in is None:
        return unknown(f"where it looks is not known: {facts.why_unread('resolution')}")
    if facts.published is None:
        return unknown(facts.why_unread("dns"))
    found = reading.records(facts)
    if found:
        return _on_every_server(found)
    silent = [one for one in facts.published if one.records is None]
    if silent or not facts.published:
        return unknown("; ".join(f"{one.domain}: {one.error}" for one in silent) or facts.why_unread("dns"))
    return failed(f"no KMS host is published in {_listed(one.domain for one in facts.published)}")


@unless(*KMS_CLIENT, set_to_host, nobody_approved)
def srv_hosts(facts: Facts) -> Answer:
    """Step ``srv_hosts``."""
    found = reading.records(facts)
    if not found:
        return _without_records(facts)
    strange = [record for record in found if record.approved is False]
    if not strange:
        return passed(f"published are {_listed(record.target for record in found)}, all approved")
    return _strangers(facts, found, strange)


@unless(*KMS_CLIENT)
def target_resolves(facts: Facts) -> Answer:
    """Step ``target_resolves``."""
    places = reading.asked_places(facts)
    if not places:
        return _without_records(facts)
    known = {place: _addresses(facts, place) for place in places}
    if any(known.values()):
        return passed(_resolved(known))
    if all(found is None for found in known.values()):
        return unknown(f"the address of {_listed(place[0] for place in places)}: {facts.why_unread('dns')}")
    missing = _listed(place[0] for place, found in known.items() if found == ())
    if any(found is None for found in known.values()):
        return unknown(f"{missing} has no address, and of others it is not known")
    return failed(f"the name {missing} has no address")


@unless(*KMS_CLIENT)
def port(facts: Facts) -> Answer:
    """Step ``port``."""
    places = reading.asked_places(facts)
    if not places:
        return _without_records(facts)
    probed = {place: facts.probes[place] for place in places if place in facts.probes}
    answering = [place for place, probe in probed.items() if probe.answers]
    if answering:
        return passed(f"{_named(answering[0])} answers the control node")
    if all(_addresses(facts, place) == () for place in places):
        return not_asked("its KMS host has no address")
    if len(probed) < len(places):
        return unknown(facts.why_unread("probe"))
    return failed(f"no KMS host answers the control node: {_silence(probed)}")


@unless(*KMS_CLIENT)
def cached_host(facts: Facts) -> Answer:
    """Step ``cached_host``."""
    place = reading.cached_place(facts)
    if place is None:
        return passed("it remembers no KMS host, or one is set")
    if facts.policy is not None and facts.policy.approved and facts.policy.approves(place[0]) is False:
        return failed(f"it remembers the KMS host {place[0]}, which is not approved")
    probe = facts.probes.get(place)
    if probe is None:
        return unknown(f"it remembers {_named(place)}: {facts.why_unread('probe')}")
    if not probe.answers:
        return failed(f"it remembers {_named(place)}, which does not answer the control node ({probe.reason})")
    return passed(f"it remembers {_named(place)}, which answers")


def _without_records(facts: Facts) -> Answer:
    """There is no host to look at: because nobody looked, or because none is published."""
    if reading.domains(facts) == ():
        return not_asked("it knows no domain to look in")
    if facts.published is None or any(one.records is None for one in facts.published):
        return unknown(f"which hosts are published is not known: {facts.why_unread('dns')}")
    return not_asked("no KMS host is published where it looks")


def _on_every_server(found: tuple[Record, ...]) -> Answer:
    servers = sorted({server for record in found for server in record.missing_from})
    names = _listed(dict.fromkeys(record.target for record in found))
    if servers and all(record.missing_from for record in found):
        return failed(f"{names} is published, but not on {_listed(servers)}", "Let the servers of the zone replicate.")
    return passed(f"published: {names}")


def _strangers(facts: Facts, found: tuple[Record, ...], strange: list[Record]) -> Answer:
    names = _listed(dict.fromkeys(record.target for record in strange))
    asked = reading.logged(facts)
    if len(strange) == len(found):
        return failed(f"only {names} is published, which is not approved")
    if (
        asked is not None
        and asked.host is not None
        and any(reading.same_host(record.target, asked.host) for record in strange)
    ):
        return failed(f"it asked {asked.host}, which is published and not approved")
    if reading.code(facts) == _NOT_ENOUGH_COUNT:
        return failed(f"{names} is published as well and not approved, and takes clients from the count of the others")
    beside = f"an approved host is published; so is {names}, which is not approved"
    if facts.log is None:
        return unknown(f"{beside}, and which of them it asked is not known: {facts.why_unread('events')}")
    return passed(beside)


def _addresses(facts: Facts, place: Place) -> tuple[str, ...] | None:
    if is_address(place[0]):
        return (place[0],)
    named = facts.addresses.get(normal_name(place[0]))
    if named is not None:
        return named
    found = (record.addresses for record in reading.records(facts) if record.place == place)
    return next((addresses for addresses in found if addresses is not None), None)


def _resolved(known: dict[Place, tuple[str, ...] | None]) -> str:
    return "; ".join(f"{place[0]} is {_listed(found)}" for place, found in known.items() if found)


def _silence(probed: dict[Place, Probe]) -> str:
    return "; ".join(f"{_named(place)}: {probe.reason}" for place, probe in probed.items())


def _named(place: Place) -> str:
    return f"{place[0]}:{place[1]}"


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    return " and ".join([", ".join(listed[:-1]), listed[-1]]) if len(listed) > 1 else "".join(listed)
