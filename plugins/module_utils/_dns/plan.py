# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values go, which stay, which come, and what is refused. Pure: a record set and a wish in, a plan or a no out.

The rules are those of the Microsoft article "KMS activation and 0xC004C008": take out exactly the records of the
machines that are not KMS hosts, leave the approved ones. A plan therefore names values one by one, never the set, and
none is made that leaves the domain without a KMS host.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .._kms import DEFAULT_PORT, KmsEndpoint, is_address, names_any
from .srv import RecordSet, SrvValue, Wildcard, in_order

DEFAULT_TTL = 3600


@dataclass(frozen=True)
class Wish:
    """One host of the request. What is None was left open. ``exact``: the name is the whole target as it stands."""

    host: str
    port: int | None = None
    priority: int | None = None
    weight: int | None = None
    exact: bool = False

    def covers(self, value: SrvValue, default_port: int | None = None) -> bool:
        """Whether a value is of this host and agrees in everything that was said."""
        return (
            value.target == self.host
            and _agrees(self.port if self.port is not None else default_port, value.port)
            and _agrees(self.priority, value.priority)
            and _agrees(self.weight, value.weight)
        )

    def value(self) -> SrvValue:
        """The record to publish, with Microsoft's defaults for what was left open."""
        port = DEFAULT_PORT if self.port is None else self.port
        return SrvValue(self.priority or 0, self.weight or 0, port, self.host)


def _agrees(said: int | None, found: int) -> bool:
    return said is None or said == found


@dataclass(frozen=True)
class RecordRequest:
    """What is wanted, the same for every domain.

    ``exclusive``: values that no wish covers go, except those of approved hosts. ``add_missing``: wishes that no value
    fulfills are published. ``ttl``: None leaves the time to live as it is. ``no_kms_host``: there is to be none at all,
    so that an exclusive list of nobody is what is meant. ``kept``: hosts whose values stay although no wish covers
    them; they count for nothing else.
    """

    wishes: tuple[Wish, ...]
    present: bool = True
    exclusive: bool = False
    add_missing: bool = True
    approved: tuple[KmsEndpoint, ...] = ()
    ttl: int | None = None
    no_kms_host: bool = False
    kept: tuple[KmsEndpoint, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What will become of one record set. ``refresh`` are kept values that get another time to live."""

    before: RecordSet
    add: tuple[SrvValue, ...] = ()
    remove: tuple[SrvValue, ...] = ()
    refresh: tuple[SrvValue, ...] = ()
    ttl: int = DEFAULT_TTL

    @property
    def is_empty(self) -> bool:
        return not (self.add or self.remove or self.refresh)

    @property
    def keep(self) -> tuple[SrvValue, ...]:
        return tuple(value for value in self.before.values if value not in set(self.remove))

    @property
    def after(self) -> RecordSet:
        ttl = self.ttl if self.add or self.refresh else self.before.ttl
        return RecordSet.of((*self.keep, *self.add), ttl)


class PlanRefused(Exception):
    """The request would do harm. Nothing is sent for it.

    ``changed``: whether something was sent before, for a set that was another one then. ``progress`` says what.
    """

    changed: bool | None = False
    progress: Any = None

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what, advice)
        self.what = what
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.what} {self.advice}"


def check(request: RecordRequest) -> None:
    """Refuse what is wrong whatever the record set holds. Raises PlanRefused."""
    if request.no_kms_host:
        _check_nobody(request)
        return
    if request.present and request.exclusive and not request.wishes:
        raise PlanRefused(
            "An exclusive list of no hosts would delete every record.",
            "Name the approved KMS hosts, at least one.",
        )
    if not request.wishes:
        raise PlanRefused("No host is named, so there is nothing to do.", "Name at least one host.")
    short = [wish.host for wish in request.wishes if not (wish.exact or "." in wish.host)]
    if short:
        raise PlanRefused(
            f"{', '.join(short)}: an SRV record holds the full name of its host.",
            "Add the DNS domain: clients of other domains could not find the host by its short name.",
        )
    if request.present and request.approved:
        strangers = [wish.host for wish in request.wishes if not names_any(request.approved, wish.host)]
        if strangers:
            raise PlanRefused(
                f"{', '.join(strangers)}: not among the approved hosts, so it is not to be published.",
                "Correct the list of hosts or approved_hosts.",
            )


def _check_nobody(request: RecordRequest) -> None:
    if request.wishes or request.approved:
        raise PlanRefused(
            "no_kms_host=true means that no host is to be published, but a host is named.",
            "Leave out approved_hosts, and give an empty list of hosts; or leave out no_kms_host.",
        )
    if not (request.present and request.exclusive):
        raise PlanRefused("no_kms_host=true deletes every record.", "Say so: give exclusive=true as well.")


def make_plan(before: RecordSet, request: RecordRequest) -> Plan:
    """Decide. Raises PlanRefused."""
    check(request)
    if before.wildcard is not None:
        return _plan_beside(before, before.wildcard, request)
    add = _missing(before, request) if request.present and request.add_missing else ()
    remove = _surplus(before, request)
    ttl = request.ttl if request.ttl is not None else before.ttl if before.ttl is not None else DEFAULT_TTL
    plan = Plan(before, add, remove, ttl=ttl)
    if request.present and request.ttl is not None and before.ttl not in (None, request.ttl):
        plan = Plan(before, add, remove, _wanted(plan.keep, request), ttl)
    if remove and not request.no_kms_host:
        _guard(plan, request)
    return plan


def _plan_beside(before: RecordSet, wildcard: Wildcard, request: RecordRequest) -> Plan:
    """The name does not exist. Once it holds a value, the wildcard does not answer for it any more (RFC 4592, 3.3.1).

    What the wildcard shows is not ours to delete. It is content where it shows all that is wanted and nothing else.
    """
    shown = RecordSet.of(wildcard.values)
    if request.present and not (_missing(shown, request) or _surplus(shown, request)):
        return Plan(before)
    add = _missing(RecordSet(), request) if request.present and request.add_missing else ()
    if not add and _surplus(shown, request):
        raise PlanRefused(
            f"The records come from the wildcard {wildcard.name}, and not from the name itself.",
            "Delete that record in the server's own console, or publish the approved hosts (add_missing=true), after "
            "which it does not answer here any more.",
        )
    return Plan(before, add, ttl=DEFAULT_TTL if request.ttl is None else request.ttl)


def _missing(before: RecordSet, request: RecordRequest) -> tuple[SrvValue, ...]:
    lacking = [wish for wish in request.wishes if not any(wish.covers(value, DEFAULT_PORT) for value in before.values)]
    return in_order(wish.value() for wish in lacking)


def _surplus(before: RecordSet, request: RecordRequest) -> tuple[SrvValue, ...]:
    if not request.present:
        return tuple(value for value in before.values if any(wish.covers(value) for wish in request.wishes))
    if not request.exclusive:
        return ()
    wanted = set(_wanted(before.values, request))
    others = (value for value in before.values if value not in wanted and not names_any(request.kept, value.target))
    return tuple(value for value in others if not _protected(value, before, request))


def _wanted(values: Iterable[SrvValue], request: RecordRequest) -> tuple[SrvValue, ...]:
    return tuple(value for value in values if any(wish.covers(value, DEFAULT_PORT) for wish in request.wishes))


def _protected(value: SrvValue, before: RecordSet, request: RecordRequest) -> bool:
    """The record of an approved host: a repair leaves it alone.

    One that differs from what the list says of the host, in its port for instance, goes only where the right one is
    there or comes. The host would not be published any more otherwise.
    """
    if names_any(request.approved, value.target) is None:
        return False
    wishes = [wish for wish in request.wishes if wish.host == value.target]
    if not wishes:
        return True
    right = any(wish.covers(other, DEFAULT_PORT) for wish in wishes for other in before.values)
    return not (right or request.add_missing)


def _guard(plan: Plan, request: RecordRequest) -> None:
    """Never leave the domain without an approved host. Where no approved hosts were named, any host counts."""
    left = tuple(value for value in plan.after.values if _is_of_a_host(value))
    if plan.after.values and not left:
        raise PlanRefused(
            f"No KMS host would be left: {_some(plan.after.values)} cannot be found by clients (RFC 2782).",
            "Publish an approved KMS host first, or in the same task: exclusive=true with the list of approved hosts.",
        )
    if not left:
        raise PlanRefused(
            f"That would delete all {len(plan.before.values)} values, and with them the record itself; the next "
            "machine that starts as a KMS host could create it again and own it.",
            "Publish an approved KMS host first, or in the same task: exclusive=true with the list of approved hosts.",
        )
    if _left_approved(left, request):
        return
    raise PlanRefused(
        f"No approved KMS host would be left: {_some(left)} would remain, and none of them is approved.",
        "Publish an approved KMS host first (state=present), or correct the list of approved hosts.",
    )


def _is_of_a_host(value: SrvValue) -> bool:
    """The root as a target says that there is no KMS host, and an address is not a name to look up."""
    return bool(value.target) and not is_address(value.target)


def _left_approved(left: Iterable[SrvValue], request: RecordRequest) -> bool:
    if request.approved:
        return any(names_any(request.approved, value.target) for value in left)
    if request.present:
        return bool(_wanted(left, request))
    return True


def _some(values: tuple[SrvValue, ...]) -> str:
    names = sorted({value.target or "." for value in values})
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
