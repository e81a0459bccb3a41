# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests a KMS host has logged, newest ones only: one bounded query on its event log."""

from __future__ import annotations

from datetime import datetime, timezone

from .._licensing.host_clients import ClientRequest, parse_request
from .._wsman import class_types, wql
from .steps import Query, Work

_CLASS = "Win32_NTLogEvent"
_LOG = "Key Management Service"
_ACTIVATION_REQUEST = 12290


def read_requests(since: datetime) -> Work[tuple[ClientRequest, ...]]:
    """Events 12290 since a moment by the clock of the host.

    WMI compares TimeGenerated as a CIM datetime, so the query carries it in that form (MS-WMI, DMTF DSP0004).
    """
    rows = yield Query(
        f"SELECT InsertionStrings,TimeGenerated FROM {_CLASS} WHERE Logfile = {wql.quote(_LOG)} "
        f"AND EventCode = {_ACTIVATION_REQUEST} AND TimeGenerated >= {wql.quote(_cim_time(since))}",
        class_types.types_of(_CLASS),
    )
    requests = []
    for row in rows:
        when, strings = row.get("TimeGenerated"), row.get("InsertionStrings")
        if isinstance(when, datetime) and isinstance(strings, tuple):
            parsed = parse_request(when, [str(text) for text in strings])
            if parsed is not None:
                requests.append(parsed)
    return tuple(requests)


def _cim_time(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y%m%d%H%M%S.000000+000")
