# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy of every machine: that of the whole, what differs by group of the inventory, and the exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from .._licensing.client_settings import ClientRequest
from .._licensing.terms import KeyType
from .exemption import Exemption, ended, exempted
from .finding import Exempt, Finding, Subject, kinds
from .policy import Policy
from .schema import Keys, Problem, near, word_problems
from .unread import unread
from .verdict import REPAIRABLE
from .way import Way

Groups = Mapping[str, Iterable[str]]

#: Words of which this module makes something, beside the arguments of Policy.parse.
BY_GROUP, BY_HOST, EXCEPTIONS = "by_group", "activation_by_host", "exceptions"


@dataclass(frozen=True)
class Policies:
    """``whole`` is the policy where nothing else is said; ``by_group`` are groups with what differs, of which the last
    one counts; ``members`` are the hosts of each group that the policy names. ``ways`` are how single machines are to
    be activated, by inventory name, whatever their groups say.
    """

    whole: Policy
    by_group: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    today: date = date.min
    ways: Mapping[str, Way] = field(default_factory=dict)
    _known: dict[tuple[Any, ...], Policy] = field(default_factory=dict, compare=False)

    @classmethod
    def parse(cls, whole: Policy, words: Mapping[str, Any], groups: Groups, today: date) -> Policies:
        """From the words of this module, and the groups of the inventory by name.

        Raises ValueError, which says what is wrong and where.
        """
        found = [*problems(words, groups), *_ways(whole, words)]
        if found:
            raise ValueError(" ".join(one.sentence for one in found))
        by_group = tuple((str(name), said) for name, said in (words.get(BY_GROUP) or {}).items())
        exemptions = tuple(map(Exemption.parse, words.get(EXCEPTIONS) or ()))
        named = {name for name, _said in by_group} | {one.group for one in exemptions if one.group}
        members = {name: frozenset(map(str, groups[name])) for name in named}
        ways = {str(host): Way(way) for host, way in (words.get(BY_HOST) or {}).items()}
        return cls(whole, by_group, exemptions, members, today, ways)

    def of(self, host: str) -> Policy:
        """The policy of one machine, by its name in the inventory."""
        groups = tuple(name for name, _said in self.by_group if host in self.members[name])
        mine, way = self._exemptions_of(host), self.ways.get(host)
        # Thousands of machines share some few policies.
        known = self._known.get((groups, mine, way))
        if known is None:
            known = self._known[groups, mine, way] = self._made(groups, mine, way)
        return known

    def _made(self, groups: tuple[str, ...], exemptions: tuple[Exemption, ...], way: Way | None) -> Policy:
        said: dict[str, Any] = {}
        for name, words in self.by_group:
            said.update(words if name in groups else {})
        if way is not None:
            said["activation"] = way.value
        return replace(self.whole, **_changes(said), exemptions=exemptions)

    def accepts_unread(self, host: str, disabled_service: str = "") -> Exempt | None:
        """Who has accepted that a machine cannot be read, if anybody has."""
        return exempted(unread("", disabled_service), self._exemptions_of(host)).exempt

    def of_all(self, found: Iterable[Finding]) -> tuple[Finding, ...]:
        """Findings about the fleet, or about something else that is not a machine, with the exceptions for them."""
        return tuple(
            exempted(one, (by for by in self._in_force if by.is_about(one.evidence.get("target")))) for one in found
        )

    @property
    def ended(self) -> tuple[Finding, ...]:
        """The exceptions that do not hold any more."""
        return tuple(ended(one) for one in self.exemptions if not one.holds(self.today))

    @property
    def wants_directory(self) -> bool:
        """Whether some machines are to be activated through Active Directory."""
        ways = {*self.ways.values(), *(said["activation"] for _name, said in self.by_group if "activation" in said)}
        return self.whole.asks_for_domains or any(Way(way).by_directory for way in ways)

    @cached_property
    def _in_force(self) -> tuple[Exemption, ...]:
        return tuple(one for one in self.exemptions if one.holds(self.today))

    def _exemptions_of(self, host: str) -> tuple[Exemption, ...]:
        return tuple(one for one in self._in_force if host == one.host or host in self.members.get(one.group or "", ()))


def policy_of(policies: Policies | None, host: str) -> Policy | None:
    """The policy of one machine; None where nothing is to be judged."""
    return policies.of(host) if policies is not None else None


def _changes(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a group says, as fields of a policy."""
    changes: dict[str, Any] = {}
    if "activation" in said:
        changes["activation"] = Way(said["activation"])
    if "accepted_key_types" in said:
        changes["accepted_key_types"] = frozenset(map(KeyType, said["accepted_key_types"]))
    if "minimum_days" in said:
        changes["minimum_days"] = int(said["minimum_days"])
    if "prevent_publishing" in said:
        changes["prevents_publishing"] = bool(said["prevent_publishing"])
    if said.get("kms_client_settings"):
        changes["client_settings"] = ClientRequest(**said["kms_client_settings"])
    return changes


# --- What is wrong with the words -------------------------------------------------------------------------------------


def problems(words: Mapping[str, Any], groups: Groups) -> Iterator[Problem]:
    """What is wrong with the words of this module: by the schema, or since they name what there is not."""
    for name, check in ((BY_GROUP, _groups), (BY_HOST, _hosts), (EXCEPTIONS, _exceptions)):
        given = words.get(name)
        found = list(word_problems(name, given)) if given else []
        yield from found
        # Text is a template here, of which its module judges what comes out.
        if given and not found and not isinstance(given, str):
            yield from check(given, groups)


def _groups(given: Mapping[str, Any], groups: Groups) -> Iterator[Problem]:
    for name, said in given.items():
        yield from _in_inventory("group", str(name), groups, (BY_GROUP, str(name)))
        try:
            ClientRequest(**(said.get("kms_client_settings") or {}))
        except ValueError as error:
            yield Problem((BY_GROUP, str(name), "kms_client_settings"), str(error))


def _hosts(given: Iterable[str], groups: Groups) -> Iterator[Problem]:
    for name in map(str, given):
        yield from _in_inventory("host", name, groups, (BY_HOST, name))


def _exceptions(given: Iterable[Mapping[str, Any]], groups: Groups) -> Iterator[Problem]:
    for place, one in enumerate(given):
        keys = (EXCEPTIONS, place)
        if one.get("finding") is not None and one["finding"] not in kinds():
            yield Problem(
                (*keys, "finding"), f"there is no finding {one['finding']}; {near(one['finding'], tuple(kinds()))}"
            )
        elif one.get("verdict") is not None and one["verdict"] not in _VERDICTS:
            hint = near(one["verdict"], _VERDICTS)
            yield Problem((*keys, "verdict"), f"{one['verdict']} is not a verdict that can be excepted; {hint}")
        else:
            yield from _where(one, groups, keys)


_VERDICTS = tuple(verdict.value for verdict in REPAIRABLE)


def _where(one: Mapping[str, Any], groups: Groups, keys: tuple[str, int]) -> Iterator[Problem]:
    kind = kinds().get(str(one.get("finding")))
    subject = kind.subject if kind is not None else Subject.MACHINE
    named = [name for name in ("host", "group") if name in one]
    if kind is not None and subject is Subject.FLEET and named:
        yield Problem(
            (*keys, named[0]), f"{kind.id} is about no single machine, so that {named[0]} has no meaning here"
        )
    elif kind is not None and subject is Subject.RECORD:
        if "group" in one:
            yield Problem((*keys, "group"), f"{kind.id} is about a record in DNS; give its target as host, or neither")
    elif subject is not Subject.FLEET and len(named) != 1:
        yield Problem(keys, "give one of host and group")
    else:
        for name in named:
            yield from _in_inventory(name, str(one[name]), groups, (*keys, name))


def _in_inventory(what: str, name: str, groups: Groups, keys: tuple[str | int, ...]) -> Iterator[Problem]:
    known = frozenset(map(str, groups if what == "group" else groups.get("all", ())))
    if name not in known:
        close = near(name, tuple(known)) if known else ""
        hint = f" {close[:1].upper()}{close[1:]}" if close.startswith("did") else ""
        yield Problem(keys, f"the inventory has no {what} {name}.{hint}")


def _ways(whole: Policy, words: Mapping[str, Any]) -> Iterator[Problem]:
    for keys, way in _said(words):
        if way in ("kms", "both") and not whole.approved:
            yield Problem(keys, f"{way} requires KMS hosts, but approved_kms_hosts names none")


def _said(words: Mapping[str, Any]) -> Iterator[tuple[Keys, Any]]:
    for host, way in _items(words, BY_HOST):
        yield (BY_HOST, str(host)), way
    for name, said in _items(words, BY_GROUP):
        if isinstance(said, Mapping):
            yield (BY_GROUP, str(name), "activation"), said.get("activation")


def _items(words: Mapping[str, Any], name: str) -> Iterable[tuple[Any, Any]]:
    given = words.get(name)
    return given.items() if isinstance(given, Mapping) else ()
