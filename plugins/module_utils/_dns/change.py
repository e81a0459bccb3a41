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
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum

from .._kms import normal_name, owner_name
from .._outcome import Outcome
from .authority import Authority, Zone
from .errors import ChangedMeanwhile, DnsError, KeyRejected, NoAnswer, ServerRefused, Unintelligible, Unverified
from .exchange import Server, ask_by_tcp, is_address, parse_server
from .plan import Plan, PlanRefused, RecordRequest, make_plan
from .resolve import Lookup
from .signing import Signer
from .srv import RecordSet, SrvValue, in_order
from .update import Step, TooLarge, judge_update, steps

_PAUSE = 0.05
# Seconds before each look: after an answer that proves nothing, and after a success that does not show yet.
_AT_WORK = (0.0, 0.2, 0.8)
_FORWARDED = (0.0, 0.5, 1.5, 4.0)


@dataclass(frozen=True)
class UpdateSettings:
    """Where and how to update. ``server`` None: the primary that the zone names. ``zone`` None: it is found."""

    signer: Signer
    nameservers: tuple[str, ...] = ()
    server: str | None = None
    server_port: int = 53
    zone: str | None = None
    timeout: float = 5.0
    tries: int = 5


class State(str, Enum):
    """What became of one domain."""

    UNCHANGED = "unchanged"
    PLANNED = "planned"
    VERIFIED = "verified"


@dataclass(frozen=True)
class Look:
    """One domain before anything was sent: where it is kept, what is there, what is to become of it.

    ``primary`` is the server that the zone's SOA record names. ``is_primary``: it surely is the one that is asked.
    ``exists``: False where the server says that there is no such domain, and nothing in it.
    """

    domain: str
    owner: str
    zone: str
    authority: Authority
    plan: Plan
    primary: str = ""
    is_primary: bool = False
    exists: bool | None = None

    @property
    def server(self) -> str:
        return self.authority.server.label


@dataclass(frozen=True)
class Report:
    """What became of one domain. ``add`` and ``remove`` are what was applied, or planned in check mode."""

    look: Look
    outcome: State
    after: RecordSet
    add: tuple[SrvValue, ...] = ()
    remove: tuple[SrvValue, ...] = ()
    attempts: int = 0

    @property
    def changed(self) -> bool:
        return self.outcome is not State.UNCHANGED


def look(domain: str, request: RecordRequest, settings: UpdateSettings) -> Look:
    """Find the zone and its server, read, plan. Raises DnsError, PlanRefused and SettingWrong."""
    owner = owner_name(domain)
    authority, zone = _authority(owner, settings)
    before = authority.own_record_set(owner)
    name = normal_name(settings.zone) if settings.zone else zone.name
    return Look(
        normal_name(domain),
        owner,
        name,
        authority,
        make_plan(before, request),
        primary=zone.primary,
        is_primary=settings.server is None or _host_of(settings.server) == zone.primary,
        exists=True if before.values else _exists(authority, domain),
    )


def _exists(authority: Authority, domain: str) -> bool | None:
    """Asked besides: the domain itself may lie in a zone of other servers."""
    try:
        return authority.exists(domain)
    except DnsError:
        return None


def preview(found: Look) -> Report:
    """What check mode reports."""
    plan = found.plan
    if plan.is_empty:
        return Report(found, State.UNCHANGED, plan.before)
    return Report(found, State.PLANNED, plan.after, plan.add, plan.remove)


def carry_out(found: Look, request: RecordRequest, tries: int) -> Report:
    """Apply the plan. Raises DnsError and, when the set has changed so that the request would do harm, PlanRefused.

    The error says whether anything was changed by then, and in ``progress`` what.
    """
    plan, attempts = found.plan, 0
    progress = Progress()
    try:
        while not plan.is_empty:
            if attempts == tries:
                raise _restless(found, tries)
            attempts += 1
            progress.after = _attempt(found, plan, attempts, progress)
            plan = make_plan(progress.after, request)
    except (DnsError, PlanRefused) as error:
        progress.tell(error)
        raise
    outcome = State.VERIFIED if progress.applied else State.UNCHANGED
    return Report(found, outcome, plan.before, in_order(progress.added), in_order(progress.removed), attempts)


@dataclass
class Progress:
    """What the server has applied so far: as it said, or as another look has shown. ``after``: as last seen."""

    applied: bool = False
    after: RecordSet | None = None
    added: set[SrvValue] = field(default_factory=set)
    removed: set[SrvValue] = field(default_factory=set)

    def take(self, step: Step) -> None:
        self.applied = True
        # What was there before has got another time to live, and is not an addition.
        self.added |= set(step.add) - set(step.before.values)
        self.removed |= set(step.remove)

    def tell(self, error: DnsError | PlanRefused) -> None:
        """Have an error say what had been done by then."""
        error.changed = Outcome.of(self.applied, error.changed).changed
        if not self.applied:
            return
        error.progress = self
        counts = ((len(self.added), "published"), (len(self.removed), "deleted"))
        done = ", ".join(f"{number} {verb}" for number, verb in counts if number)
        if done:
            error.what = f"{error.what.rstrip('.')}. By then the server had changed records: {done}."


# --- One attempt ------------------------------------------------------------------------------------------------------


class _Unseen(ServerRefused):
    """The server reports success, and shows nothing of it."""


def _attempt(found: Look, plan: Plan, number: int, progress: Progress) -> RecordSet:
    """Send the plan once, in as many messages as it takes, and read what is there now."""
    done: list[Step] = []
    try:
        return _send_all(found, plan, done) or _after_success(found, plan)
    except ChangedMeanwhile:
        # Whoever else is at it: not in step with them.
        time.sleep(random.uniform(0, _PAUSE * number))
        return found.authority.own_record_set(found.owner)
    except _Unseen:
        done.clear()
        raise
    finally:
        for step in done:
            progress.take(step)


def _send_all(found: Look, plan: Plan, done: list[Step]) -> RecordSet | None:
    """Send it, message by message. Returns the record where it had to be read to know what became of one."""
    try:
        for step in steps(found.zone, found.owner, plan):
            doubt = _send(found, step)
            now = None if doubt is None else _after_doubt(found, step, doubt)
            done.append(step)
            if now is not None:
                return now
    except TooLarge as error:
        advice = "Delete some of the values in the server's own console"
        raise ServerRefused(found.server, str(error), advice) from error
    return None


def _send(found: Look, step: Step) -> DnsError | None:
    """Send one message. Returns the doubt where no answer proves anything. Raises DnsError."""
    authority = found.authority
    try:
        authority.signer.sign(step.message, authority.server)
        answer = ask_by_tcp(authority.server, step.message, authority.timeout)
        judge_update(authority.server, answer, found.owner, found.zone, authority.signer.label)
    except NoAnswer as error:
        if not error.maybe_delivered:
            raise
        return error
    except (Unverified, Unintelligible, KeyRejected) as error:
        # Anybody may have said it.
        return error
    except ServerRefused as error:
        # Also what a secondary says that has forwarded the update, and has not heard what became of it.
        if error.rcode != "SERVFAIL":
            raise
        return error
    return None


def _looks(found: Look, pauses: tuple[float, ...]) -> Iterator[RecordSet]:
    """The record, again and again: a server may still be at work, and a secondary has its copy later."""
    for pause in pauses:
        time.sleep(pause)
        yield found.authority.own_record_set(found.owner)


def _after_success(found: Look, plan: Plan) -> RecordSet:
    """The record after the server has reported success. A failure to read it does not undo that."""
    try:
        for now in _looks(found, _FORWARDED):
            if now != plan.before:
                return now
    except DnsError as error:
        error.changed = True
        error.what = f"the server reported success, but the record could not be read afterwards: {error.what}"
        error.advice = f"{_AGAIN}. {error.advice}".rstrip(". ")
        raise
    raise _unseen(found)


def _unseen(found: Look) -> _Unseen:
    """Success without an effect that this server shows: a secondary forwards an update (RFC 2136, section 6)."""
    unseen = _Unseen(
        found.server,
        f"the server reports success, but {found.owner} is as before on it (NOERROR)",
        f"The zone names {found.primary} as its primary: a secondary forwards an update there, and its own copy "
        "follows. Check there, or wait, and run again; that changes nothing twice. If this is the primary, check "
        "that the zone is not frozen",
        rcode="NOERROR",
    )
    unseen.changed = None
    return unseen


_AGAIN = "Run again: a second run finds out, and changes nothing twice"


def _after_doubt(found: Look, step: Step, doubt: DnsError) -> RecordSet:
    """No answer that proves anything: only another look tells. Raises the doubt where the change is not there."""
    try:
        for now in _looks(found, _AT_WORK):
            if step.is_done(now):
                return now
    except DnsError as second:
        doubt.what = (
            f"{doubt.what}; the update may or may not have been applied, and reading the record again failed: "
            f"{second.what}"
        )
        doubt.advice = _AGAIN
        doubt.changed = None
        raise doubt from second
    if _says_no(found, doubt) and now.same_values(step.before):
        # Nobody could prove that no, but the record agrees with it.
        doubt.changed = False
        raise doubt
    doubt.what = f"{doubt.what}; the record was read again, and so far the update has not been applied"
    doubt.advice = f"{_AGAIN}. {doubt.advice}".rstrip(". ")
    doubt.changed = None
    raise doubt


def _says_no(found: Look, doubt: DnsError) -> bool:
    return doubt.rcode not in (None, "NOERROR") and (found.is_primary or doubt.rcode != "SERVFAIL")


def _restless(found: Look, tries: int) -> DnsError:
    what = f"after {tries} updates {found.owner} is still not as requested: something else keeps changing it"
    advice = (
        "Hosts that publish themselves come back when their licensing service restarts: turn them into KMS clients "
        "first (module product_key). A wildcard record in the zone has the same effect"
    )
    return ChangedMeanwhile(found.server, what, advice)


# --- Where ------------------------------------------------------------------------------------------------------------


def _authority(owner: str, settings: UpdateSettings) -> tuple[Authority, Zone]:
    """The server to update, by the first of its addresses that answers, and the zone. Raises DnsError."""
    *others, last = _candidates(owner, settings)
    for server in others:
        try:
            return _ask_zone(server, owner, settings)
        except NoAnswer:
            continue
    return _ask_zone(last, owner, settings)


def _ask_zone(server: Server, owner: str, settings: UpdateSettings) -> tuple[Authority, Zone]:
    authority = Authority(server, settings.timeout, settings.signer, stream=True)
    zone = authority.zone_of(owner)
    return _named(authority, zone), zone


def _named(authority: Authority, zone: Zone) -> Authority:
    """A server known only by address goes by the primary's name: Kerberos needs one, and nsupdate does the same."""
    server = authority.server
    return authority if server.name else replace(authority, server=replace(server, name=zone.primary))


def _host_of(server: str) -> str:
    return normal_name(parse_server(server)[0])


def _candidates(owner: str, settings: UpdateSettings) -> tuple[Server, ...]:
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
