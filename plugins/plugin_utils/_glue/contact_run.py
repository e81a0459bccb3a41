# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``connection_info`` with ``report``: the way to the machine as always, then a first contact, and its file.

With ``changes`` too, a second part changes the machine, and ends where it began.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ...module_utils import _files
from .._operations.connection import ConnectionReport, examine
from .._operations.errors import Refused
from .._operations.first_contact import first_contact
from .._operations.trial import TrialPlan, TrialReport, prepare, restored_steps, trial_steps
from .._spp.steps import Note, take
from .._winrm import trace
from .._winrm.endpoint import Endpoint
from .._winrm.recording import Kept, RecordingPipe
from .._winrm.session import Pipe, Session, context_for
from .results.connection import connection_result
from .results.contact import report_of, text_of, words_of
from .results.trial import end_words, plan_words, planned_result, trial_result

Result = dict[str, Any]


class _Sorted:
    """What went over the wire, by the question that it was for."""

    def __init__(self, pipe: RecordingPipe) -> None:
        self._pipe = pipe
        self._current = ""
        self.by_question: dict[str, tuple[Kept, ...]] = {}

    def note(self, note: Note) -> None:
        """A new question begins."""
        self.end()
        self._current = note.next

    def end(self) -> None:
        """The last question is over."""
        self.by_question[self._current] = self._pipe.take()


@dataclass(frozen=True)
class Wanted:
    """Where the report goes, and whether the machine may be changed. ``say`` takes what is said before that begins."""

    path: Path
    check: bool = False
    changes: bool = False
    say: Callable[[str], None] = lambda _line: None


def contact_result(pipe: Pipe, endpoint: Endpoint, now: Callable[[], datetime], wanted: Wanted) -> Result:
    """Examine the connection, ask everything, write the file. Raises FileProblem where it cannot be written.

    With changes also Refused, and what reading raises, before anything is asked or changed.
    """
    recording = RecordingPipe(pipe)
    with trace.counted() as exchanges, closing(Session(recording, context_for(endpoint), endpoint.label)) as session:
        way = examine(session, endpoint, now)
        # Up to the first message that was answered; what comes after it travels on the same connection.
        sign_in = tuple(exchanges[: _until_answered(exchanges)])
        if way.system is None:
            return _not_ready(way, endpoint)
        plan = _plan(session, way, endpoint) if wanted.changes else None
        recording.take()
        kept = _Sorted(recording)
        findings = take(session, first_contact(way.system), note=kept.note)
        tried = None
        if plan is not None and not wanted.check:
            wanted.say(plan_words(plan, endpoint.label))
            tried = _tried(session, plan, kept, lambda line: wanted.say(f"{endpoint.label}: {line}"))
        kept.end()
    report = report_of(way.system, way.identity, findings, kept.by_question, sign_in, tried)
    result = _written(report, way, endpoint, wanted)
    if tried is not None:
        return _together(result, trial_result(tried, endpoint.label))
    return result if plan is None else _together(result, planned_result(plan, endpoint.label))


def _plan(session: Session, way: ConnectionReport, endpoint: Endpoint) -> TrialPlan:
    if way.error is not None:
        said = connection_result(way, endpoint)["msg"]
        raise Refused(f"Nothing is tried out on a machine that is not ready. {said}")
    return take(session, prepare())


def _tried(session: Session, plan: TrialPlan, kept: _Sorted, say: Callable[[str], None]) -> TrialReport:
    """Carry it out. Where something else breaks it off, such as the time limit of the task, the machine is put back."""
    try:
        return take(session, trial_steps(plan), note=kept.note)
    except BaseException:
        _unused, remains = take(session, restored_steps(plan))
        say(f"it was broken off. {end_words(remains)}")
        raise


def _written(report: Result, way: ConnectionReport, endpoint: Endpoint, wanted: Wanted) -> Result:
    """The file, and what is said of it."""
    text = text_of(report)
    changed = _files.read_text(wanted.path) != text
    if changed and not wanted.check:
        _files.write_text(wanted.path, text)
    said = f"{endpoint.label}: {words_of(report['summary'])} {_where(wanted.path, wanted.check)}"
    result = connection_result(way, endpoint)
    return {
        **result,
        "changed": changed,
        # An account without rights settles little, and whoever reads the summary has to know why.
        "msg": said if result["ready"] else f"{result['msg']} {said}",
        "report": {"path": str(wanted.path), **report["summary"]},
        "changes": None,
    }


def _together(report: Result, trial: Result) -> Result:
    """What became of the machine is said first."""
    changed = bool(report["changed"]) or bool(trial["changed"])
    return {**report, **trial, "changed": changed, "msg": f"{trial['msg']} {report['msg']}"}


def _not_ready(way: ConnectionReport, endpoint: Endpoint) -> Result:
    result = connection_result(way, endpoint)
    return {**result, "msg": f"{result['msg']} No report was written.", "report": None, "changes": None}


def _until_answered(exchanges: list[trace.Exchange]) -> int:
    answered = (place for place, one in enumerate(exchanges, 1) if one.status == 200)
    return next(answered, len(exchanges))


def _where(path: Path, check: bool) -> str:
    if check:
        return f"The report would be written to {path}."
    return f"The report is in {path}. Read it before you send it: it should not name any machine or person."
