# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an exception of the policy covers: in every form who, why and until when, and in none of them an alarm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._report.changes import compared
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.document import as_json, report_of
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.formats import FORMATS, Wishes
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.headline import exit_status, headline
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.junit import RULE
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.redaction import redacted
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.report import Report
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.results import finding_of

from .samples import HOSTILE, finding, read, report, rogue

BY = {"owner": "Jane Doe", "reason": "The vendor supports no other key.", "until": "2027-03-31"}
OFF = {"unreachable": True, "msg": "it is off", "exception": BY}


def excepted() -> dict[str, Any]:
    return {**rogue(findings=[finding(exception=BY)], advice=""), "verdict": "excepted", "compliant": True}


FLEET = {"pc01": read(), "srv01": excepted(), "off": OFF}


def shown(form: str, made: Report, **wishes: Any) -> str:
    return FORMATS[form](made, Wishes(**wishes))


def test_a_fleet_with_exceptions_is_compliant_and_says_how_many_there_are() -> None:
    made = report(FLEET)
    assert str(headline(made)) == "Compliant: 1 of 3 machines, 2 are excepted."
    assert (exit_status(made), made.wrong) == (0, [])


@pytest.mark.parametrize(
    ("hosts", "sentence", "status"),
    [
        ({"a": rogue(), "b": excepted()}, "Not compliant: 1 of 2 machines needs action, 1 is excepted.", 2),
        ({"a": {"failed": True, "msg": "x"}, "b": OFF}, "Not known: 0 of 2 machines compliant, 1 was not read", 3),
        ({"a": read("unjudged")}, "Not judged: ", 3),
        ({"a": read()}, "Compliant: the one machine.", 0),
        ({}, "Nothing was audited: ", 3),
    ],
)
def test_what_a_job_ends_with(hosts: dict[str, Any], sentence: str, status: int) -> None:
    made = report(hosts)
    assert str(headline(made)).startswith(sentence)
    assert exit_status(made) == status
    assert json.loads(as_json(made))["exit_status"] == status


def test_a_finding_elsewhere_that_is_accepted_is_no_error() -> None:
    found = finding_of(finding("DNS-001", subject="old.corp.example", exception=BY))
    made = report({"a": read()}, findings=(found,))
    assert exit_status(made) == 0
    assert exit_status(report({"a": read()}, findings=(finding_of(finding("DNS-001")),))) == 2


@pytest.mark.parametrize("form", ["text", "html"])
def test_people_read_who_and_why_and_until_when(form: str) -> None:
    text = shown(form, report(FLEET))
    assert all(word in " ".join(text.split()) for word in BY.values())
    assert "Excepted until a day" in text
    assert "Excepted until a day" not in shown(form, report({"pc01": read()}))


def test_lists_of_alarms_do_not_have_it() -> None:
    made = report(FLEET)
    assert json.loads(shown("sarif", made))["runs"][0]["results"] == []
    assert json.loads(shown("codequality", made)) == []
    lines = shown("prometheus", made).splitlines()
    assert 'winfleet_activation_findings{id="KMS-001",severity="error"} 0' in lines
    assert 'winfleet_activation_findings_excepted{id="KMS-001"} 1' in lines


@pytest.mark.parametrize("granularity", ["host", RULE])
def test_test_results_skip_it_with_its_reason(granularity: str) -> None:
    root = ElementTree.fromstring(shown("junit", report(FLEET), granularity=granularity))
    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    said = [element.get("message") or "" for element in root.iter("skipped")]
    assert sum("Accepted by Jane Doe until 2027-03-31" in one for one in said) == 2


def test_csv_has_a_column_for_it() -> None:
    rows = [line.split(",") for line in shown("csv", report({"srv01": excepted()})).splitlines()]
    assert dict(zip(rows[0], rows[1], strict=False))["excepted"] == "KMS-001 until 2027-03-31"


def test_json_keeps_it_and_agrees_with_its_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    made = report(FLEET)
    document = json.loads(as_json(made))
    schema = Path(__file__).resolve().parents[5].joinpath("docs", "report", "report-1.schema.json")
    jsonschema.validate(document, json.loads(schema.read_text()))
    assert report_of(as_json(made)).machines[2].findings[0].exception == made.machines[2].findings[0].exception


def test_what_is_excepted_now_was_not_fixed() -> None:
    then = report({"srv01": rogue()})
    made = compared(report({"srv01": excepted()}), then, {})
    assert made.changes is not None
    assert (made.changes.fixed, made.machines[0].findings[0].change) == ((), "same")


def test_a_report_without_names_has_the_day_only() -> None:
    made = redacted(report(FLEET))
    text = "".join(shown(form, made) for form in FORMATS)
    assert BY["owner"] not in text
    assert BY["reason"] not in text
    assert BY["until"] in text


@pytest.mark.parametrize("text", HOSTILE)
def test_it_is_one_printable_line_whoever_wrote_it(text: str) -> None:
    found = finding_of(finding(exception=dict.fromkeys(BY, text)))
    assert found.exception is not None
    assert str(found.exception).isprintable()
