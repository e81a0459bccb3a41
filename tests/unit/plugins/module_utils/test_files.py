# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are written on the controller.

Kinds: a name that can be guessed; a cheap step that loses an expensive one.
"""

from __future__ import annotations

import errno
import os
import pathlib
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils import _files


def test_a_file_is_replaced_as_a_whole_and_for_its_owner_only(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("before")
    _files.write_text(path, "after")
    assert path.read_text() == "after"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["report.csv"]


def test_a_planted_link_is_replaced_and_not_followed(tmp_path: pathlib.Path) -> None:
    victim, path = tmp_path / "victim", tmp_path / "report.csv"
    victim.write_text("precious")
    path.symlink_to(victim)
    (tmp_path / ".report.csv.new").symlink_to(victim)
    _files.write_text(path, "report")
    assert victim.read_text() == "precious"
    assert not path.is_symlink()


def test_only_its_owner_may_read_a_file_unless_somebody_else_has_to(tmp_path: pathlib.Path) -> None:
    _files.write_text(tmp_path / "a.json", "x")
    _files.write_text(tmp_path / "a.prom", "x", _files.EVERYBODY)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("a.json", "a.prom")] == [0o600, 0o644]


def test_a_full_disk_leaves_nothing_behind(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.csv"
    path.write_text("before")

    def full(*_unused: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(_files.FileProblem, match="No space left"):
        _files.write_text(path, "after")
    assert path.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["report.csv"]


@pytest.mark.parametrize(
    ("name", "words"), [("missing/report.csv", "the folder .* does not exist"), (".", "is a folder")]
)
def test_what_cannot_be_written_is_told_before(tmp_path: pathlib.Path, name: str, words: str) -> None:
    with pytest.raises(_files.FileProblem, match=words):
        _files.require_writable(_files.located(str(tmp_path / name)))


def test_a_relative_path_is_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert _files.located("a.csv") == tmp_path / "a.csv"


def test_a_file_that_is_no_text_is_told_with_its_path(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes("h\xf6st".encode("latin-1"))
    with pytest.raises(_files.FileProblem, match=r"report\.csv exists and is not text in UTF-8"):
        _files.read_text(path)
