# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the record set of one domain as requested: look, plan, update, look again, until it is so or somebody says no.

An update states the set it was planned for. When that has changed meanwhile, nothing is applied, and the whole is
decided again on what is there then. Success is what the last look shows, never what an answer says.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, replace
from enum import Enum

from .._kms import normal_name, owner_name
from .authority import Authority, Zone
from .errors import ChangedMeanwhile, DnsError, NoAnswer, ServerRefused, Unverified
from .exchange import Server, ask_by_tcp, is_address, parse_server
from .plan import Plan, Request, make_plan
from .resolve import Lookup
from .signing import Signer
from .srv import RecordSet, SrvValue, in_order
from .update import TooLarge, judge_update, messages

_PAUSE = 0.05


@dataclass(frozen=True)
class Settings:
    """Where and how to update. ``server`` None: the primary that the zone names. ``zone`` None: it is found."""

    signer: Signer
    nameservers: tuple[str, ...] = ()
    server: str | None = None
    server_port: int = 53
    zone: str | None = None
    timeout: float = 5.0
    tries: int = 5


class Outcome(str, Enum):
    UNCHANGED = "unchanged"
    PLANNED = "planned"
    VERIFIED = "verified"


@dataclass(frozen=True)
class Look:
    """One domain before anything was sent: where it is kept, what is there, what is to become of it."""

    domain: str
    owner: str
    zone: str
    authority: Authority
    plan: Plan

    @property
    def server(self) -> str:
        return self.authority.server.label


@dataclass(frozen=True)
class Report:
    """What became of one domain. ``add`` and ``remove`` are what was applied, or planned in check mode."""

    look: Look
    outcome: Outcome
    after: RecordSet
    add: tuple[SrvValue, ...] = ()
    remove: tuple[SrvValue, ...] = ()
    attempts: int = 0

    @property
    def changed(self) -> bool:
        return self.outcome is not Outcome.UNCHANGED


def look(domain: str, request: Request, settings: Settings) -> Look:
    """Find the zone and its server, read, plan. Raises DnsError, PlanRefused and SettingWrong."""
    owner = owner_name(domain)
    authority, zone = _authority(owner, settings)
    before = authority.record_set(owner)
    return Look(normal_name(domain), owner, zone, authority, make_plan(before, request))


def preview(found: Look) -> Report:
    """What check mode reports."""
    plan = found.plan
    if plan.is_empty:
        return Report(found, Outcome.UNCHANGED, plan.before)
    return Report(found, Outcome.PLANNED, plan.after, plan.add, plan.remove)


def carry_out(found: Look, request: Request, tries: int) -> Report:
    """Apply the plan. Raises DnsError and, when the set has changed so that the request would do harm, PlanRefused."""
    plan, attempts = found.plan, 0
    if plan.is_empty:
        return Report(found, Outcome.UNCHANGED, plan.before)
    added: set[SrvValue] = set()
    removed: set[SrvValue] = set()
    applied = False
    while not plan.is_empty:
        if attempts == tries:
            restless = _restless(found, tries)
            restless.changed = applied
            raise restless
        attempts += 1
        try:
            now, done = _attempt(found, plan, attempts)
        except DnsError as error:
            error.changed = True if applied else error.changed
            raise
        if done:
            applied = True
            added |= set(plan.add)
            removed |= set(plan.remove)
        plan = make_plan(now, request)
    outcome = Outcome.VERIFIED if applied else Outcome.UNCHANGED
    return Report(found, outcome, plan.before, in_order(added), in_order(removed), attempts)


# --- One attempt ------------------------------------------------------------------------------------------------------


def _attempt(found: Look, plan: Plan, number: int) -> tuple[RecordSet, bool]:
    """Send the plan once, and read: what is there now, and whether the plan was applied."""
    try:
        _send(found, plan)
    except ChangedMeanwhile:
        # Whoever else is at it: not in step with them.
        time.sleep(random.uniform(0, _PAUSE * number))
        return found.authority.record_set(found.owner), False
    except (NoAnswer, Unverified) as error:
        return _after_doubt(found, plan, error), True
    now = _after_success(found)
    if now == plan.before:
        raise _unseen(found)
    return now, True


def _after_success(found: Look) -> RecordSet:
    """The record after the server has reported success. A failure to read it does not undo that."""
    try:
        return found.authority.record_set(found.owner)
    except DnsError as error:
        error.changed = True
        error.what = f"the server reported success, but the record could not be read afterwards: {error.what}"
        error.args = (error.server, error.what, error.advice)
        raise


def _unseen(found: Look) -> ServerRefused:
    """Success without an effect that this server shows: a secondary forwards an update (RFC 2136, section 6)."""
    unseen = ServerRefused(
        found.server,
        f"the server reports success, but {found.owner} is as before on it",
        "A secondary forwards an update to the primary, and its own copy follows: look at the primary of the zone, or "
        "wait. Otherwise check that the zone is not frozen",
    )
    unseen.changed = None
    return unseen


def _send(found: Look, plan: Plan) -> None:
    authority = found.authority
    try:
        for message in messages(found.zone, found.owner, plan):
            authority.signer.sign(message, authority.server)
            answer = ask_by_tcp(authority.server, message, authority.timeout)
            judge_update(authority.server, answer, found.owner, found.zone, authority.signer.label)
    except TooLarge as error:
        raise ServerRefused(
            found.server, str(error), "Delete some of the values in the server's own console"
        ) from error


def _after_doubt(found: Look, plan: Plan, error: NoAnswer | Unverified) -> RecordSet:
    """No answer that proves anything: only another look tells. Raises the error where the change is not there."""
    if isinstance(error, NoAnswer) and not error.maybe_delivered:
        raise error
    if isinstance(error, Unverified) and error.rcode != "NOERROR":
        raise error
    try:
        now = found.authority.record_set(found.owner)
    except DnsError as second:
        what = f"{error.what}; the update may have been carried out or not, and looking again failed: {second.what}"
        doubt = type(error)(error.server, what, "Run again: a second run finds out and changes nothing twice")
        doubt.changed = None
        raise doubt from second
    values = set(now.values)
    if set(plan.add) <= values and not set(plan.remove) & values:
        return now
    what = f"{error.what}; the record was looked at again, and the update has not been carried out"
    raise type(error)(error.server, what, error.advice) from error


def _restless(found: Look, tries: int) -> DnsError:
    what = f"after {tries} updates {found.owner} is still not as requested: somebody else keeps on changing it"
    advice = (
        "Hosts that publish themselves come back when their licensing service restarts: turn them into KMS clients "
        "first (module product_key). A wildcard record in the zone has the same effect"
    )
    return ChangedMeanwhile(found.server, what, advice)


# --- Where ------------------------------------------------------------------------------------------------------------


def _authority(owner: str, settings: Settings) -> tuple[Authority, str]:
    """The server to update, by the first of its addresses that answers, and the zone. Raises DnsError."""
    *others, last = _candidates(owner, settings)
    for server in others:
        try:
            return _ask_zone(server, owner, settings)
        except NoAnswer:
            continue
    return _ask_zone(last, owner, settings)


def _ask_zone(server: Server, owner: str, settings: Settings) -> tuple[Authority, str]:
    authority = Authority(server, settings.timeout, settings.signer, stream=True)
    zone = authority.zone_of(owner)
    return _named(authority, zone), normal_name(settings.zone) if settings.zone else zone.name


def _named(authority: Authority, zone: Zone) -> Authority:
    """A server known only by address goes by the primary's name: Kerberos needs one, and nsupdate does the same."""
    server = authority.server
    return authority if server.name else replace(authority, server=replace(server, name=zone.primary))


def _candidates(owner: str, settings: Settings) -> tuple[Server, ...]:
    if settings.server is None:
        lookup = Lookup(list(settings.nameservers), settings.timeout)
        _zone, host = lookup.zone_and_primary(owner)
        port = settings.server_port
    else:
        host, port = parse_server(settings.server, settings.server_port)
        if is_address(host):
            return (Server(host, port),)
        lookup = Lookup(list(settings.nameservers), settings.timeout)
    found = lookup.name_server(host)
    if not found.addresses:
        raise NoAnswer(
            host, f"the name server's address cannot be found: {found.error}", "Name it by address in server"
        )
    return found.servers(port)
