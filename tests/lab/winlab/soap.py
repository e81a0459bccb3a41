# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP envelopes: reading requests, framing answers.

Headers and their rules are those of DSP0226 and MS-WSMV section 2.2.4; answers carry Action, MessageID, To and
RelatesTo and nothing else, in one line, without an XML declaration.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from .values import escaped

S = "http://www.w3.org/2003/05/soap-envelope"
A = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
N = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
X = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
E = "http://schemas.xmlsoap.org/ws/2004/08/eventing"
W = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
P = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
B = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"
WSMID = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"

WMI_ROOT = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
CIM_ROOT = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
SHELL_ROOT = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
SHELL_NAMESPACES = (SHELL_ROOT, "http://schemas.microsoft.com/powershell/")
WQL_DIALECT = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
ANONYMOUS = f"{A}/role/anonymous"

ENUMERATE = f"{N}/Enumerate"
PULL = f"{N}/Pull"
RELEASE = f"{N}/Release"
GET = f"{X}/Get"
PUT = f"{X}/Put"
CREATE = f"{X}/Create"
DELETE = f"{X}/Delete"

_PREFIXES = {"s": S, "a": A, "x": X, "e": E, "n": N, "w": W, "p": P}
_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?\Z"
)
_UNDERSTOOD = {
    *(f"{{{A}}}{name}" for name in ("To", "ReplyTo", "FaultTo", "From", "Action", "MessageID", "RelatesTo")),
    *(
        f"{{{W}}}{name}"
        for name in (
            "ResourceURI",
            "MaxEnvelopeSize",
            "OperationTimeout",
            "Locale",
            "SelectorSet",
            "OptionSet",
            "FragmentTransfer",
            "RequestEPR",
        )
    ),
    *(f"{{{P}}}{name}" for name in ("DataLocale", "SessionId", "OperationID", "SequenceId", "ActivityId")),
}


class MalformedRequest(Exception):
    """The body of a request is not a SOAP envelope; WinRM answers 400."""


@dataclass(frozen=True)
class Request:
    """One SOAP request: its headers as far as WS-Management knows them, and the child of its body."""

    action: str = ""
    resource_uri: str = ""
    message_id: str = ""
    reply_to: str | None = None
    max_envelope: str | None = None
    timeout: float | None = None
    fragment: str | None = None
    selectors: Mapping[str, str] = field(default_factory=dict)
    not_understood: str | None = None
    insistent_locale: bool = False
    body: Element | None = None

    @property
    def is_identify(self) -> bool:
        """Identify is known by its body; it has no addressing headers."""
        return self.body is not None and self.body.tag == f"{{{WSMID}}}Identify"


def read_request(text: str) -> Request:
    """Read an envelope; headers are not judged here."""
    if "<!DOCTYPE" in text:
        raise MalformedRequest("document type declarations are not accepted")
    try:
        envelope = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise MalformedRequest(str(error)) from error
    if envelope.tag != f"{{{S}}}Envelope":
        raise MalformedRequest("not a SOAP 1.2 envelope")
    header = envelope.find(f"{{{S}}}Header")
    body = envelope.find(f"{{{S}}}Body")
    return _request(list(header) if header is not None else [], next(iter(body), None) if body is not None else None)


def _request(headers: list[Element], body: Element | None) -> Request:
    known = {header.tag: header for header in headers}

    def text(namespace: str, name: str) -> str | None:
        element = known.get(f"{{{namespace}}}{name}")
        return None if element is None else (element.text or "").strip()

    reply_to = known.get(f"{{{A}}}ReplyTo")
    locales = [known[tag] for tag in (f"{{{W}}}Locale", f"{{{P}}}DataLocale") if tag in known]
    return Request(
        action=text(A, "Action") or "",
        resource_uri=text(W, "ResourceURI") or "",
        message_id=text(A, "MessageID") or "",
        reply_to=None if reply_to is None else (reply_to.findtext(f"{{{A}}}Address") or "").strip(),
        max_envelope=text(W, "MaxEnvelopeSize"),
        timeout=_seconds(text(W, "OperationTimeout")),
        fragment=text(W, "FragmentTransfer"),
        selectors=_selectors(known.get(f"{{{W}}}SelectorSet")),
        not_understood=_not_understood(headers),
        insistent_locale=any(_must_understand(locale) for locale in locales),
        body=body,
    )


def _must_understand(header: Element) -> bool:
    """Some clients write the attribute without its namespace; WinRM accepts that."""
    value = header.get(f"{{{S}}}mustUnderstand") or header.get("mustUnderstand")
    return value in ("true", "1")


def _not_understood(headers: list[Element]) -> str | None:
    return next((one.tag for one in headers if one.tag not in _UNDERSTOOD and _must_understand(one)), None)


def _selectors(selector_set: Element | None) -> dict[str, str]:
    if selector_set is None:
        return {}
    return {one.get("Name", ""): one.text or "" for one in selector_set.findall(f"{{{W}}}Selector")}


def _seconds(text: str | None) -> float | None:
    match = _DURATION.match(text or "")
    if not match or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def new_uuid() -> str:
    """`uuid:` and an upper-case GUID, as WinRM writes its identifiers."""
    return f"uuid:{str(uuid.uuid4()).upper()}"


def envelope(
    action: str, relates_to: str, body: str, *, prefixes: str, language: str = "en-US", header: str = ""
) -> str:
    """An answer; `prefixes` lists the namespaces its envelope declares, such as `sanw`."""
    declared = "".join(f' xmlns:{prefix}="{_PREFIXES[prefix]}"' for prefix in prefixes)
    related = f"<a:RelatesTo>{escaped(relates_to)}</a:RelatesTo>" if relates_to else ""
    return (
        f'<s:Envelope xml:lang="{language}"{declared}><s:Header><a:Action>{escaped(action)}</a:Action>'
        f"<a:MessageID>{new_uuid()}</a:MessageID><a:To>{ANONYMOUS}</a:To>{related}{header}</s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )


@dataclass(frozen=True)
class Identity:
    """What Identify tells."""

    os_version: str = "0.0.0"
    service_pack: str = "0.0"
    stack: str = "3.0"
    security_profiles: tuple[str, ...] = ()


def identify_response(identity: Identity) -> str:
    """The answer to Identify, which has an empty header."""
    profiles = "".join(
        f"<wsmid:SecurityProfileName>{name}</wsmid:SecurityProfileName>" for name in identity.security_profiles
    )
    if profiles:
        profiles = f"<wsmid:SecurityProfiles>{profiles}</wsmid:SecurityProfiles>"
    version = f"OS: {identity.os_version} SP: {identity.service_pack} Stack: {identity.stack}"
    return (
        f'<s:Envelope xml:lang="en-US" xmlns:s="{S}"><s:Header/><s:Body><wsmid:IdentifyResponse xmlns:wsmid="{WSMID}">'
        f"<wsmid:ProtocolVersion>{W}</wsmid:ProtocolVersion>"
        f"<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>"
        f"<wsmid:ProductVersion>{escaped(version)}</wsmid:ProductVersion>{profiles}"
        f"</wsmid:IdentifyResponse></s:Body></s:Envelope>"
    )
