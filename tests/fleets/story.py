# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with a fleet: audit, the repair shown, carried out, audited, carried out again, the advice followed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.conftest import Lab
from winlab.control import ask

from .chance import Fleet

_CALLBACK = Path(__file__).parent / "callback"
_ADVISED = re.compile(r"\((?:module )?([a-z_]+)(?: with ([a-z_]+=\S+(?: and [a-z_]+=\S+)*))?\)")
_MODULES = ("product_key", "licensing_service", "kms_client", "license")
# How many machines of a fleet have their advice followed: each step is a command.
_FOLLOWED = 6

Result = dict[str, Any]
Event = dict[str, Any]
States = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Step:
    """One run of a playbook: how it ended, what each host's tasks returned, what the lab saw, the machines after it."""

    name: str
    code: int
    output: str
    results: tuple[dict[str, Any], ...]
    events: tuple[Event, ...]
    states: States

    @property
    def audited(self) -> dict[str, Result]:
        """The result of each host in the audit of this run. Empty where it did not come to one."""
        for record in self.results:
            if "summary" in record["result"] and isinstance(record["result"].get("hosts"), dict):
                hosts: dict[str, Result] = record["result"]["hosts"]
                return hosts
        return {}

    @property
    def repairs(self) -> dict[str, Result]:
        """The result of each host that was to be repaired: also of those where that failed."""
        found: dict[str, Result] = {}
        for record in self.results:
            result = record["result"]
            if record["action"].endswith(".license_repair"):
                found[record["host"]] = result
            elif record["action"].endswith(".fleet_repair"):
                found |= result.get("hosts", {})
        return found

    def events_of(self, host: str) -> list[Event]:
        return [event for event in self.events if event["machine"] == host]


@dataclass(frozen=True)
class Followed:
    """One piece of advice, followed: the words, what the module said, and whether it failed."""

    host: str
    words: str
    result: Result
    failed: bool


@dataclass
class Story:
    """All that happened to one fleet."""

    fleet: Fleet
    before: States
    steps: dict[str, Step] = field(default_factory=dict)
    followed: list[Followed] = field(default_factory=list)
    log: list[str] = field(default_factory=list)


def scenario_file(fleet: Fleet, work: Path) -> Path:
    path = work / "scenario.yml"
    path.write_text(yaml.safe_dump(fleet.scenario, sort_keys=False))
    return path


def tell(fleet: Fleet, lab: Lab) -> Story:
    """Do it all, and keep what happened. Judges nothing."""
    lab.environment |= {
        "ANSIBLE_CALLBACK_PLUGINS": str(_CALLBACK),
        "ANSIBLE_CALLBACKS_ENABLED": "record",
        "FLEETS_RECORD": str(lab.work / "record.jsonl"),
        "ANSIBLE_FORKS": "10",
    }
    story = Story(fleet, _states(fleet, lab))
    audit = {name: value for name, value in fleet.variables.items() if name.endswith(("hosts", "types"))}
    for name, playbook, variables, options in (
        ("audit", "audit", audit, ()),
        ("check", "enforce", fleet.variables, ("--check",)),
        ("enforce", "enforce", fleet.variables, ()),
        ("audit after", "audit", audit, ()),
        ("enforce again", "enforce", fleet.variables, ()),
    ):
        story.steps[name] = _run(fleet, lab, name, playbook, variables, options)
    story.followed = list(_follow(fleet, lab, story.steps["enforce again"]))
    story.steps["audit at last"] = _run(fleet, lab, "audit at last", "audit", audit, ())
    story.log = lab.log
    return story


def _run(fleet: Fleet, lab: Lab, name: str, playbook: str, variables: dict[str, Any], options: tuple[str, ...]) -> Step:
    record = lab.work / "record.jsonl"
    record.unlink(missing_ok=True)
    seen = len(_ask(lab, {"command": "events"}))
    run = lab.playbook(f"winfleet.activation.{playbook}", variables, *options)
    events = tuple(_ask(lab, {"command": "events"})[seen:])
    results = tuple(json.loads(line) for line in record.read_text().splitlines()) if record.exists() else ()
    return Step(name, run.code, run.output, results, events, _states(fleet, lab))


def _states(fleet: Fleet, lab: Lab) -> States:
    return {name: _ask(lab, {"command": "state", "host": name}) for name in fleet.machines}


def _ask(lab: Lab, question: dict[str, Any]) -> Any:
    """As ``python -m winlab`` does, without a process for each of thousands of questions."""
    (socket,) = (lab.work / "run").glob("*.sock")
    return ask(socket, question)


def _follow(fleet: Fleet, lab: Lab, last: Step) -> Iterator[Followed]:
    """Do by hand what the last audit advises, with the modules that the advice names."""
    chosen = [
        host
        for host, result in last.audited.items()
        if result.get("advice") and host not in fleet.troubled and host not in fleet.approved
    ]
    for host in chosen[:_FOLLOWED]:
        for words, module, arguments in _advised(last.audited[host]["plan"]):
            run = lab.ansible(host, module, arguments)
            yield Followed(host, words, run.result(host), run.code != 0)


def _advised(plan: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for action in plan:
        for module, arguments in _ADVISED.findall(action["words"]):
            if action["action"] not in ("ask", "leave_alone") and module in _MODULES:
                yield action["words"], module, arguments.replace(" and ", " ")
