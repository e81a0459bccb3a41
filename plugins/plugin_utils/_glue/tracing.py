# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``-vvv``: each exchange with a host as a line, as the connection plugins of ansible-core tell theirs."""

from __future__ import annotations

from ansible.utils.display import Display

from .._winrm import trace

_VERBOSITY = 3


def begin() -> None:
    """Tell from now on, if somebody wants to hear."""
    display = Display()
    wanted = display.verbosity >= _VERBOSITY
    trace.listen((lambda exchange: display.vvv(f"WINRM {exchange}")) if wanted else None)
