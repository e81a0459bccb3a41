# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every step of a diagnosis: one machine of the lab on which it fails first, over the wire, with real DNS and ports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.guide import example
from tests.module_document import assert_documented, document
from winlab.tables import read_table

from .conftest import REPOSITORY, Lab, StartLab

STEPS = REPOSITORY / "plugins" / "plugin_utils" / "_policy" / "data" / "causes.tsv"
SCENARIO = Path(__file__).parent / "scenarios" / "diagnosis.yml"


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    found = start_lab(str(SCENARIO))
    # Every machine that acts by itself tries to activate once.
    found.winlab("advance", "130m")
    return found


@pytest.fixture(scope="module")
def results(lab: Lab) -> dict[str, Any]:
    """The diagnosis of every machine."""
    return diagnosed(lab, "all")


def diagnosed(lab: Lab, pattern: str, *options: str, **arguments: Any) -> dict[str, Any]:
    inventory = yaml.safe_load(lab.inventory.read_text())
    variables = inventory["all"]["vars"]
    server = variables["winlab_dns"]
    given = {
        "approved_kms_hosts": variables["approved"],
        "nameservers": [f"{server['server']}:{server['port']}"],
        "server_port": server["port"],
        "timeout": 30,
        **arguments,
    }
    run = lab.ansible(pattern, "license_diagnosis", json.dumps(given), "--forks", "8", *options)
    return run.results


# The step that fails first on a machine, and those that fail as well because of it.
CAUSES: dict[str, tuple[str, list[str]]] = {
    "read": ("read", []),
    "key-kind": ("key_kind", []),
    "key-edition": ("key_edition", []),
    "service": ("service", []),
    "activation-type": ("activation_type", []),
    "directory": ("directory", []),
    "cloud": ("cloud", []),
    "configured-host": ("configured_host", ["host_count"]),
    "dns-suffix": ("dns_suffix", []),
    "srv-records": ("srv_records", []),
    "srv-hosts": ("srv_hosts", ["host_count"]),
    "target-resolves": ("target_resolves", []),
    "port": ("port", ["host_product"]),
    "host-product": ("host_product", []),
    "host-activated": ("host_activated", []),
    "host-count": ("host_count", []),
    "clock": ("clock", []),
    "cached-host": ("cached_host", []),
    "logged-code": ("logged_code", []),
    "license-state": ("license_state", []),
    "request-arrived": ("request_arrived", []),
    "answer-lost": ("unexplained", []),
    "unexplained": ("unexplained", []),
    "two-causes": ("configured_host", ["host_count", "clock"]),
    "vista-port": ("port", ["host_product"]),
    "win7-suffix": ("dns_suffix", []),
    "search": ("unexplained", []),
}


@pytest.mark.parametrize("host", CAUSES)
def test_the_first_step_that_explains_it_is_the_cause(results: dict[str, Any], host: str) -> None:
    cause, also = CAUSES[host]
    result = results[host]
    assert result["cause"]["id"] == cause, result["report"]
    assert [step["id"] for step in result["also"]] == also, result["report"]
    assert result["cause"]["status"] == "failed"
    assert result["cause"]["remedy"]
    assert result["msg"].startswith(f"{host} is ")
    assert len(result["report"]) == 10
    assert result["changed"] is False


def test_every_step_is_the_cause_on_one_machine_and_passes_on_another(lab: Lab, results: dict[str, Any]) -> None:
    # Of activation objects something is known only where it is said.
    told = diagnosed(lab, "unexplained", directory_objects=[{"name": "ao", "covers": True}])
    steps = [step for result in (*results.values(), *told.values()) for step in result["steps"]]
    ended = {status: {step["id"] for step in steps if step["status"] == status} for status in ("passed", "not_asked")}
    everything = [row["id"] for row in read_table(STEPS)]
    assert [step["id"] for step in results["port"]["steps"]] == everything
    assert set(everything) - {result["cause"]["id"] for result in results.values() if result["cause"]} == set()
    # The last word is spoken where no cause was found, and passes by not being asked.
    assert set(everything) - ended["passed"] == {"unexplained"}
    assert "unexplained" in ended["not_asked"]


def test_a_request_that_arrived_is_no_cause(results: dict[str, Any]) -> None:
    """The KMS host has an event 12290 of the client machine ID, of the time of the request that has no answer."""
    for host, status in (("answer-lost", "passed"), ("request-arrived", "failed")):
        (step,) = (one for one in results[host]["steps"] if one["id"] == "request_arrived")
        assert (step["status"], "kms01" in step["evidence"]) == (status, True), step


def test_a_machine_that_cannot_be_read_is_not_said_to_be_anything(results: dict[str, Any]) -> None:
    result = results["read"]
    assert result["msg"].startswith("read is not known to be activated: its licensing provider does not answer")
    assert result["code"]["code"] == "0x80041013"
    assert {step["status"] for step in result["steps"] if step["id"].startswith(("key_", "host_"))} == {"unknown"}


def test_steps_before_the_cause_do_not_fail(results: dict[str, Any]) -> None:
    for host, (cause, _also) in CAUSES.items():
        steps = results[host]["steps"]
        before = [step for step in steps[: [step["id"] for step in steps].index(cause)] if step["status"] == "failed"]
        assert [step["id"] for step in before if step["id"] not in ("logged_code",)] == [], host


@pytest.mark.parametrize(
    ("host", "code", "event"),
    [
        ("clock", "0xC004F06C", 12288),
        ("port", "0x800706BA", 12288),
        ("host-product", "0xC004F042", 12288),
        ("host-activated", "0xC004F041", 12288),
        ("host-count", "0xC004F038", 12289),
        ("dns-suffix", "0x8007007B", 8233),
        ("srv-records", "0x8007232B", 8233),
        ("directory", "0xC004F081", 8233),
        ("vista-port", "0x800706BA", 12288),
        ("key-kind", "0xC004F034", None),
    ],
)
def test_the_real_code_is_believed(results: dict[str, Any], host: str, code: str, event: int | None) -> None:
    told = results[host]["code"]
    assert (told["code"], told["event"]) == (code, event)


def test_a_machine_that_is_activated_needs_no_explanation(results: dict[str, Any]) -> None:
    healthy = results["healthy"]
    assert (healthy["problem"], healthy["cause"], healthy["steps"]) == (None, None, [])
    assert healthy["msg"] == "healthy is activated. There is nothing to diagnose."


def test_facts_that_are_withheld_make_their_steps_unknown(lab: Lab) -> None:
    nothing = {"ask_dns": False, "probe": False, "read_kms_host": False, "event_days": 0}
    result = diagnosed(lab, "unexplained", **nothing)["unexplained"]
    assert result["unknown"] == [
        *("directory", "srv_records", "srv_hosts", "target_resolves", "port"),
        *("host_product", "host_activated", "host_count", "clock", "logged_code", "request_arrived"),
    ]
    assert result["cause"]["id"] == "unexplained"
    assert "unknown: directory" in result["msg"]
    assert "it was not asked for" in next(step["evidence"] for step in result["steps"] if step["id"] == "port")


def test_what_the_directory_holds_may_be_said(lab: Lab) -> None:
    for objects, status in (
        ([], "not_asked"),
        ([{"name": "ao", "covers": True}], "passed"),
        ([{"name": "ao"}], "unknown"),
    ):
        result = diagnosed(lab, "unexplained", directory_objects=objects)["unexplained"]
        assert next(step["status"] for step in result["steps"] if step["id"] == "directory") == status


def test_it_costs_what_its_documentation_says_and_changes_nothing(lab: Lab) -> None:
    alone = {"ask_dns": False, "probe": False, "read_kms_host": False}
    for host, requests in (("healthy", 3), ("unexplained", 11), ("clock", 11)):
        before = len(lab.events(host))
        plain = diagnosed(lab, host, **alone)[host]
        asked = [event for event in lab.events(host)[before:] if "user" in event and event["kind"] != "pull"]
        assert len(asked) == requests, asked
        assert diagnosed(lab, host, "--check", **alone)[host]["steps"] == plain["steps"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"event_days": 61}, "event_days"),
        ({"timeout": 0}, "timeout"),
        ({"server_port": 0}, "server_port"),
        ({"product": "nonesuch"}, "Products with a key are"),
        ({"directory_objects": [{"covers": True}]}, "each needs a name"),
    ],
)
def test_bad_arguments(lab: Lab, arguments: dict[str, Any], words: str) -> None:
    result = diagnosed(lab, "unexplained", **arguments)["unexplained"]
    assert "cause" not in result
    assert words in result["msg"]


def test_what_is_wrong_with_a_kms_host_is_gathered(lab: Lab) -> None:
    watched = lab.ansible("kms-few", "kms_host_info", "client_days=14 event_days=2").result("kms-few")
    # Publishing in its own domain has gone well since.
    assert [(one["event"], one["domain"], one["error"]["code"]) for one in watched["failures"]] == [
        (12293, "branch.example", "0x80072338")
    ]
    found = [one["id"] for one in watched["findings"]]
    assert found[:2] == ["KMS-009", "KMS-006"]
    assert 0 <= watched["idle_minutes"] <= 24 * 60
    plain = lab.ansible("kms-few", "kms_host_info").result("kms-few")
    assert (plain["failures"], plain["idle_minutes"]) == ([], None)


def test_who_never_asked_a_kms_host(lab: Lab) -> None:
    """Two of four: one is activated already, and one looks elsewhere. The one with a retail key need not ask."""
    fleet = lab.ansible("kms01", "fleet_info", json.dumps({"hosts": ["host-count", "port", "healthy", "key-kind"]}))
    given = {"client_days": 21, "hosts": fleet.result("kms01")["hosts"]}
    watched = lab.ansible("kms-few", "kms_host_info", json.dumps(given)).result("kms-few")
    assert sorted(watched["unheard_hosts"]) == ["healthy", "port"]
    assert watched["weekly_clients"][0] >= 1
    assert len(watched["weekly_clients"]) == 3
    assert_documented(watched, document("kms_host_info")["return"], "kms_host_info")
    plain = lab.ansible("kms-few", "kms_host_info").result("kms-few")
    assert (plain["unheard_hosts"], plain["weekly_clients"]) == (None, [])
    refused = lab.ansible("kms-few", "kms_host_info", json.dumps({"hosts": given["hosts"]}))
    assert "hosts needs client_days" in refused.output


def test_a_fleet_is_asked_why_only_where_something_is_wrong(lab: Lab, results: dict[str, Any]) -> None:
    inventory = yaml.safe_load(lab.inventory.read_text())
    variables = inventory["all"]["vars"]
    server = variables["winlab_dns"]
    given = {
        "hosts": list(results),
        "approved_kms_hosts": variables["approved"],
        "diagnose": True,
        "nameservers": [f"{server['server']}:{server['port']}"],
        "server_port": server["port"],
    }
    fleet = lab.ansible("kms01", "fleet_info", json.dumps(given)).result("kms01")
    told = {name: host.get("diagnosis") for name, host in fleet["hosts"].items()}
    assert told["healthy"] is None
    assert told["kms01"] is None
    # Nobody reads a KMS host's log for a whole fleet, and a machine that is activated is not asked.
    left_out = ("request-arrived", "cached-host")
    causes = {name: expected for name, (expected, _also) in CAUSES.items() if name not in left_out}
    assert {name: (told[name] or {}).get("cause", {}).get("id") for name in causes} == causes
    assert "is not activated: " in told["clock"]["msg"]
    assert fleet["summary"]["diagnosed"] == len([one for one in told.values() if one is not None])


def test_what_is_returned_is_documented(results: dict[str, Any]) -> None:
    for result in results.values():
        assert_documented(result, document("license_diagnosis")["return"], "license_diagnosis")


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("Why is it not activated?", "port is not activated: no KMS host answers"),
        ("What does the code say?", "w32tm"),
        ("Why are some not activated?", "srv-records is not activated"),
    ],
)
def test_examples_of_the_guide(lab: Lab, marker: str, said: str) -> None:
    playbook = lab.work / "guide.yml"
    text = example("guide_diagnosis", "yaml", marker)
    # The lab's DNS stands elsewhere than a site's.
    server = yaml.safe_load(lab.inventory.read_text())["all"]["vars"]["winlab_dns"]
    plays = yaml.safe_load(text)
    for task in plays[0]["tasks"]:
        for module in ("license_diagnosis", "fleet_info"):
            if f"winfleet.activation.{module}" in task:
                asked = {"nameservers": [f"{server['server']}:{server['port']}"], "server_port": server["port"]}
                task[f"winfleet.activation.{module}"] |= asked
    playbook.write_text(yaml.safe_dump(plays))
    approved = yaml.safe_load(lab.inventory.read_text())["all"]["vars"]["approved"]
    run = lab.playbook(str(playbook), {"approved_kms_hosts": approved, "ticket_folder": str(lab.work)}, "--forks", "8")
    assert run.code == 0, run.output
    assert said in run.output
    if marker == "Why is it not activated?":
        assert len((lab.work / "port.txt").read_text().splitlines()) == 10
        assert not (lab.work / "healthy.txt").exists()


def test_watching_example_of_the_guide(lab: Lab) -> None:
    playbook = lab.work / "watch.yml"
    text = example("guide_diagnosis", "yaml", "Watch the KMS hosts")
    playbook.write_text(text.replace("hosts: kms_hosts", "hosts: kms-few"))
    run = lab.playbook(str(playbook))
    assert run.code == 0, run.output
    assert "KMS-009" in run.output
