# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other end of the wire, for these tests: vectors from files, small envelopes, and a context with counted ids."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree

from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import (
    Conversation,
    RequestContext,
)

VECTORS = Path(__file__).resolve().parents[4] / "vectors"
MESSAGE_ID = "uuid:00000000-0000-4000-8000-{:012d}"

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"

_C = TypeVar("_C", bound=Conversation)


def vector(name: str) -> bytes:
    return (VECTORS / "wsman" / name).read_bytes()


def context() -> RequestContext:
    numbers = count(1)
    return RequestContext(to="http://lab-core-01.example:5985/wsman", new_id=lambda: MESSAGE_ID.format(next(numbers)))


def pump(conversation: _C, replies: Iterable[bytes | str]) -> _C:
    """Feed replies one for one; every reply must have been asked for."""
    for reply in replies:
        assert conversation.next_request() is not None
        conversation.receive(reply if isinstance(reply, bytes) else reply.encode())
    return conversation


def envelope(body: str, header: str = "") -> str:
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}"'
        ' xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"'
        ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common"><s:Header>{header}</s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )


def rows(*items: str) -> str:
    """A complete EnumerateResponse with these items."""
    return envelope(
        f"<n:EnumerateResponse><n:EnumerationContext/><w:Items>{''.join(items)}</w:Items>"
        "<w:EndOfSequence/></n:EnumerateResponse>"
    )


def item(properties: str, class_name: str = "Lab_Thing") -> str:
    return f'<p:{class_name} xmlns:p="{WMI}{class_name}">{properties}</p:{class_name}>'


def same_xml(left: str | bytes, right: str | bytes) -> bool:
    """Equality of meaning: prefixes and the order of attributes do not count, everything else does."""
    return _shape(ElementTree.fromstring(left)) == _shape(ElementTree.fromstring(right))


def _shape(element: ElementTree.Element) -> object:
    return (
        element.tag,
        sorted(element.attrib.items()),
        element.text or "",
        [_shape(child) for child in element],
    )
