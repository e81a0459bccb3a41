# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors that leave the verdict alone, such as those of Office, and kinds of finding in all forms of the report.

Kind: a fleet called compliant, with exit status 0, while the list below has an error.
"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.report import report_result
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.finding import Kind, kinds
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.formats import FORMATS, Wishes
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.headline import exit_status, headline
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.machine import Found
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.text_table import as_text

from .samples import finding, read, report

ACCEPTED = {"owner": "Jane", "reason": "Known.", "until": "2027-01-01"}
DISABLED = {"failed": True, "msg": "pc1: the service is disabled", "disabled_service": "sppsvc"}


@pytest.mark.parametrize(
    ("machine", "status", "words"),
    [
        (read(findings=[finding("OFF-001")]), 2, "Not compliant: 1 of 1 machine needs action."),
        (read(findings=[finding("OFF-002", "warning")]), 0, "Compliant: the one machine."),
        (read(findings=[finding("OFF-001", exception=ACCEPTED)]), 0, "Compliant: the one machine."),
        (read("left_alone", findings=[finding("CLI-007")]), 2, "Not compliant: 1 of 1 machine needs action."),
        (DISABLED, 2, "Not compliant: 1 of 1 machine needs action, 1 was not read."),
    ],
)
def test_an_error_needs_action_whatever_the_verdict_is(machine: dict[str, Any], status: int, words: str) -> None:
    whole = report({"pc1": machine})
    assert (exit_status(whole), str(headline(whole))) == (status, words)
    assert bool(report_result(whole, [], True)["wrong"]) is (status != 0)


def test_what_is_said_to_be_wrong_is_the_error() -> None:
    whole = report({"pc1": read(findings=[finding("OFF-001", reason="Office is not activated.")])})
    assert report_result(whole, [], True)["wrong"] == {"pc1": "Office is not activated."}
    assert "Office is not activated." in FORMATS["html"](whole, Wishes())


def test_a_disabled_service_is_more_than_a_machine_that_was_not_read() -> None:
    (machine,) = report({"pc1": DISABLED}).machines
    assert [found.id for found in machine.findings] == ["CLI-008"]
    assert "sc config sppsvc" in machine.findings[0].remedy
    (other,) = report({"pc1": {**DISABLED, "disabled_service": ""}}).machines
    assert [found.id for found in other.findings] == ["AUD-001"]


# CSV is a table of machines and has a row for nothing else; Code Quality has what is to be mended.
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.id)
def test_every_kind_is_in_every_form(kind: Kind, form: str) -> None:
    severity = kind.severity.value
    if kind.subject.value in ("machine", "host"):
        whole = report({"pc1": read(findings=[finding(kind.id, severity, title=kind.title)])})
    else:
        found = Found(kind.id, severity, kind.title, "Because.", subject="a part of the fleet")
        whole = report({"pc1": read()}, findings=(found,))
    left_out = (form, kind.subject.value) in (("csv", "fleet"), ("csv", "record")) or (form, severity) == (
        "codequality",
        "info",
    )
    assert (kind.id in FORMATS[form](whole, Wishes(granularity="rule"))) is not left_out


def test_what_is_only_worth_knowing_is_left_out_where_what_is_wrong_is_shown() -> None:
    """Of thousands of machines it names many, in a log that is to name only what is wrong."""
    known = Found("ESU-002", "info", "Windows 10", "2 machines have Windows 10: pc01, pc02.", subject="the fleet")
    whole = report({"pc01": read()}, findings=(known,))
    assert "pc02" in as_text(whole)
    assert "pc02" not in as_text(whole, only_wrong=True)
