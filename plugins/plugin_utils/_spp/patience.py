# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patience with a licensing service that is just stopping or starting.

The provider then refuses every call with 0xC004F075 and has done nothing, so asking again is safe
for reads and method calls alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from .._wsman import WsmanFault

SERVICE_STOPPING = 0xC004F075
PAUSES = (1.0, 2.0, 4.0)

_Answer = TypeVar("_Answer")


def patiently(call: Callable[[], _Answer], sleep: Callable[[float], None] | None = None) -> _Answer:
    """Return what ``call`` returns, waiting up to seven seconds for a service that is stopping."""
    pause = sleep or time.sleep
    for seconds in PAUSES:
        try:
            return call()
        except WsmanFault as fault:
            if fault.hresult != SERVICE_STOPPING:
                raise
        pause(seconds)
    return call()
