# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for a terminal: first what is wrong and what to do, then all of it."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._report.changes import compared
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.findings import groups_of
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.machine import Found
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.report import About, Approved
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.text_table import as_text

from .samples import FLEET, finding, read, report, rogue


def test_leads_with_the_verdict_and_what_to_do() -> None:
    lines = as_text(report()).splitlines()
    assert lines[0] == "Not compliant: 1 of 4 machines needs action, 2 were not read."
    order = [lines.index(line) for line in lines if line.startswith(("KMS-001", "AUD-001", "HOST", "4 hosts"))]
    assert order == sorted(order)
    assert len(order) == 4
    assert "    srv01: Because." in lines
    assert "    -> Mend it." in lines
    command = "    $ ansible-playbook winfleet.activation.enforce -e @policy.yml --limit kms01,srv01 --check"
    assert command in lines


def test_only_what_is_not_as_decided_is_explained() -> None:
    text = as_text(report())
    assert "    pc01: connection refused" in text
    assert "pc02: " not in text
    assert "4 hosts: 1 failed, 1 kms_client_ok, 1 kms_unapproved, 1 unreachable" in text


def test_only_what_is_wrong_has_a_line_and_all_are_counted() -> None:
    text = as_text(report(), only_wrong=True)
    assert "pc02" not in text
    assert "srv01" in text
    assert "4 hosts: 1 failed, 1 kms_client_ok" in text


def test_nothing_wrong_is_said_in_a_line() -> None:
    text = as_text(report({"pc02": read()}, about=About()), only_wrong=True)
    assert text == "Compliant: the one machine.\n\n1 hosts: 1 kms_client_ok\n"


def test_approved_names_that_no_machine_goes_by_are_named() -> None:
    assert "Approved, but not among the machines of this audit: kms02." in as_text(
        report({"a": read()}, approved=Approved((), ("kms02",)))
    )


def test_says_what_has_changed() -> None:
    whole = compared(report(), report({"srv01": read()}, about=About(audited_at="2026-11-26T17:09:00Z")), {})
    text = as_text(whole)
    assert "Since 2026-11-26T17:09:00Z: 3 new, 0 fixed, 0 the same" in text
    assert "KMS-001 error: KMS host that is not approved (1 machine, 1 new)" in text
    assert "srv01: new: Because." in text


def test_the_worst_come_first() -> None:
    hosts = {
        "a": read("not_activated", findings=[finding("CLI-002")]),
        "b": read("kms_client_ok", findings=[finding("CLI-010", "info")]),
        "c": read("next_year", compliant=False, findings=[finding("NEW-001", "error")]),
        **FLEET,
    }
    elsewhere = (Found("KMS-006", "warning", "Too few clients", subject="x"),)
    groups = groups_of(report(hosts, findings=elsewhere))
    assert [group.id for group in groups] == ["KMS-001", "CLI-002", "NEW-001", "KMS-006", "AUD-001", "CLI-010"]


@pytest.mark.parametrize(
    "name",
    [
        "a b",
        "a;reboot",
        "$(reboot)",
        "`x`",
        "-e",
        "--limit",
        "@/etc/passwd",
        "!a",
        "&a",
        "~a",
        "a:b",
        "a,b",
        "a*",
        "a[0]",
        "ä",
    ],
)
def test_a_command_has_no_name_that_means_something_else(name: str) -> None:
    """A KMS host may be in the inventory by what it has published in DNS, which is what its owner likes."""
    commands = [
        command for group in groups_of(report({name: rogue(), "pc9": FLEET["srv02"]})) for command in group.commands
    ]
    assert commands
    assert all(
        name not in command.replace("-e @policy.yml", "").replace("--limit kms01,pc9", "") for command in commands
    )


def test_a_policy_is_quoted() -> None:
    about = About(policy_name="my policy; reboot.yml")
    commands = groups_of(report({"a": rogue()}, about=about))[0].commands
    assert commands[2] == "ansible-playbook winfleet.activation.kms_dns -e '@my policy; reboot.yml'"


def test_many_machines_make_no_endless_command() -> None:
    hosts = {f"srv{number:02}": rogue() for number in range(21)}
    commands = groups_of(report(hosts))[0].commands
    assert commands[1] == "ansible-playbook winfleet.activation.enforce -e @policy.yml"


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        pytest.param({"plan": [{"action": "activate"}]}, True, id="a repair has something to do"),
        pytest.param({"plan": [{"action": "client_settings"}, {"action": "ask"}]}, True, id="and a person too"),
        pytest.param({"plan": [{"action": "ask"}]}, False, id="a person has"),
        pytest.param({"plan": [{"action": "leave_alone"}]}, False, id="left alone"),
        pytest.param({}, True, id="no plan was handed over"),
        pytest.param({"verdict": "wrong_key_type", "plan": [{"action": "install_key"}]}, False, id="another verdict"),
    ],
)
def test_a_repair_is_offered_where_it_does_something(changes: dict[str, object], offered: bool) -> None:
    """Kind: a command is advised that leaves the machine as it is."""
    host = {**read("not_activated", findings=[finding("CLI-002")]), **changes}
    (group,) = groups_of(report({"pc7": host}))
    assert any("enforce" in command for command in group.commands) is offered


def test_a_repair_names_the_machines_that_it_does_something_about() -> None:
    machine = read("not_activated", findings=[finding("CLI-002")])
    hosts = {"pc7": machine | {"plan": [{"action": "ask"}]}, "pc8": machine | {"plan": [{"action": "activate"}]}}
    (group,) = groups_of(report(hosts))
    assert group.commands[-1].endswith("-e repair=not_activated --limit kms01,pc8")
