# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP faults of every form Windows sends, read into one ``WsmanFault``.

Forms (MS-WSMV on WSManFault; SOAP 1.2 part 1, section 5.4):

- ``f:WSManFault`` with text;
- ``f:WSManFault`` around ``f:ProviderFault``, with an inner ``f:WSManFault`` and at times an ``__ExtendedStatus``;
- ``MSFT_WmiError`` (from Windows 8 and Server 2012 on, some quotas and the newer providers, such as the firewall's),
  with ``error_Code``, which ``error_Type`` can call a number of MI, and ``CIMStatusCode``;
- no detail at all.

Where a provider's own HRESULT stands is not documented, so every place is read, most specific first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from . import uris
from .errors import WsmanFault, is_generic

__all__ = ["WsmanFault", "read_fault"]

_S = f"{{{uris.SOAP}}}"
_F = f"{{{uris.FAULT}}}"
_NIL = f"{{{uris.XSI}}}nil"
_HRESULT_IN_TEXT = re.compile(r"\b0x([0-9A-Fa-f]{8})\b")
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}")


def read_fault(fault: Element, text: str = "") -> WsmanFault:
    """The fault as one value.

    Args:
        fault: the ``s:Fault`` element.
        text: the whole reply, for the prefixes of its codes; without it they stay unresolved.
    """
    detail = fault.find(f"{_S}Detail")
    chain = _chain(detail)
    status = _named(detail, "__ExtendedStatus")
    error = _named(detail, "MSFT_WmiError")
    reason = _text(fault.find(f"{_S}Reason/{_S}Text"))
    messages = [message for message in (*_messages(chain, status, error), reason) if message]
    candidates = list(_candidates(chain, status, error, messages))
    source, hresult = _best(candidates)
    soap_code, _unused = _qualified(fault.find(f"{_S}Code/{_S}Value"), {})
    subcode, namespace = _qualified(fault.find(f"{_S}Code/{_S}Subcode/{_S}Value"), _prefixes(text))
    return WsmanFault(
        code=_outer_code(candidates),
        hresult=hresult,
        hresult_source=source,
        reason=reason,
        message=messages[0] if messages else "",
        soap_code=soap_code,
        subcode=subcode,
        subcode_namespace=namespace,
        provider=_provider(chain, status),
        machine=chain[0].get("Machine", "").strip() if chain else "",
        codes=tuple(code for _unused, code in candidates),
        cim_status=_cim_status(error),
    )


def _chain(detail: Element | None) -> list[Element]:
    """``f:WSManFault`` elements from the outermost to the innermost."""
    return [] if detail is None else list(detail.iter(f"{_F}WSManFault"))


def _named(detail: Element | None, local: str) -> Element | None:
    # The class namespace differs between the WMI plug-in (Microsoft's URI) and the CIM one (DMTF's).
    if detail is None:
        return None
    return next((element for element in detail.iter() if uris.local_name(element.tag) == local), None)


def _child_text(parent: Element | None, local: str) -> str:
    if parent is None:
        return ""
    child = next((element for element in parent if uris.local_name(element.tag).casefold() == local), None)
    return "" if child is None or child.get(_NIL) in ("true", "1") else _text(child)


def _text(element: Element | None) -> str:
    return "" if element is None or not element.text else element.text.strip()


def _messages(chain: list[Element], status: Element | None, error: Element | None) -> Iterator[str]:
    for fault in reversed(chain):
        message = fault.find(f"{_F}Message")
        if message is not None:
            yield _own_text(message)
    yield _child_text(error, "message")
    yield _child_text(error, "error_windowserrormessage")
    yield _child_text(status, "description")


def _own_text(message: Element) -> str:
    """Text of a mixed ``f:Message``: its own, or its provider's, but not that of a fault nested in it."""
    parts: list[str] = []
    pending = [message]
    while pending:
        element = pending.pop()
        parts.append(element.text or "")
        parts.extend(child.tail or "" for child in element)
        pending.extend(child for child in element if child.tag == f"{_F}ProviderFault")
    return " ".join(part.strip() for part in parts if part.strip())


def _candidates(
    chain: list[Element], status: Element | None, error: Element | None, messages: list[str]
) -> Iterator[tuple[str, int]]:
    places = [
        ("extended_status", _child_text(status, "statuscode")),
        *(("inner_fault", fault.get("Code", "")) for fault in reversed(chain[1:])),
        *(("outer_fault", fault.get("Code", "")) for fault in chain[:1]),
        ("error_code", "" if _counts_as_mi(error) else _child_text(error, "error_code")),
    ]
    for source, text in places:
        code = _unsigned(text)
        if code:
            yield source, code
    for message in (*messages, _child_text(error, "messageid")):
        for digits in _HRESULT_IN_TEXT.findall(message):
            yield "message", int(digits, 16)


def _counts_as_mi(error: Element | None) -> bool:
    # Then the number is not an HRESULT: 5 is an invalid class, not Win32's access denied.
    return _child_text(error, "error_type").casefold() == "mi"


def _cim_status(error: Element | None) -> int | None:
    status = _unsigned(_child_text(error, "cimstatuscode"))
    if not status and _counts_as_mi(error):
        status = _unsigned(_child_text(error, "error_code"))
    return status or None


def _unsigned(text: str) -> int:
    # Decimal by MS-WSMV; scripting hosts print the same code as a negative number. Zero says nothing.
    stripped = text.strip()
    return int(stripped) & 0xFFFFFFFF if _NUMBER.fullmatch(stripped) else 0


def _best(candidates: list[tuple[str, int]]) -> tuple[str, int | None]:
    telling = next((item for item in candidates if not is_generic(item[1])), None)
    return telling or next(iter(candidates), ("", None))


def _outer_code(candidates: list[tuple[str, int]]) -> int | None:
    by_source = dict(reversed(candidates))
    return by_source.get("outer_fault", by_source.get("error_code"))


def _provider(chain: list[Element], status: Element | None) -> str:
    for fault in chain:
        provider = fault.find(f"{_F}Message/{_F}ProviderFault")
        if provider is not None:
            return provider.get("provider", "").strip()
    return _child_text(status, "providername")


def _qualified(element: Element | None, prefixes: dict[str, str]) -> tuple[str, str]:
    prefix, _unused, local = _text(element).rpartition(":")
    return local, prefixes.get(prefix, "")


def _prefixes(text: str) -> dict[str, str]:
    """Prefixes of the reply: ElementTree drops them, and faults carry names in text. The outermost binding wins."""
    found: dict[str, str] = {}
    try:
        for _unused, (prefix, uri) in ElementTree.iterparse(StringIO(text), events=("start-ns",)):
            found.setdefault(prefix, uri)
    except (ElementTree.ParseError, ValueError, LookupError):
        return found
    return found
