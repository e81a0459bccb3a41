# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerate, Pull and Release (WS-Enumeration as DSP0226 section 8 and MS-WSMV profile it)."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from . import soap
from .call import Call
from .cim import CimError
from .enumeration import Enumeration, page_budget
from .fault_kinds import Kind
from .faults import Fault, from_query_error, schema_error
from .items import ItemWriter
from .redaction import shorten_keys
from .resources import ANY_CLASS, Resource, defined, parse_resource
from .soap import Request, envelope
from .wql_match import Selection, run

_FROM = re.compile(r"\bFROM\s+(\w+)", re.IGNORECASE)


def enumerate_(call: Call) -> str:
    """Run a query and answer with its first page."""
    call.enumerations.check_quota(call.account.label)
    body = call.body
    resource = parse_resource(call.request, call.host.winrm)
    selection, resource = _select(call, resource, _filter(body))
    writer = ItemWriter(call.host.cim, call.host.winrm, resource, selection.definition)
    item = writer.for_mode((body.findtext(f"{{{soap.W}}}EnumerationMode") or "").strip(), selection.names)
    enumeration = Enumeration(call.account.label, resource.class_name, [item(one) for one in selection.objects])
    call.notes.update({"class": resource.class_name, "instances": len(enumeration.items)})
    optimized = body.find(f"{{{soap.W}}}OptimizeEnumeration") is not None
    wanted = _count(body.findtext(f"{{{soap.W}}}MaxElements")) if optimized else 0
    if wanted and call.host.winrm.pages_one_first and len(enumeration.items) > 1:
        wanted = 1
    return _page(call, enumeration, wanted, first=True)


def pull(call: Call) -> str:
    """The next page of an open enumeration."""
    context = context_of(call.request)
    enumeration = call.enumerations.claim(context, call.account.label)
    call.notes["class"] = enumeration.class_name
    return _page(call, enumeration, _count(call.body.findtext(f"{{{soap.N}}}MaxElements")), first=False)


def release(call: Call) -> str:
    """End an enumeration early."""
    enumeration = call.enumerations.claim(context_of(call.request), call.account.label)
    call.notes["class"] = enumeration.class_name
    return envelope(f"{soap.N}/ReleaseResponse", call.request.message_id, "", prefixes="sanw")


def _filter(body: Element) -> str | None:
    """The WQL text; both namespaces are accepted for the element."""
    for namespace in (soap.W, soap.N):
        element = body.find(f"{{{namespace}}}Filter")
        if element is not None:
            if element.get("Dialect", soap.WQL_DIALECT).lower() != soap.WQL_DIALECT.lower():
                raise Fault(Kind.FILTER_DIALECT)
            return (element.text or "").strip()
    return None


def _select(call: Call, resource: Resource, wql: str | None) -> tuple[Selection, Resource]:
    if any(name.lower() != "__cimnamespace" for name in call.request.selectors):
        raise Fault(Kind.KEYS_IN_ENUMERATION)
    if wql is None:
        resource, definition = defined(call.host.cim, resource)
        objects = call.host.cim.instances(resource.namespace, resource.class_name)
        return Selection(definition, None, objects), resource
    call.notes["wql"] = shorten_keys(wql)
    if resource.class_name != ANY_CLASS:
        raise Fault(Kind.WQL_ON_CLASS)
    try:
        selection = run(call.host.cim, resource.namespace, wql)
    except CimError as error:
        raise from_query_error(error, call.host.winrm.refused_column) from error
    return selection, resource.of_class(selection.definition.name)


def queried_class(request: Request) -> str | None:
    """The class a WQL query names, as far as it can be told without parsing it."""
    text = "" if request.body is None else "".join(request.body.itertext())
    match = _FROM.search(text)
    return match[1] if match else None


def context_of(request: Request) -> str:
    """The context a Pull or Release names."""
    body = request.body
    return "" if body is None else (body.findtext(f"{{{soap.N}}}EnumerationContext") or "").strip()


def _count(text: str | None) -> int:
    """MaxElements; WS-Enumeration's default is one."""
    if text is None:
        return 1
    if not text.strip().isdigit() or int(text) == 0:
        raise schema_error("MaxElements must be a positive number.")
    return int(text)


def _page(call: Call, enumeration: Enumeration, wanted: int, *, first: bool) -> str:
    profile = call.host.winrm
    frame = len(_page_envelope(call, soap.new_uuid(), "", first=first, last=True))
    budget = page_budget(profile, call.envelope_limit, frame)
    items = enumeration.take(min(wanted, profile.batch_limit), budget) if wanted else []
    finished = enumeration.finished and (wanted > 0 or not first)
    context = "" if finished else call.enumerations.keep(enumeration)
    return _page_envelope(call, context, "".join(items), first=first, last=finished)


def empty_page(request: Request) -> str:
    """A PullResponse, or EnumerateResponse, with a fresh context and nothing in it."""
    name = "EnumerateResponse" if request.action == soap.ENUMERATE else "PullResponse"
    body = f"<n:{name}><n:EnumerationContext>{soap.new_uuid()}</n:EnumerationContext></n:{name}>"
    return envelope(f"{soap.N}/{name}", request.message_id, body, prefixes="sanw")


def _page_envelope(call: Call, context: str, items: str, *, first: bool, last: bool) -> str:
    """The context is empty in a complete EnumerateResponse and absent in the last PullResponse."""
    shown = f"<n:EnumerationContext>{context}</n:EnumerationContext>" if first or context else ""
    prefix = "w" if first else "n"
    wrapped = f"<{prefix}:Items>{items}</{prefix}:Items>" if items or last or not first else ""
    end = f"<{prefix}:EndOfSequence/>" if last else ""
    name = "EnumerateResponse" if first else "PullResponse"
    body = f"<n:{name}>{shown}{wrapped}{end}</n:{name}>"
    return envelope(f"{soap.N}/{name}", call.request.message_id, body, prefixes="sanw")
