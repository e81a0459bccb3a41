# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the event log of a machine holds of licensing, newest entries only: each reading is one bounded query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone

from .._licensing.activation_events import (
    ACTIVATION_FAILED,
    ANSWER_RECEIVED,
    ATTEMPT_FAILED,
    REQUEST_SENT,
    ActivationLog,
    LogEntry,
    read_log,
)
from .._licensing.host_clients import ClientRequest, parse_request
from .._licensing.host_events import HOST_EVENTS, HostTrouble, host_troubles
from .._licensing.terms import Provider
from .._wsman import class_types, wql
from .steps import Query, Work

_CLASS = "Win32_NTLogEvent"
_HOST_LOG, _LOG = "Key Management Service", "Application"
_ACTIVATION_REQUEST = 12290
_ATTEMPTS = (REQUEST_SENT, ANSWER_RECEIVED, ATTEMPT_FAILED, ACTIVATION_FAILED)

# Other sources use the same numbers in the same log, among them that of shadow copies. Each generation is known by the
# name of its provider and by the source name of its classic events; which of them WMI shows is not documented.
SOURCES = {
    Provider.SLWMI: ("Microsoft-Windows-Security-Licensing-SLC", "Software Licensing Service"),
    Provider.SPPWMI_7: ("Microsoft-Windows-Security-SPP", "Software Protection Platform Service"),
    Provider.SPPWMI: ("Microsoft-Windows-Security-SPP", "Software Protection Platform Service"),
}


def read_requests(since: datetime) -> Work[tuple[ClientRequest, ...]]:
    """Events 12290 since a moment by the clock of the host."""
    entries = yield from _read(_HOST_LOG, (_ACTIVATION_REQUEST,), since)
    requests = (parse_request(entry.when, entry.strings) for entry in entries)
    return tuple(request for request in requests if request is not None)


def read_attempts(provider: Provider, since: datetime) -> Work[ActivationLog]:
    """What a client has logged of its attempts to activate since a moment by its own clock."""
    entries = yield from _read(_LOG, _ATTEMPTS, since, SOURCES[provider])
    return read_log(entries)


def read_host_troubles(provider: Provider, since: datetime) -> Work[tuple[HostTrouble, ...]]:
    """What a KMS host could not do since a moment by its own clock."""
    entries = yield from _read(_LOG, HOST_EVENTS, since, SOURCES[provider])
    return host_troubles(entries)


def _read(log: str, codes: Sequence[int], since: datetime, sources: Sequence[str] = ()) -> Work[list[LogEntry]]:
    """WMI compares TimeGenerated as a CIM datetime, so the query carries it in that form (MS-WMI, DMTF DSP0004)."""
    where = [
        f"Logfile = {wql.quote(log)}",
        _any_of(f"EventCode = {code}" for code in codes),
        *([_any_of(f"SourceName = {wql.quote(source)}" for source in sources)] if sources else []),
        f"TimeGenerated >= {wql.quote(_cim_time(since))}",
    ]
    columns = "EventCode,InsertionStrings,RecordNumber,TimeGenerated"
    rows = yield Query(f"SELECT {columns} FROM {_CLASS} WHERE {' AND '.join(where)}", class_types.types_of(_CLASS))
    entries = []
    for row in rows:
        when, strings = row.get("TimeGenerated"), row.get("InsertionStrings")
        code, record = row.get("EventCode"), row.get("RecordNumber")
        if isinstance(when, datetime) and isinstance(strings, tuple) and isinstance(code, int):
            number = record if isinstance(record, int) else 0
            entries.append(LogEntry(code, when, number, tuple(str(text) for text in strings)))
    return entries


def _any_of(tests: Iterable[str]) -> str:
    listed = list(tests)
    return listed[0] if len(listed) == 1 else f"({' OR '.join(listed)})"


def _cim_time(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y%m%d%H%M%S.000000+000")
