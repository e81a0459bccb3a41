# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP envelopes: requests from a template, replies into a checked ``Reply``.

DSP0226 (headers), MS-WSMV (Windows' extra headers), SOAP 1.2 section 5 (a message has no document type). The peer is
not trusted: size, depth and document type are bounded before anything is looked at.
"""

from __future__ import annotations

import math
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ...module_utils._text import printable
from . import uris
from .cim_writer import selector_set
from .errors import ProtocolError, UsageError, WsmanFault
from .escaping import escape_attribute, escape_text
from .fault import read_fault

REPLY_LIMIT = 8 * 1024 * 1024
"""Bytes of one reply. Windows' default for an envelope is 150 or 500 KB; administrators raise it."""

DEPTH_LIMIT = 64
"""Nested elements. A fault with everything in it has about twelve."""

SMALLEST_ENVELOPE = 8192
"""Bytes. DSP0226 lets a service refuse a smaller MaxEnvelopeSize, and Windows answers a fault to one."""

_ENVELOPE = f"{{{uris.SOAP}}}Envelope"
_HEADER = f"{{{uris.SOAP}}}Header"
_BODY = f"{{{uris.SOAP}}}Body"
_FAULT = f"{{{uris.SOAP}}}Fault"
_RELATES_TO = f"{{{uris.ADDRESSING}}}RelatesTo"
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_HTML = re.compile(r"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)

_TEMPLATE = (
    f'<s:Envelope xmlns:s="{uris.SOAP}" xmlns:a="{uris.ADDRESSING}" xmlns:n="{uris.ENUMERATION}"'
    f' xmlns:w="{uris.WSMAN}" xmlns:p="{uris.WSMAN_MICROSOFT}"><s:Header><a:To>{{to}}</a:To>'
    '<w:ResourceURI s:mustUnderstand="true">{uri}</w:ResourceURI>'
    f'<a:ReplyTo><a:Address s:mustUnderstand="true">{uris.ANONYMOUS}</a:Address></a:ReplyTo>'
    '<a:Action s:mustUnderstand="true">{action}</a:Action>'
    '<w:MaxEnvelopeSize s:mustUnderstand="true">{size}</w:MaxEnvelopeSize>'
    "<a:MessageID>{message_id}</a:MessageID>"
    # mustUnderstand has to be false on these two, or the answer is w:UnsupportedFeature (MS-WSMV).
    '<w:Locale xml:lang="{locale}" s:mustUnderstand="false"/>'
    '<p:DataLocale xml:lang="{locale}" s:mustUnderstand="false"/>'
    # No p:OperationID: it announces a full-duplex client, and Windows may then send several envelopes in one reply.
    "<w:OperationTimeout>PT{timeout:.3f}S</w:OperationTimeout>{selectors}</s:Header>"
    "<s:Body>{body}</s:Body></s:Envelope>"
)

# A character that no XML can carry, so none of the values that are filled in.
_GAP = "\0"


@dataclass(frozen=True)
class RequestContext:
    """What every request to one host has in common.

    Args:
        to: the URL of the endpoint; Windows compares it with nothing.
        new_id: makes a fresh MessageID, with or without ``uuid:`` in front. The codec itself has no randomness.
        operation_timeout: seconds the server may take. More than 60 is cut by the server's own limit by default.
        max_envelope_size: bytes; the server silently lowers it to its own limit.
        locale: language of fault texts, where the host has it.
    """

    to: str
    new_id: Callable[[], str]
    operation_timeout: float = 60.0
    max_envelope_size: int = 153600
    locale: str = "en-US"

    def __post_init__(self) -> None:
        if not (math.isfinite(self.operation_timeout) and self.operation_timeout > 0):
            raise UsageError(f"operation_timeout must be a positive number of seconds, not {self.operation_timeout}.")
        if self.max_envelope_size < SMALLEST_ENVELOPE:
            raise UsageError(f"max_envelope_size must be at least {SMALLEST_ENVELOPE}, not {self.max_envelope_size}.")


@dataclass(frozen=True)
class Reply:
    """A reply that is a SOAP envelope. ``payload`` is the first element of its body, None when that is empty."""

    relates_to: str
    payload: Element | None
    fault: WsmanFault | None


def request(
    context: RequestContext, action: str, uri: str, body: str, selectors: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """A request and its MessageID.

    Args:
        body: XML written by ``cim_writer`` or by a template, escaped already.
        selectors: the keys of the instance meant.
    """
    message_id = context.new_id()
    if ":" not in message_id:
        message_id = f"uuid:{message_id}"
    start, after_to, after_id, after_selectors, end = _frame(
        action, uri, context.max_envelope_size, context.locale, context.operation_timeout
    )
    to, own_id = escape_text(context.to, "The endpoint URL"), escape_text(message_id, "The MessageID")
    keys = selector_set(selectors) if selectors else ""
    return f"{start}{to}{after_to}{own_id}{after_id}{keys}{after_selectors}{body}{end}", message_id


@lru_cache(maxsize=256)
def _frame(action: str, uri: str, size: int, locale: str, timeout: float) -> tuple[str, ...]:
    """The text around what each request has of its own: an audit asks thousands of hosts the same three questions.

    What may hold a key, the body and the selectors, is not among what is kept.
    """
    return tuple(
        _TEMPLATE.format(
            **dict.fromkeys(("to", "message_id", "selectors", "body"), _GAP),
            uri=escape_text(uri, "The resource URI"),
            action=escape_text(action, "The action"),
            size=size,
            locale=escape_attribute(locale, "The locale"),
            timeout=timeout,
        ).split(_GAP)
    )


def parse(reply: bytes | str, *, limit: int = REPLY_LIMIT) -> Reply:
    """Read a reply.

    Raises:
        ProtocolError: it is not a SOAP 1.2 envelope, or larger, deeper or stranger than one may be.
    """
    if len(reply) > limit:
        raise ProtocolError(f"The answer has {len(reply)} bytes, more than the limit of {limit}. Ask for less at once.")
    text = reply if isinstance(reply, str) else _decode(reply)
    _check_prolog(text)
    root = _tree(text)
    if not _is_harmless(text):
        _make_harmless(root)
    if root.tag != _ENVELOPE:
        raise ProtocolError(f"The answer is XML, but not a SOAP 1.2 envelope: its root is {root.tag[:120]!r}.")
    _check_depth(root)
    header, body = root.find(_HEADER), root.find(_BODY)
    if body is None:
        raise ProtocolError("The answer is a SOAP envelope without a body.")
    payload = body[0] if len(body) else None
    is_fault = payload is not None and payload.tag == _FAULT
    return Reply(
        relates_to="" if header is None else header.findtext(_RELATES_TO, "").strip(),
        payload=payload,
        fault=read_fault(payload, text) if is_fault and payload is not None else None,
    )


def _decode(reply: bytes) -> str:
    # SOAP over HTTP is UTF-8 or UTF-16 (MS-WSMV). Whatever an XML declaration claims beyond that is not followed.
    if reply.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif reply.startswith(b"<\x00"):
        encoding = "utf-16-le"
    elif reply.startswith(b"\x00<"):
        encoding = "utf-16-be"
    else:
        # Not utf-8-sig, which is written in Python.
        encoding, reply = "utf-8", reply.removeprefix(BOM_UTF8)
    try:
        return reply.decode(encoding)
    except UnicodeDecodeError as error:
        raise ProtocolError(f"The answer is not text in UTF-8 or UTF-16: {error.reason}.") from error


def _check_prolog(text: str) -> None:
    # A document type can stand nowhere but here, so nothing declared in one ever reaches the parser.
    if _HTML.match(text):
        raise ProtocolError("The answer is an HTML page, not SOAP: a proxy or a web server answers at this address.")
    if not text.strip():
        raise ProtocolError("The answer is empty.")
    found = _PROLOG.match(text)
    if found and text.startswith("<!", found.end()):
        raise ProtocolError("The answer carries a document type declaration, which SOAP forbids. It was not read.")


class _Builder(ElementTree.TreeBuilder):
    """Refuses a document type at the parser too, should the look at the prolog ever miss one."""

    def doctype(self, name: str, *_ids: str | None) -> None:
        raise ProtocolError(f"The answer declares the document type {name[:40]!r}, which SOAP forbids.")


def _tree(text: str) -> Element:
    # A builder of ours is asked about every element; without the one word that it is there for, it is not needed.
    parser = ElementTree.XMLParser(target=_Builder()) if "<!DOCTYPE" in text else ElementTree.XMLParser()
    try:
        parser.feed(text)
        root = parser.close()
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise ProtocolError(f"The answer is not well-formed XML, perhaps cut off: {error}.") from error
    if not isinstance(root, Element):
        raise ProtocolError("The answer holds no XML element.")
    return root


def _is_harmless(text: str) -> bool:
    """Whether nothing in a reply can steer a terminal, told without a look at each element of it.

    XML keeps most control characters out (XML 1.0, 2.2), but for a reference to one and for DEL.
    """
    return text.isascii() and "&#" not in text and "\x7f" not in text


def _make_harmless(root: Element) -> None:
    """Replace control and format characters in all that a host says: faults, names and values of WMI."""
    for element in root.iter():
        if element.text:
            element.text = printable(element.text.replace("\r\n", "\n"))
        if element.tail:
            element.tail = printable(element.tail.replace("\r\n", "\n"))
        for name, value in element.attrib.items():
            element.attrib[name] = printable(value)


def _check_depth(root: Element) -> None:
    level = [root]
    for _unused in range(DEPTH_LIMIT):
        # Nearly all are leaves, and looking for children that are not there takes an exception each.
        level = [child for element in level if len(element) for child in element]
        if not level:
            return
    raise ProtocolError(f"The answer nests more than {DEPTH_LIMIT} elements.")
