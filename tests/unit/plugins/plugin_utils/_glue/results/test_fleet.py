# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of a fleet: sums and groups, progress lines, and the file that a later run goes on from."""

from __future__ import annotations

import json
import os
import resource
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet import line_file
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.progress import Progress
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.resume import ResumeError, ResumeFile
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results import fleet


def read(role: str, verdict: str | None = None, compliant: bool = False) -> dict[str, Any]:
    result: dict[str, Any] = {"role": role, "license": {"key_type": "GVLK", "license_status": "licensed"}}
    return result if verdict is None else {**result, "verdict": verdict, "compliant": compliant}


HOSTS = {
    "b": read("kms_client", "kms_client_ok", compliant=True),
    "a": read("kms_client", "kms_client_ok", compliant=True),
    "c": read("kms_host", "kms_unapproved"),
    "d": {"unreachable": True, "msg": "off", "changed": False},
    "e": {"failed": True, "msg": "no rights"},
    "f": fleet.not_reached("f", 60),
}


def test_groups_are_what_to_do_next() -> None:
    assert fleet.groups_of(HOSTS) == {
        "failed": ["e"],
        "kms_client_ok": ["a", "b"],
        "kms_unapproved": ["c"],
        "not_reached": ["f"],
        "role_kms_client": ["a", "b"],
        "role_kms_host": ["c"],
        "unreachable": ["d"],
    }


def test_every_host_is_counted_once() -> None:
    summary = fleet.summary_of(HOSTS)
    assert (summary["hosts"], summary["compliant"]) == (6, 2)
    assert [summary[name] for name in ("read", "unreachable", "failed", "not_reached")] == [3, 1, 1, 1]
    assert summary["verdicts"] == {"kms_client_ok": 2, "kms_unapproved": 1}
    assert summary["roles"] == {"kms_client": 2, "kms_host": 1}


def test_without_a_policy_nothing_is_compliant_or_not() -> None:
    summary = fleet.summary_of({"a": read("kms_client")})
    assert (summary["compliant"], summary["verdicts"]) == (None, {})


def test_host_that_was_not_reached_says_what_to_do() -> None:
    assert "after 60 seconds" in HOSTS["f"]["msg"]
    assert "resume_file" in HOSTS["f"]["msg"]


# --- progress


def test_progress_speaks_now_and_then() -> None:
    now, lines = [100.0], []
    progress = Progress(1000, 10, lines.append, lambda: now[0])
    progress.resumed(200)
    for _unused in range(400):
        now[0] += 0.0625
        progress.done(HOSTS["a"])
    progress.done(HOSTS["d"])
    now[0] += 10
    progress.done(HOSTS["e"])
    assert lines == [
        "200 of 1000 hosts were read by an earlier run",
        "360 of 1000 hosts (36 %), 16 a second, about 40 s left",
        "520 of 1000 hosts (52 %), 16 a second, about 30 s left",
        "602 of 1000 hosts (60 %), 11 a second, 1 failed, 1 unreachable, about 35 s left",
    ]


def test_progress_can_be_silent() -> None:
    now, lines = [0.0], []
    progress = Progress(2, 0, lines.append, lambda: now[0])
    progress.resumed(1)
    now[0] = 1000
    progress.done(HOSTS["a"])
    assert lines == []


# --- resuming

QUESTION = {"office": False, "approved_kms_hosts": ["kms01"]}


def resume(path: Path, question: object = None, now: float = 1000.0) -> ResumeFile:
    return ResumeFile(str(path), question or QUESTION, 3600, lambda: now)


@pytest.fixture
def interrupted(tmp_path: Path) -> Path:
    """A run that was cut off after two hosts, one of which could not be read, in the middle of a line."""
    path = tmp_path / "fleet.jsonl"
    with resume(path) as file:
        file.add("a", HOSTS["a"])
        file.add("d", HOSTS["d"])
    with path.open("a") as end:
        end.write('{"host": "b", "resu')
    return path


def test_what_was_read_is_not_asked_again(interrupted: Path) -> None:
    with resume(interrupted) as file:
        assert file.read == {"a": HOSTS["a"]}
        file.add("b", HOSTS["b"])
    with resume(interrupted) as file:
        assert set(file.read) == {"a", "b"}


def test_result_is_in_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "fleet.jsonl"
    with resume(path) as file:
        file.add("a", HOSTS["a"])
        assert json.loads(path.read_text().splitlines()[-1])["host"] == "a"


@pytest.mark.parametrize(
    ("question", "now"),
    [({"office": True}, 1000.0), (QUESTION, 5000.0), (QUESTION, 0.0)],
    ids=["other", "old", "future"],
)
def test_answers_to_another_question_or_of_long_ago(interrupted: Path, question: object, now: float) -> None:
    with resume(interrupted, question, now) as file:
        assert file.read == {}
    with resume(interrupted, question, now) as file:
        assert file.read == {}
    assert '"host"' not in interrupted.read_text()


def test_run_that_came_to_its_end_begins_anew(interrupted: Path) -> None:
    with resume(interrupted) as file:
        file.complete()
    with resume(interrupted) as file:
        assert file.read == {}


def test_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("my notes\n")
    with pytest.raises(ResumeError, match="not written by fleet_info"), resume(path):
        pass
    assert path.read_text() == "my notes\n"


def test_file_is_for_its_owner_and_no_link_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "fleet.jsonl"
    with resume(path):
        pass
    assert path.stat().st_mode & 0o077 == 0
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ResumeError, match="cannot be written"), resume(link):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_one_run_at_a_time(interrupted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_file, "_PATIENCE", 1)
    with resume(interrupted) as first:
        with pytest.raises(ResumeError, match="in use by another run"), resume(interrupted):
            pass
        first.add("b", HOSTS["b"])
    with resume(interrupted) as file:
        assert set(file.read) == {"a", "b"}


def test_what_cannot_be_written_is_said(interrupted: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with resume(interrupted) as file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (interrupted.stat().st_size, hard))
        try:
            with pytest.raises(ResumeError, match="File too large"):
                file.add("b", HOSTS["b"])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_that_cannot_be_written() -> None:
    with pytest.raises(ResumeError, match="cannot be written"), resume(Path("/proc/fleet.jsonl")):
        pass
