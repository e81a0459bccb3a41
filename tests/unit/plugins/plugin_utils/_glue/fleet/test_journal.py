# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of a repair: on the disk before the next step, and gone on from wherever it was cut off."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet import line_file
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.journal import Journal
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.line_file import LineFileError


def write(path: Path, *steps: tuple[str, tuple[str, ...], str]) -> None:
    async def run() -> None:
        for step in steps:
            await journal.note(*step)

    with Journal(str(path)) as journal:
        asyncio.run(run())


def begun(path: Path) -> set[str]:
    with Journal(str(path)) as journal:
        return set(journal.begun)


def test_run_that_was_cut_off_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    write(path, ("a", (), "install_key"), ("a", ("install_key",), "restart_service"), ("b", (), "install_key"))
    assert begun(path) == {"a", "b"}
    with Journal(str(path)) as journal:
        journal.end("a", ("install_key", "restart_service"), "kms_client_ok")
        journal.end("stranger", (), "kms_client_ok")
        journal.complete()
    assert begun(path) == {"b"}, "a run with machines in between is not complete"


def test_complete_run_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    write(path, ("a", (), "install_key"))
    with Journal(str(path)) as journal:
        journal.end("a", (), "kms_client_ok")
        journal.complete()
    assert begun(path) == set()
    assert len(path.read_text().splitlines()) == 1


@pytest.mark.parametrize("cut", range(1, 60))
def test_line_that_was_cut_in_two_is_left_out(tmp_path: Path, cut: int) -> None:
    """At whatever place of the last line the controller died."""
    path = tmp_path / "journal"
    write(path, ("a", (), "install_key"), ("b", ("install_key",), "restart_service"))
    text = path.read_bytes()
    path.write_bytes(text[:-cut])
    assert {"a"} <= begun(path) <= {"a", "b"}
    write(path, ("c", (), "install_key"))
    assert begun(path) >= {"a", "c"}, "what is written behind a cut line is read"


def test_note_is_on_the_disk_when_it_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many machines share one writing of the disk, none goes on before its own."""
    synced: list[int] = []
    path = tmp_path / "journal"
    fsync = os.fsync

    def counting(descriptor: int) -> None:
        synced.append(path.stat().st_size)
        fsync(descriptor)

    monkeypatch.setattr(line_file.os, "fsync", counting)

    async def one(journal: Journal, number: int) -> None:
        await journal.note(f"host-{number}", (), "install_key")
        assert synced[-1] >= path.read_bytes().index(f'"host-{number}"'.encode())

    async def run(journal: Journal) -> None:
        await asyncio.gather(*(one(journal, number) for number in range(200)))

    with Journal(str(path)) as journal:
        asyncio.run(run(journal))
    assert 1 <= len(synced) < 50


def test_full_disk_is_told_to_every_machine_that_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    async def run(journal: Journal) -> list[object]:
        notes = (journal.note(f"host-{number}", (), "install_key") for number in range(3))
        return await asyncio.gather(*notes, return_exceptions=True)

    with Journal(str(tmp_path / "journal")) as journal:
        monkeypatch.setattr(line_file.os, "fsync", full)
        outcomes = asyncio.run(run(journal))
    assert all(isinstance(one, LineFileError) and "No space left" in str(one) for one in outcomes)


@pytest.mark.parametrize("content", ["my notes\n", '{"format": "winfleet.activation.fleet_info/2"}\n'])
def test_file_of_somebody_else_is_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "journal"
    path.write_text(content)
    with pytest.raises(LineFileError, match="not written by fleet_repair"), Journal(str(path)):
        pass
    assert path.read_text() == content


def test_nobody_else_reads_it_and_no_link_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    write(path, ("a", (), "install_key"))
    assert path.stat().st_mode & 0o077 == 0
    path.chmod(0o666)
    with pytest.raises(LineFileError, match="others may write"), Journal(str(path)):
        pass
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LineFileError, match="cannot be written"), Journal(str(link)):
        pass
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("line", ['{"host": 7, "next": "x"}', "[]", "null", '{"host": "a", "next": "x", "done": 3}'])
def test_line_of_another_shape_is_harmless(tmp_path: Path, line: str) -> None:
    path = tmp_path / "journal"
    path.write_text(f"{json.dumps({'format': 'winfleet.activation.fleet_repair/1'})}\n{line}\n")
    path.chmod(0o600)
    assert begun(path) <= {"a"}
