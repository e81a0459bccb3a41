# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which transport of a list is next, for either pipe: never a step down from one that seals to one in the clear.

The next one is tried only where this control node cannot use the one before it, so that nothing was sent; never after a
refusal, each of which counts against the account.
"""

from __future__ import annotations

from collections.abc import Sequence

from .endpoint import Endpoint
from .errors import Misconfigured, TransportUnusable, WinrmError


def refuse_step_down(endpoint: Endpoint, transport: str, unusable: Sequence[TransportUnusable]) -> None:
    """Raises Misconfigured where ``transport`` would show what those before it would have sealed."""
    if unusable and endpoint.reveals_content(transport):
        what = f"{unusable[-1].what}; the next transport, {transport}, would send everything in the clear"
        advice = f"{unusable[-1].advice}. To use {transport} all the same, make it the only transport"
        raise Misconfigured(endpoint.label, what, advice) from unusable[-1]


def none_usable(endpoint: Endpoint, unusable: Sequence[TransportUnusable]) -> WinrmError:
    """What to say where all of them were in vain."""
    if len(unusable) == 1:
        return unusable[0]
    what = "no transport can be used: " + "; ".join(exc.what for exc in unusable)
    return Misconfigured(endpoint.label, what, unusable[-1].advice)
