# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JUnit, SARIF, Code Quality and Prometheus: what those who read them rely on. Their schemas: tests/report."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from ansible_collections.winfleet.activation.plugins.plugin_utils._report.code_quality import as_code_quality
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.junit import as_junit
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.machine import Found
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.places import places_in
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.prometheus import as_prometheus
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.sarif import as_sarif

from .samples import FLEET, finding, hostile_report, read, report, rogue

INVENTORY = """\
# srv01 was here
windows:
  hosts:
    "pc02": {ansible_host: 10.0.0.2}
    srv01:
    srv011:
"""


def cases(text: str) -> dict[str, str]:
    """Outcome by name."""
    root = ElementTree.fromstring(text)
    return {case.get("name", ""): case[0].tag if len(case) else "passed" for case in root.iter("testcase")}


# --- JUnit


def test_unknown_is_an_error_and_wrong_a_failure() -> None:
    hosts = {**FLEET, "avma": read("left_alone", findings=[finding("CLI-010", "info")]), "new": read("unjudged")}
    assert cases(as_junit(report(hosts))) == {
        "activation of avma": "skipped",
        "activation of new": "skipped",
        "activation of pc01": "error",
        "activation of pc02": "passed",
        "activation of srv01": "failure",
        "activation of srv02": "error",
    }


def test_counts_are_right_and_attribute_and_text_agree() -> None:
    root = ElementTree.fromstring(as_junit(report()))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("4", "1", "2")
    (failure,) = root.iter("failure")
    assert failure.get("message") == failure.text == "KMS-001: Because. Mend it."


def test_no_name_changes_with_what_is_found_and_none_comes_twice() -> None:
    before = {**FLEET, "a.corp.example": read()}
    after = {**FLEET, "a.corp.example": rogue()}
    assert list(cases(as_junit(report(before)))) == list(cases(as_junit(report(after))))
    for granularity in ("host", "rule"):
        text = as_junit(report(before, findings=(Found("DNS-001", "error", "x", subject="r"),)), granularity)
        names = re.findall(r'<testcase classname="[^"]*" name="([^"]*)"', text)
        assert len(names) == len(set(names))
    classname = next(ElementTree.fromstring(as_junit(report(before))).iter("testcase")).get("classname")
    assert classname == "activation.machines.a_corp_example"


def test_each_rule_that_applies_is_a_case() -> None:
    found = cases(as_junit(report({"a": rogue(), "b": read(), "c": FLEET["pc01"]}), "rule"))
    assert found["a: KMS-001 KMS host that is not approved"] == "failure"
    assert found["a: CLI-002 Not activated"] == found["b: KMS-001 KMS host that is not approved"] == "passed"
    assert found["c: AUD-001"] == "error"
    assert not any(name.startswith("b: KMS-004") for name in found), "it is not an approved KMS host"


# --- SARIF and Code Quality


def sarif(whole: Any, **options: Any) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(as_sarif(whole, **options))["runs"][0]
    return run


def test_alerts_point_at_the_line_of_the_machine() -> None:
    places = places_in("./hosts of us/inventory.yml", INVENTORY)
    results = sarif(report(), places=places)["results"]
    lines = {one["message"]["text"].split(":")[0]: one["locations"][0]["physicalLocation"] for one in results}
    assert lines["srv01"]["region"]["startLine"] == 5
    assert lines["srv01"]["artifactLocation"]["uri"] == "hosts%20of%20us/inventory.yml"
    assert lines["srv02"]["region"]["startLine"] == 1
    entries = {one["check_name"]: one["location"] for one in json.loads(as_code_quality(report(), places))}
    assert entries["KMS-001"] == {"path": "hosts of us/inventory.yml", "lines": {"begin": 5}}


def test_an_alert_stays_the_same_whatever_is_said_of_it() -> None:
    def prints(whole: Any) -> list[str]:
        return [one["partialFingerprints"]["primaryLocationLineHash"] for one in sarif(whole)["results"]]

    first = report({"a": rogue(), "b": rogue()})
    later = report({"a": rogue(findings=[finding(reason="Else.")]), "b": rogue()})
    assert prints(first) == prints(replace(later, about=replace(later.about, audited_at="2027-01-01T00:00:00Z")))
    assert len(set(prints(first))) == 2
    assert [one["fingerprint"] for one in json.loads(as_code_quality(first))] == prints(first)


def test_a_clean_fleet_closes_every_alert() -> None:
    assert sarif(report({"a": read()}))["results"] == []
    assert json.loads(as_code_quality(report({"a": read()}))) == []


def test_every_result_has_its_rule() -> None:
    hosts = {**FLEET, "c": read("next_year", compliant=False, findings=[finding("NEW-001", "odd")])}
    run = sarif(report(hosts))
    rules = run["tool"]["driver"]["rules"]
    assert {one["ruleId"] for one in run["results"]} == {"KMS-001", "AUD-001", "NEW-001"}
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    assert all(0 < float(rule["properties"]["security-severity"]) <= 10 for rule in rules)
    assert run["results"][0]["ruleId"] == "KMS-001", "GitHub keeps the first ones"


def test_a_message_has_no_link_that_a_machine_could_have_put_there() -> None:
    messages = [one["message"]["text"] for one in sarif(hostile_report())["results"]]
    assert any("[link]" in message for message in messages)
    assert not any("](" in message for message in messages)


def test_what_wants_nothing_done_is_no_degradation() -> None:
    hosts = {"a": read("left_alone", findings=[finding("CLI-010", "info")])}
    assert json.loads(as_code_quality(report(hosts))) == []
    assert [one["level"] for one in sarif(report(hosts))["results"]] == ["note"]


# --- Prometheus


def test_every_verdict_and_finding_is_a_series_zeros_too() -> None:
    text = as_prometheus(report())
    assert 'winfleet_activation_hosts{verdict="kms_unapproved"} 1\n' in text
    assert 'winfleet_activation_hosts{verdict="not_activated"} 0\n' in text
    assert 'winfleet_activation_findings{id="KMS-001",severity="error"} 1\n' in text
    assert 'winfleet_activation_findings{id="CLI-002",severity="error"} 0\n' in text
    assert "winfleet_activation_last_run_timestamp_seconds 1795799340\n" in text
    assert 'winfleet_activation_kms_host_current_clients{host="srv01"} 2\n' in text


def test_no_series_comes_twice_and_none_has_a_timestamp() -> None:
    lines = [line for line in as_prometheus(hostile_report(), per_host=True).splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z_]+(\{.*\})? -?[0-9.]+", line) for line in lines)
    assert len({line.rpartition(" ")[0] for line in lines}) == len(lines)


def test_a_machine_is_a_series_only_on_demand() -> None:
    assert "host_compliant" not in as_prometheus(report())
    text = as_prometheus(report(), per_host=True)
    assert 'winfleet_activation_host_compliant{host="pc02",verdict="kms_client_ok"} 1\n' in text
    assert 'winfleet_activation_host_compliant{host="pc01",verdict="unreachable"} 0\n' in text
