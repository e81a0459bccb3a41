# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CSV, true-up and tables by group."""

from __future__ import annotations

import csv
import io

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._report.csv_table import COLUMNS, as_csv, plain
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.matrices import matrices
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.true_up import Line, true_up

from .samples import FLEET, HOSTILE, hostile_report, read, report, rogue


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_reads_back() -> None:
    found = rows(as_csv(report(variables={"srv01": {"site": "Bonn"}})))
    assert len(found) == len(FLEET)
    assert [row["host"] for row in found] == sorted(FLEET)
    assert (
        found[2] | {"verdict": "kms_unapproved", "last_five": "MCHXF", "findings": "KMS-001", "site": "Bonn"}
        == found[2]
    )
    assert list(found[0]) == [*COLUMNS, "site"]


def test_no_cell_is_a_formula() -> None:
    cells = [cell for row in rows(as_csv(hostile_report())) for cell in row.values()]
    assert len(cells) > len(HOSTILE)
    for cell in cells:
        # As a spreadsheet reads it that parts cells at commas, and as one does that parts them at semicolons.
        for part in (cell, *cell.split(";"), *cell.split("\t")):
            assert not part.lstrip().startswith(("=", "+", "-", "@", "\uff1d", "|", "%")), cell


@pytest.mark.parametrize("text", ["", "plain", "a-b", "1.2.3", "Windows 10 (19045)", "it's", "a; b"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert plain(text) == text


def test_true_up_counts_products_by_key() -> None:
    office = {"name": "Office 21", "channel": "Volume:MAK", "key_type": "MAK", "partial_product_key": "ABCDE"}
    windows = read()["license"]
    hosts = {
        "a": read(products=[windows, {**office, "activation_id": "2", "license_status": "notification"}]),
        "b": read(),
        "c": read(license={"license_status": "notification"}),
        "d": rogue(),
        "e": {"unreachable": True, "msg": "refused"},
    }
    assert true_up(report(hosts)) == [
        Line("Office 21", "Volume:MAK", "MAK", "ABCDE", 1, 0),
        Line("Windows 11 Pro", "Volume:CSVLK", "CSVLK", "MCHXF", 1, 1),
        Line("Windows 11 Pro", "Volume:GVLK", "GVLK", "T83GX", 3, 2),
    ]


def test_every_machine_is_in_every_table_by_group() -> None:
    found = matrices(report(variables={"srv01": {"site": "Bonn"}, "pc02": {"site": "Rome"}}))
    assert [matrix.title for matrix in found] == ["System", "site"]
    assert found[0].verdicts == ("kms_unapproved", "unreachable", "failed", "kms_client_ok")
    assert found[1].rows == (("Bonn", (1, 0, 0, 0)), ("Rome", (0, 0, 0, 1)), ("not known", (0, 1, 1, 0)))
    assert all(sum(sum(counts) for _name, counts in matrix.rows) == len(FLEET) for matrix in found)
