# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One authenticated request on its way through the service."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from .enumeration import Enumerations
from .fault_kinds import Kind
from .faults import Fault, schema_error
from .host import Account, Host
from .soap import Request


@dataclass
class Call:
    """One request of an authenticated account, and what is worth noting about it."""

    host: Host
    enumerations: Enumerations
    request: Request
    account: Account
    notes: dict[str, object] = field(default_factory=dict)

    @property
    def envelope_limit(self) -> int:
        """The smaller of what the client and the server allow."""
        asked = int(self.request.max_envelope or 0)
        limit = self.host.winrm.envelope_limit
        return min(asked, limit) if asked else limit

    @property
    def body(self) -> Element:
        """The child of the body, which every operation but Get needs."""
        if self.request.body is None:
            raise schema_error("The body is empty.")
        return self.request.body


def within_limit(call: Call, answer: str) -> str:
    """The answer, unless it is larger than the client and the server allow."""
    if len(answer.encode()) > call.envelope_limit:
        raise Fault(Kind.ENVELOPE_EXCEEDED)
    return answer
