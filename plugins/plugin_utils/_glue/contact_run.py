# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``connection_info`` with ``report``: the way to the machine as always, then a first contact, and its file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from ...module_utils import _files
from .._operations.connection import ConnectionReport, examine
from .._operations.first_contact import first_contact
from .._spp.steps import Note, take
from .._winrm import trace
from .._winrm.endpoint import Endpoint
from .._winrm.recording import Kept, RecordingPipe
from .._winrm.session import Pipe, Session, context_for
from .results.connection import connection_result
from .results.contact import report_of, text_of, words_of

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


def contact_result(pipe: Pipe, endpoint: Endpoint, now: Callable[[], datetime], path: Path, check: bool) -> Result:
    """Examine the connection, ask everything, write the file. Raises FileProblem where it cannot be written."""
    recording = RecordingPipe(pipe)
    with trace.counted() as exchanges, closing(Session(recording, context_for(endpoint), endpoint.label)) as session:
        way = examine(session, endpoint, now)
        # Up to the first message that was answered; what comes after it travels on the same connection.
        sign_in = tuple(exchanges[: _until_answered(exchanges)])
        if way.system is None:
            return _not_ready(way, endpoint)
        recording.take()
        kept = _Sorted(recording)
        findings = take(session, first_contact(way.system), note=kept.note)
        kept.end()
    report = report_of(way.system, way.identity, findings, kept.by_question, sign_in)
    text = text_of(report)
    changed = _files.read_text(path) != text
    if changed and not check:
        _files.write_text(path, text)
    said = f"{endpoint.label}: {words_of(report['summary'])} {_where(path, check)}"
    result = connection_result(way, endpoint)
    return {
        **result,
        "changed": changed,
        # An account without rights settles little, and whoever reads the summary has to know why.
        "msg": said if result["ready"] else f"{result['msg']} {said}",
        "report": {"path": str(path), **report["summary"]},
    }


def _not_ready(way: ConnectionReport, endpoint: Endpoint) -> Result:
    result = connection_result(way, endpoint)
    return {**result, "msg": f"{result['msg']} No report was written.", "report": None}


def _until_answered(exchanges: list[trace.Exchange]) -> int:
    answered = (place for place, one in enumerate(exchanges, 1) if one.status == 200)
    return next(answered, len(exchanges))


def _where(path: Path, check: bool) -> str:
    if check:
        return f"The report would be written to {path}."
    return f"The report is in {path}. Read it before you send it: it should not name any machine or person."
