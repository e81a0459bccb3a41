# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader of data files refuses damaged ones instead of shifting columns."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing import tables


def test_comments_and_blank_lines_are_left_out(tmp_path, monkeypatch):
    (tmp_path / "a.tsv").write_text("# comment\n\none\ttwo\n1\t\n\tzwei\n", encoding="utf-8")
    monkeypatch.setattr(tables, "_DATA", tmp_path)
    assert list(tables.read_table("a.tsv")) == [{"one": "1", "two": ""}, {"one": "", "two": "zwei"}]


def test_a_damaged_row_is_named(tmp_path, monkeypatch):
    (tmp_path / "a.tsv").write_text("one\ttwo\n1\t2\n3\n", encoding="utf-8")
    monkeypatch.setattr(tables, "_DATA", tmp_path)
    with pytest.raises(tables.TableError, match=r"a\.tsv, line 3: 1 fields instead of 2"):
        list(tables.read_table("a.tsv"))


@pytest.mark.parametrize("name", ["gvlk.tsv", "editions.tsv", "activation_errors.tsv"])
def test_every_data_file_names_its_sources_and_date(name):
    header = [line for line in (tables._DATA / name).read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert any("Sources" in line for line in header)
    assert any("Compiled 20" in line for line in header)
    columns = next(tables.read_table(name)).keys()
    assert [column for column in columns if not any(column in line for line in header)] == []
