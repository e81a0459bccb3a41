# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of many hosts: every host is a line."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils import _report


def _read(verdict: str, caption: str = "Microsoft Windows 11 Pro") -> dict[str, Any]:
    return {
        "os": {"caption": caption},
        "license": {
            "key_type": "GVLK",
            "channel": "Volume:GVLK",
            "partial_product_key": "T83GX",
            "license_status": "licensed",
        },
        "role": "kms_client",
        "verdict": verdict,
        "verdict_reason": "Because.",
    }


HOSTS = {
    "pc02": _read("kms_client_ok"),
    "pc01": {"unreachable": True, "msg": "pc01: connection refused"},
    "srv01": _read("kms_unapproved", caption="=HYPERLINK(1)"),
    "srv02": {"failed": True, "msg": "no rights"},
}


def test_every_host_is_a_line_in_order() -> None:
    rows = _report.rows_of(HOSTS)
    assert [row["host"] for row in rows] == ["pc01", "pc02", "srv01", "srv02"]
    assert [row["verdict"] for row in rows] == ["unreachable", "kms_client_ok", "kms_unapproved", "failed"]
    assert rows[0]["reason"] == "pc01: connection refused"


def test_text_explains_only_what_is_not_as_decided() -> None:
    text = _report.as_text(_report.rows_of(HOSTS))
    assert "\npc01: connection refused" in text
    assert "srv01: Because." in text
    assert "pc02: Because." not in text
    assert "4 hosts: 1 failed, 1 kms_client_ok, 1 kms_unapproved, 1 unreachable" in text


def test_csv_reads_back_and_starts_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(_report.as_csv(_report.rows_of(HOSTS)))))
    assert rows[2]["os"] == "'=HYPERLINK(1)"
    assert len(rows) == len(HOSTS)


def test_json_has_the_sums() -> None:
    report = json.loads(_report.as_json(_report.rows_of(HOSTS)))
    assert report["summary"]["unreachable"] == 1
    assert len(report["hosts"]) == len(HOSTS)


def test_no_hosts_is_a_report_too() -> None:
    assert "0 hosts" in _report.as_text(_report.rows_of({}))


def test_host_whose_turn_never_came_says_so() -> None:
    row = _report.row_of("srv03", {"failed": True, "not_reached": True, "msg": "the run ended"})
    assert (row["verdict"], row["reason"]) == ("not_reached", "the run ended")


def test_only_what_is_wrong_has_a_line_and_all_are_counted() -> None:
    text = _report.as_text(_report.rows_of(HOSTS), only_wrong=True)
    assert "pc02" not in text
    assert "srv01: Because." in text
    assert "4 hosts: 1 failed, 1 kms_client_ok" in text


def test_nothing_wrong_is_one_line() -> None:
    rows = _report.rows_of({"pc02": _read("kms_client_ok")})
    assert _report.as_text(rows, only_wrong=True) == "1 hosts: 1 kms_client_ok\n"


def test_reports_of_parts_make_the_report_of_the_whole() -> None:
    names = sorted(HOSTS)
    parts = [{name: HOSTS[name] for name in names[part::2]} for part in range(2)]
    saved = [_report.as_json(_report.rows_of(part)) for part in parts]
    assert _report.merged([_report.rows_of_json(text) for text in saved]) == _report.rows_of(HOSTS)


def test_last_report_of_a_host_counts() -> None:
    before = _report.rows_of({"pc01": HOSTS["pc01"]})
    after = _report.rows_of({"pc01": _read("kms_client_ok")})
    assert _report.merged([before, after]) == after


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"hosts": {}}', '{"hosts": [{"os": "x"}]}', '{"hosts": ["pc01"]}'])
def test_anything_but_a_report_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"report|Expecting"):
        _report.rows_of_json(text)
