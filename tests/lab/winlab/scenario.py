# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scenarios: a fleet written down in YAML.

A scenario names a domain, accounts and machines; everything has a default, so that `release:` alone is a machine.
The built-in scenarios beside this file show the fields at work; a mistake is answered with the allowed ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from .dns_section import read_dns
from .machine_section import Shared, read_machine
from .section import ScenarioError, Section
from .specs import KeySpec, MachineSpec, Scenario
from .windows.lab_keys import key_ring
from .windows.releases import Release, catalog
from .winrm_section import default_accounts, read_account

SCENARIOS = Path(__file__).parent / "scenarios"


def built_in() -> dict[str, str]:
    """The built-in scenarios with their descriptions."""
    return {path.stem: _description(path) for path in sorted(SCENARIOS.glob("*.yml"))}


def load_scenario(name_or_path: str) -> Scenario:
    """A scenario from a file, or a built-in one by name."""
    path = Path(name_or_path)
    if not path.is_file():
        path = SCENARIOS / f"{name_or_path}.yml"
    if not path.is_file():
        known = ", ".join(built_in())
        raise ScenarioError(name_or_path, "", f"no such file and no built-in scenario; built in are {known}")
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ScenarioError(str(path), "", f"this is not YAML: {error}") from error
    return parse_scenario(data, str(path))


def parse_scenario(data: object, file: str = "scenario") -> Scenario:
    """A scenario from parsed YAML."""
    top = Section(file, "", data)
    domain = top.text("domain", "corp.example") or "corp.example"
    netbios = top.text("netbios") or domain.split(".")[0].upper()
    name = top.text("name") or Path(file).stem
    accounts = [read_account(one, domain, netbios) for one in top.sections("accounts")]
    shared = Shared(domain, netbios, accounts or default_accounts(domain, netbios), top.section("defaults"))
    machines = list(_machines(top.sections("machines"), shared))
    if not machines:
        raise top.error("machines", "a scenario needs at least one machine")
    _unique(top, machines)
    scenario = Scenario(
        file=file,
        name=name,
        description=top.text("description", "") or "",
        domain=domain,
        netbios=netbios,
        network=top.text("network", "127.40.0.0/16") or "",
        clock=_moment(top, "clock"),
        dns=read_dns(top.section("dns"), domain),
        keys=tuple(_key_accounts(top.section("keys"))),
        activation_object=top.text("activation_object"),
        variables=dict(top.raw("variables") or {}),
        machines=tuple(machines),
    )
    top.finish()
    return scenario


def _machines(sections: list[Section], shared: Shared) -> Iterator[MachineSpec]:
    numbers: dict[str, int] = {}
    for section in sections:
        release = _release(section, shared)
        prefix = _prefix(release)
        count = section.integer("count", 1, 1, 20000)
        first = section.integer("first", 1, 0, 20000)
        pattern = section.text("name")
        if (count > 1 or section.has("first")) and pattern is not None and "%" not in pattern:
            pattern += "-%02d"
        for index in range(first, first + count):
            if pattern is None:
                numbers[prefix] = numbers.get(prefix, 0) + 1
                name = f"{prefix}-{numbers[prefix]:02d}"
            else:
                name = _numbered(section, pattern, index)
            data = {**_plain(shared.defaults), **_plain(section)}
            yield read_machine(Section(section.file, f"machine {name}", data), name, release, shared)


def _release(section: Section, shared: Shared) -> Release:
    text = section.text("release") or shared.defaults.text("release")
    found = catalog().release(text) if text else None
    if found is None:
        allowed = ", ".join(catalog().releases)
        problem = f"{text!r} is not a release of the lab" if text else "this field is required"
        raise section.error("release", f"{problem}; allowed are {allowed}")
    return found


def _key_accounts(section: Section) -> Iterator[KeySpec]:
    for name in section.names():
        if key_ring().named(name) is None:
            raise section.error(name, "no such key; `python -m winlab keys` prints all names")
        account = section.section(name)
        yield KeySpec(
            name,
            account.integer("machines_used", 0, 0, 100),
            account.optional_integer("activations"),
            account.boolean("blocked", False),
        )
        account.finish()


def _moment(section: Section, name: str) -> datetime | None:
    value = section.raw(name)
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise section.error(name, f"{value!r} is not a time; write for example 2026-11-24T08:00:00Z") from error
    if not isinstance(value, datetime):
        raise section.error(name, "a time is expected, for example 2026-11-24T08:00:00Z")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _numbered(section: Section, pattern: str, index: int) -> str:
    if "%" not in pattern:
        return pattern
    try:
        return pattern % index
    except (TypeError, ValueError) as error:
        raise section.error("name", f"{pattern!r} is not a pattern; write for example srv-%02d") from error


def _prefix(release: Release) -> str:
    return release.name.replace("server", "srv")


def _plain(section: Section) -> dict[str, Any]:
    return {name: section.raw(name) for name in section.names()}


def _unique(top: Section, machines: list[MachineSpec]) -> None:
    seen: set[str] = set()
    for machine in machines:
        for word in (machine.name.lower(), machine.address):
            if word in seen:
                raise top.error("machines", f"{word} is used twice")
            if word:
                seen.add(word)


def _description(path: Path) -> str:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return str(data.get("description", "")).strip() if isinstance(data, dict) else ""
