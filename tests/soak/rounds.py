# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One round: spoil some machines, let things go wrong, audit, repair, and hold what was said against what is true."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.audit import Audit
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import ChangeFailed
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.fleet import Bounds, Row, survey
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.fleet_repair import Order, repair_fleet
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.repair import (
    Planned,
    RepairReport,
    RepairRequest,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.judgement import judge
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.repair import IN_BETWEEN, Wishes
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.rollout import Share
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.verdict import Verdict
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import Note
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret

from .field import APPROVED, DOMAIN, PASSWORD, USER, Field

POLICY = Policy.parse([f"{APPROVED}.{DOMAIN}"])
# What a repair that was cut off leaves is finished by the next round.
WISHES = Wishes(served=True)
WISHES = Wishes(served=True, verdicts=WISHES.verdicts | IN_BETWEEN)
BOUNDS = Bounds(in_flight=64, host_timeout=120.0)

_TRICKS = [
    "close",
    "cut_before",
    "cut_after",
    "hang_up",
    "truncate",
    "empty_500",
    "busy",
    "timed_out",
    "expire",
    "garbage",
]
_ON = [
    "Enumerate",
    "Pull",
    "Invoke",
    "InstallProductKey",
    "RefreshLicenseStatus",
    "Activate",
    "StopService",
    "StartService",
]
_SPOILED, _TROUBLED, _DOWN = 0.06, 0.12, 0.03


@dataclass(frozen=True)
class Weather:
    """What goes wrong in a round, by machine, and who cannot be reached at all."""

    mischief: Mapping[str, list[dict[str, Any]]]
    down: frozenset[str]

    def is_about(self, name: str) -> bool:
        return name in self.mischief or name in self.down


def weather(chance: random.Random, names: Sequence[str]) -> Weather:
    """By chance."""
    mischief: dict[str, list[dict[str, Any]]] = {
        name: [
            {
                "trick": chance.choice(_TRICKS),
                "on": chance.choice(_ON),
                "after": chance.choice((0, 0, 1, 2)),
                "times": chance.choice((1, 1, 2)),
            }
        ]
        for name in names
        if chance.random() < _TROUBLED
    }
    return Weather(mischief, frozenset(name for name in names if chance.random() < _DOWN))


@dataclass
class Client:
    """Wants all of it, and keeps what it hears."""

    begun: frozenset[str] = frozenset()
    reports: dict[str, RepairReport | Exception] = field(default_factory=dict)
    noted: set[str] = field(default_factory=set)

    def request(self, endpoint: Endpoint) -> RepairRequest:
        name = endpoint.inventory_name
        return RepairRequest(POLICY, name, endpoint.host, WISHES, begun=name in self.begun)

    def planned(self, row: Row[Planned]) -> None:
        # A service that an earlier round has left stopped is started before the machine is read.
        if isinstance(row.outcome, Exception) and row.name in self.begun:
            self.reports[row.name] = row.outcome

    def replan(self) -> Iterable[Endpoint]:
        return ()

    def allow(self, due: Sequence[Endpoint]) -> None:
        pass

    async def note(self, endpoint: Endpoint, note: Note) -> None:
        self.noted.add(endpoint.inventory_name)

    @property
    def in_between(self) -> frozenset[str]:
        """Machines that were begun and not finished: the journal of a run."""
        return frozenset(name for name in self.noted | self.begun if isinstance(self.reports.get(name), Exception))

    def repaired(self, row: Row[RepairReport]) -> None:
        self.reports[row.name] = row.outcome

    def abandoned(self) -> bool:
        return False


def endpoints(there: Field) -> list[Endpoint]:
    """How each machine is reached."""
    account: dict[str, Any] = {"username": USER, "password": Secret(PASSWORD)}
    return [
        Endpoint(inventory_name=name, host=address, port=5985, scheme="http", **account)
        for name, address in there.addresses.items()
    ]


def audit(there: Field) -> dict[str, Verdict | Exception]:
    """What is said of each machine."""
    said: dict[str, Verdict | Exception] = {}

    def on_row(row: Row[Audit]) -> None:
        found = row.outcome
        said[row.name] = (
            found if isinstance(found, Exception) else judge(found.machine(row.name, row.endpoint.host), POLICY).verdict
        )

    survey(iter(endpoints(there)), BOUNDS, on_row)
    return said


def repair(there: Field, begun: frozenset[str] = frozenset()) -> Client:
    """What came of each machine that was to be repaired. ``begun`` is what an earlier run has left in between."""
    client = Client(begun)
    # As many may fail as like to: it is the machines that are tried here, not the limit.
    order = Order(BOUNDS, canaries=0, max_failures=Share(100, percent=True))
    repair_fleet(iter(endpoints(there)), order, client)
    return client


@dataclass(frozen=True)
class Round:
    """What happened, and every sentence that should not have been. ``left`` are machines in between."""

    counts: Counter[str]
    breaches: tuple[str, ...]
    left: frozenset[str] = frozenset()


def play(there: Field, chance: random.Random, begun: frozenset[str] = frozenset()) -> Round:
    """One whole round, which goes on with what the one before has left in between."""
    names = sorted(there.keys)
    there.tell("weather", mischief={}, down=[])
    spoiled = [name for name in names if chance.random() < _SPOILED]
    there.tell("spoil", keys={name: there.keys[name] for name in spoiled})
    before = there.tell("truth")
    today = weather(chance, names)
    there.tell("weather", mischief=dict(today.mischief), down=sorted(today.down))
    said = audit(there)
    between = there.tell("truth")
    client = repair(there, begun)
    after = there.tell("truth")
    found = [
        *_wrong_verdicts(said, before, today),
        *(f"the audit called {one['called']} on {name}" for name, one in between.items() if one["called"]),
        *_lost_updates(client, before, after, today),
    ]
    counts = Counter(
        spoiled=len(spoiled),
        troubled=sum(map(today.is_about, names)),
        unread=sum(isinstance(one, Exception) for one in said.values()),
        changed=sum(bool(one["called"]) for one in after.values()),
        failed=sum(isinstance(one, Exception) for one in client.reports.values()),
    )
    return Round(counts, tuple(found), client.in_between)


def _wrong_verdicts(said: Mapping[str, Verdict | Exception], truth: Mapping[str, Any], today: Weather) -> Iterator[str]:
    for name, one in truth.items():
        verdict = said.get(name)
        if verdict is None:
            yield f"nothing was said of {name}"
        elif isinstance(verdict, Exception):
            if not today.is_about(name):
                yield f"{name} was not read, and nothing was wrong with it: {verdict}"
        elif name != APPROVED and (verdict is Verdict.KMS_UNAPPROVED) != one["rogue"]:
            yield f"{name} is {'a' if one['rogue'] else 'no'} KMS host by mistake, and was called {verdict.value}"


def _lost_updates(client: Client, before: Mapping[str, Any], after: Mapping[str, Any], today: Weather) -> Iterator[str]:
    for name, one in after.items():
        report = client.reports.get(name)
        called = [method for method in one["called"] if method != "RefreshLicenseStatus"]
        if name == APPROVED and called:
            yield f"{called} were called on {name}, which is approved"
        if called and report is None:
            yield f"{called} were called on {name}, and nothing was said of it"
        if called and _says_unchanged(report):
            yield f"{called} were called on {name}, and it was said to be unchanged"
        if isinstance(report, RepairReport) and report.changed and not one["called"]:
            yield f"{name} was said to be changed, and nothing was called on it"
        if isinstance(report, RepairReport) and report.proved and one["rogue"]:
            yield f"{name} was said to be repaired, and is a KMS host all the same"
        if before[name]["rogue"] and one["rogue"] and name != APPROVED and not today.is_about(name):
            yield f"{name} was not repaired, and nothing was wrong with it: {report}"


def _says_unchanged(report: RepairReport | Exception | None) -> bool:
    if isinstance(report, RepairReport):
        return not report.changed
    return isinstance(report, ChangeFailed) and report.changed is False
