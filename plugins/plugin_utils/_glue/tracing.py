# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``-vvv``: each exchange with a host or a name server as a line, as ansible-core's connection plugins tell theirs."""

from __future__ import annotations

from ansible.utils.display import Display

from ...module_utils import _trace

_VERBOSITY = 3


def begin() -> None:
    """Tell from now on, if somebody wants to hear."""
    display = Display()
    wanted = display.verbosity >= _VERBOSITY
    _trace.listen((lambda exchange: display.vvv(f"{exchange.protocol} {exchange}")) if wanted else None)
