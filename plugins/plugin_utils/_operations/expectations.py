# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what a machine answers is what is taken to be so: one small judge for each word of ``_spp/data/contact.tsv``.

An answer that tells of something else, such as of rights that are missing, settles nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from .._licensing import classify
from .._licensing.activation_events import (
    ACTIVATION_FAILED,
    ANSWER_RECEIVED,
    ATTEMPT_FAILED,
    REQUEST_SENT,
    LogEntry,
    parse_answer,
    parse_failure,
    parse_request,
)
from .._licensing.host_keys import host_key_groups
from .._licensing.model import OperatingSystem
from .._licensing.terms import KeyType
from .._spp.contact import Probe, columns_in, columns_of
from .._spp.event_log import SOURCES
from .._spp.steps import Query, Rows
from .._wsman import Instance, MethodResult, WsmanFault, class_of

Answer: TypeAlias = "Rows | MethodResult | WsmanFault"

_LICENSING = 0xC004
# Before it an update may have brought columns, or not (KB968915).
_FIRST_GENERATION = 6001
_E_FAIL = 0x80004005
_ACCESS_DENIED = 5
_HOST_WORD = re.compile(r"VOLUME_KMS(?!CLIENT)[A-Z0-9_-]*", re.IGNORECASE)


class Outcome(str, Enum):
    """What came of one assumption."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNSETTLED = "unsettled"
    NOTED = "noted"


@dataclass(frozen=True)
class Columns:
    """Which columns of a query the class has."""

    there: frozenset[str]
    missing: frozenset[str]


@dataclass(frozen=True)
class Case:
    """One question with its answer, and what else is known of the machine."""

    probe: Probe
    answer: Answer
    system: OperatingSystem
    columns: Columns | None = None


def judge(case: Case) -> Outcome:
    """What the answer says of what was taken to be so. Raises KeyError for a word that is not an expectation."""
    word, _unused, rest = case.probe.expect.partition(" ")
    decide = _JUDGES[word]
    if case.columns is None and isinstance(case.answer, WsmanFault) and case.answer.tells_nothing_of_the_question:
        return Outcome.UNSETTLED
    return decide(case, rest)


def _said(agrees: bool) -> Outcome:
    return Outcome.AGREES if agrees else Outcome.DIFFERS


def _fault(case: Case, _rest: str) -> Outcome:
    return _said(isinstance(case.answer, WsmanFault))


def _absent(case: Case, _rest: str) -> Outcome:
    fault = case.answer
    if not isinstance(fault, WsmanFault):
        return Outcome.DIFFERS
    return _said(fault.not_found or (fault.invalid_query and fault.hresult != _E_FAIL))


def _not_found(case: Case, _rest: str) -> Outcome:
    return _said(isinstance(case.answer, WsmanFault) and case.answer.not_found)


def _licensing_code(case: Case, _rest: str) -> Outcome:
    return _said(isinstance(case.answer, WsmanFault) and (case.answer.hresult or 0) >> 16 == _LICENSING)


def _return(case: Case, rest: str) -> Outcome:
    return _said(isinstance(case.answer, MethodResult) and case.answer.return_value == int(rest))


def _null(case: Case, rest: str) -> Outcome:
    rows = _rows(case)
    if len(rows) != 1:
        return Outcome.DIFFERS
    value = rows[0].get(rest)
    # A machine that has a value there has no null to show.
    return Outcome.UNSETTLED if isinstance(value, tuple) and value else _said(value is None)


def _denied(case: Case, _rest: str) -> Outcome:
    answer = case.answer
    if not isinstance(answer, MethodResult):
        return Outcome.DIFFERS
    if answer.return_value == _ACCESS_DENIED or (answer.get("bGranted") is False and answer.return_value == 0):
        return Outcome.AGREES
    return Outcome.DIFFERS if answer.get("bGranted") is True else Outcome.UNSETTLED


def _columns(case: Case, _rest: str) -> Outcome:
    if case.columns is None or not isinstance(case.probe.step, Query):
        return Outcome.UNSETTLED
    if case.system.build < _FIRST_GENERATION:
        return Outcome.NOTED
    since = columns_of(class_of(case.probe.step.text) or "")
    asked = columns_in(case.probe.step)
    return _said(case.columns.there == {name for name in asked if since.get(name, 0) <= case.system.build})


def _key_types(case: Case, _rest: str) -> Outcome:
    rows = _rows(case)
    kinds = [classify.key_type(_text(row, "Description"), _text(row, "ProductKeyChannel")) for row in rows]
    return _said(KeyType.UNKNOWN not in kinds) if kinds else _nothing_to_see(case)


def _host_keys(case: Case, _rest: str) -> Outcome:
    known = {group.word for group in host_key_groups()}
    words = [found[0].upper() for row in _rows(case) if (found := _HOST_WORD.search(_text(row, "Description") or ""))]
    return _said(known.issuperset(words)) if words else _nothing_to_see(case)


def _domain(case: Case, _rest: str) -> Outcome:
    answer, domain = case.answer, case.system.domain
    found = answer.get("sValue") if isinstance(answer, MethodResult) and answer.return_value == 0 else None
    return _said(str(found).lower() == domain) if found and domain else Outcome.UNSETTLED


def _events(case: Case, _rest: str) -> Outcome:
    rows = _rows(case)
    sources = SOURCES[case.system.provider]
    ours = [row for row in rows if _text(row, "SourceName") in sources]
    # Other programs use the same numbers; what reads like an event of licensing and has another source is one.
    strange = [row for row in rows if row not in ours and _can_be_read(row)]
    if not ours and not strange:
        return _nothing_to_see(case)
    return _said(not strange and all(_can_be_read(row) for row in ours))


def _note(case: Case, _rest: str) -> Outcome:
    return Outcome.UNSETTLED if isinstance(case.answer, WsmanFault) else Outcome.NOTED


def _rows(case: Case) -> Rows:
    return case.answer if isinstance(case.answer, tuple) else ()


def _nothing_to_see(case: Case) -> Outcome:
    return Outcome.UNSETTLED if isinstance(case.answer, tuple) else Outcome.DIFFERS


def _text(row: Instance, name: str) -> str | None:
    value = row.get(name)
    return value if isinstance(value, str) else None


def _can_be_read(row: Instance) -> bool:
    code, when, strings = row.get("EventCode"), row.get("TimeGenerated"), row.get("InsertionStrings")
    if not (isinstance(code, int) and isinstance(when, datetime) and isinstance(strings, tuple)):
        return False
    read = _READERS.get(code)
    return read is not None and read(LogEntry(code, when, 0, tuple(str(one) for one in strings))) is not None


_READERS: Mapping[int, Callable[[LogEntry], object]] = {
    REQUEST_SENT: parse_request,
    ANSWER_RECEIVED: parse_answer,
    ATTEMPT_FAILED: parse_failure,
    ACTIVATION_FAILED: parse_failure,
}

_JUDGES: Mapping[str, Callable[[Case, str], Outcome]] = {
    "fault": _fault,
    "refused": _fault,
    "absent": _absent,
    "not_found": _not_found,
    "licensing_code": _licensing_code,
    "return": _return,
    "null": _null,
    "denied": _denied,
    "columns": _columns,
    "key_types": _key_types,
    "host_keys": _host_keys,
    "domain": _domain,
    "events": _events,
    "note": _note,
}

#: All words of expectations.
WORDS = frozenset(_JUDGES)
