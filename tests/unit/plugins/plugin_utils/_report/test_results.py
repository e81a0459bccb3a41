# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results become machines of the report: every host is one, and what is not known is never good."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._report.results import machine_of, machines_of

from .samples import FLEET, HOSTILE, finding, hostile, read, rogue


def test_every_host_is_a_machine_in_order() -> None:
    machines = machines_of(FLEET)
    assert [machine.host for machine in machines] == ["pc01", "pc02", "srv01", "srv02"]
    assert [machine.verdict for machine in machines] == ["unreachable", "kms_client_ok", "kms_unapproved", "failed"]
    assert [machine.wrong for machine in machines] == [True, False, True, True]
    assert machines[0].reason == "connection refused"


def test_host_whose_turn_never_came_says_so() -> None:
    machine = machine_of("srv03", {"failed": True, "not_reached": True, "msg": "the run ended"})
    assert (machine.verdict, machine.reason, machine.read) == ("not_reached", "the run ended", False)
    assert [found.id for found in machine.findings] == ["AUD-001"]


@pytest.mark.parametrize("result", [None, "text", [], {}, {"license": None}, {"license": [], "msg": None}])
def test_anything_but_a_result_is_a_machine_that_was_not_read(result: Any) -> None:
    machine = machine_of("pc01", result)
    assert (machine.read, machine.wrong, machine.reason) == (False, True, "no result")


@pytest.mark.parametrize(
    ("result", "wrong", "needs_action"),
    [
        (read("kms_client_ok"), False, False),
        (read("left_alone"), False, False),
        (read("kms_unapproved"), True, True),
        (read("unjudged"), True, False),
        (read("a_verdict_of_next_year", compliant=False), True, True),
        (read("a_verdict_of_next_year", compliant=True), False, False),
        ({**read("a_verdict_of_next_year"), "compliant": None}, True, False),
    ],
)
def test_only_what_is_known_to_be_right_is(result: dict[str, Any], wrong: bool, needs_action: bool) -> None:
    machine = machine_of("pc01", result)
    assert (machine.wrong, machine.needs_action) == (wrong, needs_action)


def test_a_verdict_without_findings_is_a_finding() -> None:
    old = {name: value for name, value in read("not_activated").items() if name not in ("findings", "compliant")}
    (found,) = machine_of("pc01", old).findings
    assert (found.id, found.severity, found.title) == ("not_activated", "error", "not activated")


@pytest.mark.parametrize(
    ("result", "by"),
    [
        (read(), "kms01.corp.example"),
        (read(kms_client={"configured_host": "kms02", "discovered_host": "kms01"}), "kms02"),
        (read(license={"activation_method": "ad"}), "Active Directory"),
        (read(license={"key_type": "MAK"}), ""),
        (rogue(), "itself"),
    ],
)
def test_says_who_keeps_it_activated(result: dict[str, Any], by: str) -> None:
    assert machine_of("pc01", result).kms_host == by


@pytest.mark.parametrize(
    ("caption", "system"),
    [
        ("Microsoft® Windows Vista™ Business ", "Windows Vista Business"),
        ("Microsoft(R) Windows(R) Server 2003 Standard Edition", "Windows Server 2003 Standard Edition"),
        ("Майкрософт Windows 10", "Майкрософт Windows 10"),
        (None, ""),
    ],
)
def test_system_has_neither_maker_nor_signs(caption: str | None, system: str) -> None:
    assert machine_of("pc01", read(os={"caption": caption, "build": 1})).os == system


@pytest.mark.parametrize("text", HOSTILE)
def test_every_text_becomes_one_printable_line(text: str) -> None:
    machine = machine_of("pc01", hostile(text), {"site": text})
    texts = [value for value in vars(machine).values() if isinstance(value, str)]
    texts += [*machine.columns.values(), *(str(value) for key in machine.keys for value in vars(key).values())]
    texts += [value for found in machine.findings for value in vars(found).values() if value]
    assert all(one.isprintable() for one in texts)
    assert (machine.build, machine.grace_minutes) == (None, None)


def test_a_text_has_an_end() -> None:
    machine = machine_of("h" * 10_000, read(verdict_reason="r" * 10_000, findings=[finding(reason="f" * 10_000)]))
    assert len(machine.host) == 300
    assert len(machine.reason) == len(machine.findings[0].reason) == 2000
