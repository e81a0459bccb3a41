# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables as people type them: text from the command line or a survey, empty, misspelt, of another type.

Kind: a text that is taken for a boolean, and a typo that passes. Nothing may be changed, and the word is named. Runs on
the oldest and the newest ansible-core, which differ in this.
"""

from __future__ import annotations

import json

import pytest
import yaml

from .conftest import Lab, Run, StartLab

ROGUES = {"srv2008-01", "srv2008r2-01", "srv2019-01"}
APPROVED = "approved_kms_hosts=kms01.corp.example"


@pytest.fixture(scope="module")
def demo(start_lab: StartLab) -> Lab:
    return start_lab("demo")


def typed(lab: Lab, playbook: str, *variables: str, options: tuple[str, ...] = ()) -> Run:
    """One run with extra variables in the form ``name=text``."""
    extra = [word for variable in variables for word in ("-e", variable)]
    return lab.playbook(f"winfleet.activation.{playbook}", None, *extra, *options)


def said(run: Run) -> str:
    return " ".join(run.output.split())


def published(lab: Lab) -> set[str]:
    return {json.loads(line)["target"].split(".")[0].lower() for line in lab.winlab("records").splitlines()}


def dns(lab: Lab) -> tuple[str, ...]:
    server = yaml.safe_load(lab.inventory.read_text())["all"]["vars"]["winlab_dns"]
    return (
        "kms_domains=corp.example",
        f"kms_dns_nameservers={server['server']}:{server['port']}",
        f"kms_dns_server={server['server']}",
        f"kms_dns_server_port={server['port']}",
    )


@pytest.mark.parametrize(
    ("variables", "code", "words"),
    [
        ((APPROVED, "audit_fail=false"), 0, "kms_unapproved"),
        ((APPROVED, "audit_fail=no"), 0, "kms_unapproved"),
        ((APPROVED, "audit_fail=true"), 2, "It is not an approved KMS host"),
        ((APPROVED, "audit_fail=fasle"), 2, "audit_fail: it must be true or false, not 'fasle'"),
        ((APPROVED, "audit_fail="), 2, "audit_fail: it must be true or false, not ''"),
        ((APPROVED, "accepted_key_types=GVLK,MAKK"), 2, "MAKK"),
        (("approved_kms_hosts=",), 2, "is not a name or an address"),
        (("approved_kms_hosts='kms 01'",), 2, "kms 01"),
        ((), 0, "No policy was given"),
        (("license_audit_columns=",), 0, "No policy was given"),
        (("license_audit_columns=ansible_host,",), 0, "No policy was given"),
        (("approved_kms_host=kms01.corp.example",), 2, "Did you mean approved_kms_hosts?"),
        (("approved_kms_hosts=kms1.corp.example",), 0, "Approved, but not among the machines of this audit: kms1"),
    ],
)
def test_audit(demo: Lab, variables: tuple[str, ...], code: int, words: str) -> None:
    run = typed(demo, "audit", *variables, options=("--limit", "kms01,srv2008r2-01"))
    assert run.code == code, run.output
    assert words in said(run), run.output
    assert not demo.events(kind="invoke")


@pytest.mark.parametrize(
    ("playbook", "variable", "words"),
    [
        ("audit", "report_path=/nowhere/a.json", "the folder /nowhere does not exist"),
        ("audit", "report_paths=a.html,new/a.json", "/new does not exist"),
        ("audit", "report_format=jsn", "report_format: 'jsn' is not one of the choices"),
        ("audit", "license_audit_show=wrng", "license_audit_show"),
        ("audit", "license_audit_compare_with=/etc/hostname", "/etc/hostname cannot be compared with"),
        ("audit", "license_audit_columns=ansible_password", "looks like a secret"),
        ("audit", "license_audit_columns=siet", "no host of the inventory has a variable siet"),
        ("enforce", "report_path=/nowhere/a.json", "the folder /nowhere does not exist"),
        ("enforce", "report_path=.", "is a folder"),
        ("enforce", "report_format=jsn", "report_format: 'jsn' is not one of the choices"),
    ],
)
def test_a_report_that_cannot_be_is_known_before_anything_is_read(
    demo: Lab, playbook: str, variable: str, words: str
) -> None:
    """Kind: what is wrong with the cheapest step comes out at the end, and costs the expensive ones."""
    before = len(demo.events())
    run = typed(demo, playbook, APPROVED, variable)
    assert run.code == 2, run.output
    assert words in said(run), run.output
    assert len(demo.events()) == before


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ((), "approved_kms_hosts is not set"),
        (("approved_kms_hosts=kms1.corp.example",), "Did you mean kms01"),
        (("approved_kms_hosts=kms01.emea.corp.example",), "kms01.emea.corp.example"),
        (("approved_kms_hosts=127.0.0.250",), "127.0.0.250"),
        (("approved_kms_hosts=",), "is not a name or an address"),
        ((APPROVED, "repair=kms_unaproved"), "did you mean kms_unapproved?"),
        ((APPROVED, "repair="), "repair is empty"),
        ((APPROVED, "activate=fasle"), "activate: it must be true or false, not 'fasle'"),
        ((APPROVED, "require_activation=maybe"), "require_activation: it must be true or false, not 'maybe'"),
        ((APPROVED, "served=perhaps"), "served: it must be true or false, not 'perhaps'"),
        ((APPROVED, "kms_client_served=perhaps"), "kms_client_served: it must be true or false, not 'perhaps'"),
        ((APPROVED, "activate="), "activate: it must be true or false, not ''"),
        ((APPROVED, "canary=one"), "canary: it must be a whole number, not 'one'"),
        ((APPROVED, "max_changes=half"), "max_changes: 'half' is not valid here"),
    ],
)
def test_enforce_changes_nothing_by_a_typo(demo: Lab, variables: tuple[str, ...], words: str) -> None:
    run = typed(demo, "enforce", *variables)
    assert run.code != 0, run.output
    assert words in said(run), run.output
    assert not demo.events(kind="invoke")


def test_an_empty_list_alone_takes_no_kms_host_away(demo: Lab) -> None:
    run = demo.playbook("winfleet.activation.enforce", {"approved_kms_hosts": []})
    assert run.code != 0
    assert "no_kms_host=true" in said(run)
    assert not demo.events(kind="invoke")


@pytest.mark.parametrize(("playbook", "variables"), [("kms_client", ()), ("kms_host", ()), ("kms_client", (APPROVED,))])
def test_a_playbook_without_machines_or_policy_says_so(demo: Lab, playbook: str, variables: tuple[str, ...]) -> None:
    run = typed(demo, playbook, *variables)
    assert run.code != 0
    assert f"group {playbook}s of the inventory" in said(run)


def test_dns_is_not_changed_where_text_says_so(demo: Lab) -> None:
    """``-e kms_dns_update=false`` deleted the records once, and reported no change."""
    run = typed(demo, "kms_dns", APPROVED, *dns(demo), "kms_dns_update=false")
    assert run.code == 0, run.output
    assert published(demo) == {"kms01", *ROGUES}
    assert "update delete _vlmcs._tcp.corp.example. SRV 0 0 1688 srv2008-01.corp.example." in run.output
    assert not demo.events(kind="invoke")


@pytest.mark.parametrize("variable", ["kms_dns_update=fasle", "kms_dns_probe=2", "kms_dns_add_missing=maybe"])
def test_dns_refuses_a_word_that_is_no_boolean(demo: Lab, variable: str) -> None:
    run = typed(demo, "kms_dns", APPROVED, *dns(demo), variable)
    assert run.code != 0
    assert variable.partition("=")[0] in said(run)
    assert published(demo) == {"kms01", *ROGUES}


def test_a_kms_host_that_works_is_not_taken_away_from_its_clients(demo: Lab) -> None:
    """Approved is a machine that serves nobody yet; the one that does is missing in the list."""
    run = typed(demo, "enforce", "approved_kms_hosts=srv2019-01", options=("--limit", "kms01,srv2019-01"))
    assert run.code == 2, run.output
    assert "no approved KMS host was seen that could do so in its place" in said(run)
    assert not demo.events(kind="invoke")


def test_repaired_without_activation_where_text_says_so(demo: Lab) -> None:
    """Last: it changes the fleet."""
    run = typed(demo, "enforce", APPROVED, "activate=false", "repair=kms_unapproved, no_key")
    assert run.code == 0, run.output
    methods = [event["method"] for event in demo.events(kind="invoke")]
    assert methods.count("InstallProductKey") == len(ROGUES)
    assert "Activate" not in methods
    assert {demo.state(host)["license"]["key_type"] for host in ROGUES} == {"gvlk"}
