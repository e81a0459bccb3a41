# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in JSON can be read again, and reports of parts make the report of the whole."""

from __future__ import annotations

import json

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._report.document import as_json, report_of
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.report import About, Approved, merged

from .samples import FLEET, TIME, hostile_report, read, report

OLD = {
    "summary": {"kms_client_ok": 1, "unreachable": 1},
    "hosts": [
        {"host": "pc02", "os": "Windows 11 Pro", "key_type": "GVLK", "channel": "Volume:GVLK", "last_five": "T83GX",
         "status": "licensed", "role": "kms_client", "verdict": "kms_client_ok", "reason": "Because."},
        {"host": "pc01", "os": "", "key_type": "", "channel": "", "last_five": "", "status": "", "role": "",
         "verdict": "unreachable", "reason": "pc01: connection refused"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("original", [report(), report({}), hostile_report()], ids=["fleet", "nothing", "hostile"])
def test_what_was_written_is_read_again(original: object) -> None:
    read_again = report_of(as_json(original))  # type: ignore[arg-type]
    assert read_again.machines == original.machines  # type: ignore[attr-defined]
    assert read_again.approved == original.approved  # type: ignore[attr-defined]


def test_has_sums_and_version() -> None:
    document = json.loads(as_json(report()))
    assert (document["format"], document["version"], document["audited_at"]) == ("winfleet.activation.report", 1, TIME)
    assert document["summary"]["unreachable"] == 1
    assert len(document["hosts"]) == len(FLEET)


def test_reports_of_the_first_release_are_read() -> None:
    machines = report_of(json.dumps(OLD)).machines
    assert [(machine.host, machine.read, machine.wrong) for machine in machines] == [
        ("pc01", False, True),
        ("pc02", True, False),
    ]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"hosts": {}}', '{"hosts": [{"os": "x"}]}', '{"hosts": ["pc01"]}', '{"version": 2, "hosts": []}'],
)
def test_anything_but_a_report_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"report|Expecting"):
        report_of(text)


@pytest.mark.parametrize(
    "row",
    [
        {"findings": "x", "keys": {}, "columns": [], "build": "y", "compliant": "yes"},
        {"findings": [1, None, "x"], "keys": [2], "columns": None, "since": 5, "read": None},
    ],
)
def test_a_row_that_somebody_has_edited_is_one_all_the_same(row: dict[str, object]) -> None:
    (machine,) = report_of(json.dumps({"hosts": [{"host": "pc01", **row}]})).machines
    assert (machine.host, machine.findings, machine.keys, machine.build) == ("pc01", (), (), None)
    assert machine.wrong


def test_reports_of_parts_make_the_report_of_the_whole() -> None:
    names = sorted(FLEET)
    parts = [report({name: FLEET[name] for name in names[part::2]}) for part in range(2)]
    whole = merged([report_of(as_json(part)) for part in parts], About(version="0.2.0"))
    assert whole.machines == report().machines
    assert whole.about.audited_at == TIME


def test_last_report_of_a_host_counts() -> None:
    parts = [report({"pc01": FLEET["pc01"]}), report({"pc01": read()})]
    assert merged(parts, About()).machines == report({"pc01": read()}).machines


def test_a_name_is_unmatched_only_where_no_part_has_matched_it() -> None:
    parts = [
        report({}, approved=Approved((), ("kms01", "kms02"))),
        report({}, approved=Approved(("kms01",), ("kms02",))),
    ]
    assert merged(parts, About()).approved == Approved(("kms01",), ("kms02",))


def test_what_the_parts_do_not_agree_on_is_not_said() -> None:
    parts = [report({}, about=About(policy_name="a.yml")), report({}, about=About(policy_name="b.yml"))]
    assert merged(parts, About()).about.policy_name == ""
