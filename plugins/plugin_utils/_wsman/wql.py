# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The little of WQL that a client has to know: how to quote a value, and what a query is about.

Microsoft Learn, "WQL (SQL for WMI)" and "WHERE Clause": one class, no joins, no aliases; strings in single or double
quotes; the backslash escapes itself and both quotes.
"""

from __future__ import annotations

import re

from .escaping import checked_text

_SELECT = re.compile(
    r"\s*SELECT(?:\s+|(?=\*))(.*?)(?:(?<=\*)|\s)\s*FROM\s+([A-Za-z_][A-Za-z0-9_]*)", re.IGNORECASE | re.DOTALL
)
_IS_SELECT = re.compile(r"\s*SELECT\b", re.IGNORECASE)


def quote(text: str) -> str:
    r"""The text as a WQL string, quotes included: ``C:\Temp`` becomes ``'C:\\Temp'``."""
    escaped = checked_text(text, "The value for the query").replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def is_select(wql: str) -> bool:
    """Whether the query is a SELECT, rather than ``ASSOCIATORS OF`` or ``REFERENCES OF``."""
    return _IS_SELECT.match(wql) is not None


def class_of(wql: str) -> str | None:
    """The class a SELECT reads; None where the query does not say."""
    found = _SELECT.match(wql)
    return found.group(2) if found else None


def columns_of(wql: str) -> tuple[str, ...]:
    """The properties a SELECT names, as written; empty for ``*`` and for other queries."""
    found = _SELECT.match(wql)
    if not found or "*" in found.group(1):
        return ()
    return tuple(name.strip() for name in found.group(1).split(","))
