# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of the tests: pywinrm with envelopes written here, pypsrp, and plain HTTP."""

from __future__ import annotations

import http.client
import uuid
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

import pytest
import requests
import winrm.protocol
from pypsrp.wsman import WSMan
from winrm.exceptions import WSManFaultError

from winlab.host import Account

from .workshop import ADMINISTRATOR, HTTP_PORT, WMI, FakeHost

NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
    "cim": "http://schemas.dmtf.org/wbem/wscim/1/common",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
ANONYMOUS = f"{NS['a']}/role/anonymous"
NIL = f"{{{NS['xsi']}}}nil"
SOAP_TYPE = "application/soap+xml;charset=UTF-8"
ENUMERATE = f"{NS['n']}/Enumerate"
PULL = f"{NS['n']}/Pull"
RELEASE = f"{NS['n']}/Release"
GET = f"{NS['x']}/Get"
PUT = f"{NS['x']}/Put"


def envelope(
    action: str,
    uri: str,
    body: str = "",
    *,
    selectors: Mapping[str, str] | None = None,
    size: int = 153600,
    timeout: str = "PT20S",
    reply_to: str = ANONYMOUS,
    message_id: str = "",
    extra: str = "",
) -> str:
    """A request as DSP0226 describes it."""
    chosen = "".join(
        f"<w:Selector Name={quoteattr(name)}>{escape(value)}</w:Selector>" for name, value in (selectors or {}).items()
    )
    chosen = f"<w:SelectorSet>{chosen}</w:SelectorSet>" if chosen else ""
    reply = f"<a:ReplyTo><a:Address>{reply_to}</a:Address></a:ReplyTo>" if reply_to else ""
    declared = "".join(f' xmlns:{prefix}="{uri_}"' for prefix, uri_ in NS.items())
    return (
        f"<s:Envelope{declared}><s:Header><a:To>http://lab/wsman</a:To>"
        f'<w:ResourceURI s:mustUnderstand="true">{escape(uri)}</w:ResourceURI>{reply}'
        f'<a:Action mustUnderstand="true">{escape(action)}</a:Action>'
        f"<w:MaxEnvelopeSize>{size}</w:MaxEnvelopeSize>"
        f"<a:MessageID>{message_id or 'uuid:' + str(uuid.uuid4())}</a:MessageID>"
        f"<w:OperationTimeout>{timeout}</w:OperationTimeout>{chosen}{extra}</s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )


def query(wql: str, *, maximum: int | None = 32000, mode: str = "", dialect: str = "", **headers: Any) -> str:
    """An Enumerate with a WQL filter."""
    dialect = dialect or "http://schemas.microsoft.com/wbem/wsman/1/WQL"
    optimized = "<w:OptimizeEnumeration/>" if maximum else ""
    count = f"<w:MaxElements>{maximum}</w:MaxElements>" if maximum else ""
    shape = f"<w:EnumerationMode>{mode}</w:EnumerationMode>" if mode else ""
    body = f'<n:Enumerate>{optimized}{count}{shape}<w:Filter Dialect="{dialect}">{escape(wql)}</w:Filter></n:Enumerate>'
    return envelope(ENUMERATE, headers.pop("uri", f"{WMI}/*"), body, **headers)


def pull(context: str, *, maximum: int | None = 32000, **headers: Any) -> str:
    """A Pull."""
    count = f"<n:MaxElements>{maximum}</n:MaxElements>" if maximum else ""
    body = f"<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext>{count}</n:Pull>"
    return envelope(PULL, f"{WMI}/*", body, **headers)


def release(context: str) -> str:
    """A Release."""
    body = f"<n:Release><n:EnumerationContext>{context}</n:EnumerationContext></n:Release>"
    return envelope(RELEASE, f"{WMI}/*", body)


def call(class_name: str, method: str, parameters: str = "", **headers: Any) -> str:
    """An Invoke; parameters are XML with the prefix p."""
    uri = f"{WMI}/{class_name}"
    body = f'<p:{method}_INPUT xmlns:p="{uri}">{parameters}</p:{method}_INPUT>'
    return envelope(f"{uri}/{method}", uri, body, **headers)


class Pywinrm:
    """One pywinrm connection; `send` gives the parsed envelope, faults included."""

    def __init__(self, host: FakeHost, account: Account = ADMINISTRATOR, *, user: str = "", **settings: Any) -> None:
        settings.setdefault("endpoint", host.url)
        settings.setdefault("transport", "ntlm")
        settings.setdefault("password", account.password)
        settings.setdefault("read_timeout_sec", 10)
        settings.setdefault("operation_timeout_sec", 5)
        settings.setdefault("proxy", None)
        self.protocol = winrm.protocol.Protocol(username=user or account.label, **settings)

    def __enter__(self) -> Pywinrm:
        return self

    def __exit__(self, *_unused: object) -> None:
        self.protocol.transport.close_session()

    @property
    def session(self) -> requests.Session:
        session: requests.Session | None = self.protocol.transport.session
        assert session is not None
        return session

    def send(self, text: str) -> Element:
        return ElementTree.fromstring(self.protocol.send_message(text))

    def fault(self, text: str) -> Fault:
        """The fault a request draws."""
        with pytest.raises(WSManFaultError) as error:
            self.protocol.send_message(text)
        return Fault(ElementTree.fromstring(error.value.response or ""))

    def pages(self, wql: str, **settings: Any) -> list[Element]:
        """Every response of an enumeration."""
        answers = [self.send(query(wql, **settings))]
        while (context := context_of(answers[-1])) and not ended(answers[-1]):
            answers.append(self.send(pull(context, size=settings.get("size", 153600))))
        return answers

    def items(self, wql: str, **settings: Any) -> list[Element]:
        """Every item of an enumeration."""
        return [item for page in self.pages(wql, **settings) for item in items_of(page)]


class Fault:
    """A SOAP fault taken apart."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.action = root.findtext(".//a:Action", namespaces=NS) or ""
        values = [one.text or "" for one in root.iterfind(".//s:Code//s:Value", NS)]
        self.role = values[0]
        self.subcode = values[1] if len(values) > 1 else ""
        self.reason = root.findtext(".//s:Reason/s:Text", namespaces=NS) or ""
        codes = [int(one.get("Code") or 0) for one in root.iterfind(".//f:WSManFault", NS)]
        self.code = codes[0] if codes else None
        self.inner = codes[1] if len(codes) > 1 else None
        self.detail = root.findtext(".//w:FaultDetail", namespaces=NS) or ""

    def extended(self, name: str) -> str | None:
        """A property of __ExtendedStatus."""
        uri = f"{WMI}/__ExtendedStatus"
        return self.root.findtext(f".//{{{uri}}}{name}")


def context_of(answer: Element) -> str:
    return answer.findtext(".//n:EnumerationContext", namespaces=NS) or ""


def ended(answer: Element) -> bool:
    return any(answer.find(f".//{prefix}:EndOfSequence", NS) is not None for prefix in "wn")


def items_of(answer: Element) -> list[Element]:
    for prefix in "wn":
        found = answer.find(f".//{prefix}:Items", NS)
        if found is not None:
            return list(found)
    return []


def local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def texts(item: Element) -> dict[str, str | None]:
    """Properties of an item by local name; nil is None, the last of several wins."""
    return {local(one): None if one.get(NIL) else "".join(one.itertext()) for one in item}


def psrp(host: FakeHost, account: Account = ADMINISTRATOR, **settings: Any) -> WSMan:
    """pypsrp's WSMan class on a machine."""
    settings = {"ssl": False, "port": HTTP_PORT, "auth": "negotiate", "no_proxy": True, **settings}
    return WSMan(host.address, username=account.label, password=account.password, **settings)


def post(
    host: FakeHost, body: bytes = b"", headers: Mapping[str, str] | None = None, path: str = "/wsman"
) -> http.client.HTTPResponse:
    """One bare HTTP request on a connection of its own; the body has been read."""
    connection = http.client.HTTPConnection(host.address, HTTP_PORT, timeout=5)
    try:
        connection.request("POST", path, body, {"Content-Type": SOAP_TYPE, **(headers or {})})
        response = connection.getresponse()
        response.body = response.read()  # type: ignore[attr-defined]
        return response
    finally:
        connection.close()
