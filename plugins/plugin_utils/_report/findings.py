# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do, worst first: the findings of all machines by their kind, each with its remedy and a command."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from .._licensing.tables import read_table
from .._policy.finding import Exempt, kinds
from .._policy.verdict import Verdict
from .machine import NEW, Found
from .report import Report

_FILE = Path(__file__).parent / "data" / "guidance.tsv"
_SEVERITIES = {"error": 0, "warning": 1, "info": 2}

# More names than that make no command; the playbook finds the machines by itself.
_LONGEST_LIMIT = 20
# Names that mean nothing but themselves to a shell and in a host pattern of Ansible.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)
_POLICY = "policy.yml"
_REPAIR = "winfleet.activation.enforce"
_REPAIRED = re.compile(r"repair=(\w+)")


@dataclass(frozen=True)
class Guidance:
    """Why a kind of finding matters, where Microsoft says so, and what repairs it."""

    why: str = ""
    source: str = ""
    url: str = ""
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """All findings of one kind. ``items`` are machine, or other subject, and finding; ``machines`` says which."""

    id: str
    severity: str
    title: str
    items: tuple[tuple[str, Found], ...]
    guidance: Guidance
    commands: tuple[str, ...]
    machines: bool = True
    fixed: int = 0

    @property
    def counted(self) -> str:
        """How many there are, and how many new and fixed ones, in words."""
        noun = "machine" if self.machines else "finding"
        words = [f"{len(self.items):,} {noun}{'' if len(self.items) == 1 else 's'}"]
        words += [f"{count:,} {word}" for count, word in ((self.new, "new"), (self.fixed, "fixed")) if count]
        return ", ".join(words)

    @property
    def new(self) -> int:
        """How many of them the last report did not have."""
        return sum(found.change == NEW for _name, found in self.items)

    @property
    def remedies(self) -> tuple[str, ...]:
        """The different remedies, each once."""
        return tuple(dict.fromkeys(found.remedy for _name, found in self.items if found.remedy))


def excepted_of(report: Report) -> list[tuple[str, Found, Exempt]]:
    """The findings that somebody has accepted, by machine or other subject, and who and until when."""
    found = [(machine.host, one) for machine in report.machines for one in machine.findings]
    found += [(one.subject, one) for one in report.findings]
    return [(name, one, one.exception) for name, one in found if one.exception is not None]


def groups_of(report: Report) -> list[Group]:
    """The findings that nobody has accepted, by kind, worst first."""
    by_kind: dict[str, list[tuple[str, Found]]] = defaultdict(list)
    for machine in report.machines:
        for found in machine.open_findings:
            by_kind[found.id].append((machine.host, found))
    on_machines = {id_: [name for name, _found in items] for id_, items in by_kind.items()}
    for found in report.open_findings:
        by_kind[found.id].append((found.subject, found))
    made = [_group(report, id_, items, on_machines.get(id_, [])) for id_, items in by_kind.items()]
    order = {id_: place for place, id_ in enumerate(kinds())}
    return sorted(made, key=lambda group: (severity_rank(group.severity), order.get(group.id, len(order)), group.id))


def severity_rank(severity: str) -> int:
    """0 for the worst. A severity that nobody has named yet counts as a warning."""
    return _SEVERITIES.get(severity, 1)


def worst(found: Iterable[Found]) -> Found | None:
    """The worst of some findings; of equals the first."""
    return min(found, key=lambda one: severity_rank(one.severity), default=None)


@lru_cache(maxsize=1)
def guidance() -> Mapping[str, Guidance]:
    """What is known about each kind of finding."""
    return MappingProxyType(
        {
            row["id"]: Guidance(
                row["why"], row["source"], row["url"], tuple(filter(None, row["commands"].split(" | ")))
            )
            for row in read_table(_FILE)
        }
    )


def _group(report: Report, id_: str, items: list[tuple[str, Found]], hosts: list[str]) -> Group:
    known = guidance().get(id_, Guidance())
    fixed = sum(gone.id == id_ for gone in report.changes.fixed) if report.changes else 0
    first = min((found for _name, found in items), key=lambda one: severity_rank(one.severity))
    commands = tuple(_commands(report, known, hosts))
    return Group(
        id_, first.severity, first.title or id_, tuple(items), known, commands, len(hosts) == len(items), fixed
    )


def _commands(report: Report, known: Guidance, hosts: list[str]) -> Iterator[str]:
    policy = shlex.quote(f"@{report.about.policy_name or _POLICY}")
    for template in known.commands:
        reached = [host for host in hosts if _reaches(report, template, host)]
        if hosts and not reached:
            continue
        plain = _can_be_listed(report, reached)
        if "{hosts}" in template and not plain:
            continue
        names = dict.fromkeys([*report.approved.serving, *reached])
        limit = f" --limit {','.join(names)}" if plain and reached else ""
        yield template.format(policy=policy, limit=limit, hosts=",".join(reached))


def _reaches(report: Report, template: str, host: str) -> bool:
    """Whether a command does something about a machine. A repair does only what its verdict and its plan allow."""
    if _REPAIR not in template:
        return True
    word = _REPAIRED.search(template)
    machine = next((one for one in report.machines if one.host == host), None)
    return machine is None or (machine.repairable and machine.verdict == (word[1] if word else Verdict.KMS_UNAPPROVED))


def _can_be_listed(report: Report, hosts: list[str]) -> bool:
    few = not report.about.redacted and len(hosts) <= _LONGEST_LIMIT
    return few and _all_plain([*hosts, *report.approved.serving])


def _all_plain(names: Iterable[str]) -> bool:
    return all(_PLAIN_NAME.fullmatch(name) for name in names)
