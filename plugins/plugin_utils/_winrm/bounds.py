# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of a host's answers is read, whichever pipe reads them."""

from __future__ import annotations

from .._wsman.enumeration import Bounds
from .._wsman.envelope import REPLY_LIMIT
from .endpoint import Endpoint

#: One enumeration. A host is asked for some kilobytes; one that goes on must not take the place of others.
ENUMERATION = Bounds(empty_pulls=100, pulls=2_000, reply_bytes=16 * 1024 * 1024)

# Framing, signature and headers of a sealed reply come on top of its envelope.
_FRAMING = 4096

# A host keeps to the size of an envelope that it was told, counted in characters of two bytes by some. One that does
# not is cut off before its answer takes the time and the memory of hundreds of others.
_LEAST_LIMIT = 1024 * 1024
_BYTES_PER_CHARACTER = 4


def body_limit(endpoint: Endpoint) -> int:
    """Bytes of one answer's body."""
    told = max(_LEAST_LIMIT, _BYTES_PER_CHARACTER * endpoint.max_envelope_size)
    return min(told, REPLY_LIMIT) + _FRAMING
