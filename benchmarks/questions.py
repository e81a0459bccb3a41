# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request asks: the text of a query, or the method that is called. Found without parsing, to be quick."""

from __future__ import annotations

import re

_WQL = re.compile(r"[:<]Filter[^>]*>([^<]*)<")
_ACTION = re.compile(r"Action[^>]*>[^<]*/([^</]+/[^</]+)<")
_BYTES_WQL, _BYTES_ACTION = (re.compile(one.pattern.encode()) for one in (_WQL, _ACTION))


def question(request: str) -> str | None:
    """``SELECT State FROM Win32_Service``, or ``Win32_Service/StopService``."""
    found = _WQL.search(request) or _ACTION.search(request)
    return found[1] if found is not None else None


def raw_question(request: bytes) -> bytes | None:
    """The same of a request that was not decoded."""
    found = _BYTES_WQL.search(request) or _BYTES_ACTION.search(request)
    return found[1] if found is not None else None


def method_of(asked: bytes) -> bytes:
    """``StopService``; of a query, nothing."""
    return b"" if b" " in asked else asked.rpartition(b"/")[2]
