# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identify: what answers there, asked without addressing headers (DSP0226, MS-WSMV).

With the HTTP header ``WSMANIDENTIFY: unauthenticated`` it needs no credentials; the operating system is then given as
``0.0.0``. The stack number is true either way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from . import uris
from .conversation import SingleExchange, expected
from .envelope import RequestContext
from .errors import UsageError

_TEXT = (
    f'<s:Envelope xmlns:s="{uris.SOAP}" xmlns:wsmid="{uris.IDENTITY}"><s:Header/>'
    "<s:Body><wsmid:Identify/></s:Body></s:Envelope>"
)
_PRODUCT_VERSION = re.compile(r"OS:\s*(\S+)\s+SP:\s*(\S+)\s+Stack:\s*(\S+)")


# More than any version; what it is sought in comes from before the sign-in, and could be made to take for ever.
_LONGEST_VERSION = 256


@dataclass(frozen=True)
class Identity:
    """What the service says of itself. ``os``, ``service_pack`` and ``stack`` are empty for other than Windows."""

    protocol_version: str
    vendor: str
    product_version: str
    os: str
    service_pack: str
    stack: str


class Identify(SingleExchange):
    """Ask what answers there."""

    def __init__(self, context: RequestContext | None = None) -> None:
        super().__init__()
        # Kept for symmetry: the request has no header to put anything of it into.
        self._context = context
        self._identity: Identity | None = None

    @property
    def identity(self) -> Identity:
        """The answer, once it is there."""
        if self._identity is None:
            raise UsageError("Identify has not been answered yet.")
        return self._identity

    def _compose(self) -> tuple[str, str]:
        return _TEXT, ""

    def _read(self, payload: Element | None) -> None:
        response = expected(payload, "IdentifyResponse")
        texts = {uris.local_name(child.tag): (child.text or "").strip() for child in response}
        product_version = texts.get("ProductVersion", "")
        found = _PRODUCT_VERSION.search(product_version[:_LONGEST_VERSION])
        system, service_pack, stack = found.groups() if found else ("", "", "")
        self._identity = Identity(
            protocol_version=texts.get("ProtocolVersion", ""),
            vendor=texts.get("ProductVendor", ""),
            product_version=product_version,
            os=system,
            service_pack=service_pack,
            stack=stack,
        )
