# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get and Put, whole or of one property (WS-Transfer as DSP0226 section 7 profiles it)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import soap
from .bodies import children_by_name, property_value
from .call import Call, within_limit
from .cim import ClassDef
from .fault_kinds import Kind
from .faults import Fault, schema_error
from .items import ItemWriter
from .resources import Resource, defined, instance_keys, parse_resource
from .soap import envelope
from .values import XSI, escaped


def get(call: Call) -> str:
    """One instance, or one property of it."""
    resource, definition = defined(call.host.cim, parse_resource(call.request, call.host.winrm))
    keys = instance_keys(definition, resource, call.request.selectors)
    call.notes.update({"class": resource.class_name, "keys": keys})
    one = call.host.cim.get(resource.namespace, resource.class_name, keys)
    writer = ItemWriter(call.host.cim, call.host.winrm, resource, definition)
    if call.request.fragment is None:
        return _transfer(call, "Get", writer.instance(one))
    name = _fragment_name(call.request.fragment)
    if name in definition.properties:
        return _transfer(call, "Get", writer.fragment(one, (name,)))
    return _transfer(call, "Get", f'<w:XmlFragment xmlns:xsi="{XSI}" xsi:nil="true"/>')


def put(call: Call) -> str:
    """Write properties of one instance; those left out stay as they are."""
    resource, definition = defined(call.host.cim, parse_resource(call.request, call.host.winrm))
    keys = instance_keys(definition, resource, call.request.selectors)
    values = _put_values(call, resource, definition, keys)
    call.notes.update({"class": resource.class_name, "keys": keys, "properties": sorted(values)})
    one = call.host.cim.put(resource.namespace, resource.class_name, keys, values)
    writer = ItemWriter(call.host.cim, call.host.winrm, resource, definition)
    return _transfer(call, "Put", writer.instance(one))


def _transfer(call: Call, verb: str, body: str) -> str:
    header = ""
    if call.request.fragment is not None and verb == "Get":
        expression = escaped(call.request.fragment)
        header = f'<w:FragmentTransfer s:mustUnderstand="true">{expression}</w:FragmentTransfer>'
    action = f"{soap.X}/{verb}Response"
    return within_limit(call, envelope(action, call.request.message_id, body, prefixes="saxwp", header=header))


def _fragment_name(expression: str) -> str:
    """The property of a relative path such as `State`, `p:State` or `p:State/text()`."""
    return expression.strip().removesuffix("/text()").rpartition(":")[2]


def _put_values(call: Call, resource: Resource, definition: ClassDef, keys: Mapping[str, str]) -> dict[str, Any]:
    body = call.body
    fragment = body.tag == f"{{{soap.W}}}XmlFragment"
    if not fragment and body.tag.lower() != f"{{{resource.uri}}}{resource.class_name}".lower():
        raise Fault(Kind.INVALID_REPRESENTATION)
    values: dict[str, Any] = {}
    for name, elements in children_by_name(body, None if fragment else resource.uri).items():
        if name not in definition.properties:
            raise schema_error(f"{resource.class_name} has no property {name}.")
        values[name] = property_value(name, definition.properties[name], elements)
    for key in definition.keys:
        given = values.pop(key, None)
        if given is not None and key in keys and str(given).lower() != keys[key].lower():
            raise Fault(Kind.INVALID_REPRESENTATION)
    return values
