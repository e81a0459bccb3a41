# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of methods (DSP0226 section 9, "Custom actions", and the method binding of DSP0227)."""

from __future__ import annotations

import asyncio
from typing import Any
from xml.etree.ElementTree import Element

from .bodies import children_by_name, property_value
from .call import Call, within_limit
from .cim import WBEM_E_INVALID_METHOD, CimError, ClassDef, MethodDef
from .fault_kinds import Kind
from .faults import Fault, schema_error
from .items import method_output
from .redaction import loggable_arguments
from .resources import Resource, defined, instance_keys, key_selectors, parse_resource
from .soap import Request, envelope
from .values import element_text, is_nil

Arguments = dict[str, str | list[str] | None]


def method_name(request: Request) -> str | None:
    """The method an action calls: the resource URI, a slash, the name."""
    uri = request.resource_uri.partition("?")[0]
    head, _unused, name = request.action.rpartition("/")
    return name if uri and head.lower() == uri.lower() else None


async def invoke(call: Call) -> str:
    """Call a method, for no longer than the operation timeout; a method that takes longer runs on."""
    resource, definition = defined(call.host.cim, parse_resource(call.request, call.host.winrm))
    method = _method(definition, method_name(call.request) or "")
    keys = _method_keys(definition, method, resource, call)
    arguments = _arguments(call.body, resource, method)
    call.notes.update({"class": resource.class_name, "method": method.name})
    call.notes.update({"keys": keys or {}, "arguments": loggable_arguments(arguments)})
    results = await _run(call, resource, keys, method, arguments)
    types = dict(method.outputs)
    if method.returns:
        types["ReturnValue"] = "uint32"
        call.notes["return_value"] = results.get("ReturnValue")
    body = method_output(resource, method.name, types, results)
    action = f"{resource.uri}/{method.name}Response"
    return within_limit(call, envelope(action, call.request.message_id, body, prefixes="sawp"))


def _method(definition: ClassDef, name: str) -> MethodDef:
    method = next((one for one in definition.methods.values() if one.name.lower() == name.lower()), None)
    if method is None:
        raise CimError(WBEM_E_INVALID_METHOD, parameter=name)
    return method


def _method_keys(definition: ClassDef, method: MethodDef, resource: Resource, call: Call) -> dict[str, str] | None:
    if method.static:
        return key_selectors(definition, resource, call.request.selectors) or None
    return instance_keys(definition, resource, call.request.selectors) or None


def _arguments(body: Element, resource: Resource, method: MethodDef) -> Arguments:
    if body.tag.lower() != f"{{{resource.uri}}}{method.name}_INPUT".lower():
        raise schema_error(f"The body should be {method.name}_INPUT.")
    arguments: Arguments = {}
    for name, elements in children_by_name(body, resource.uri).items():
        if name not in method.inputs:
            raise schema_error(f"{method.name} has no parameter {name}.")
        property_value(name, method.inputs[name], elements)
        texts = [element_text(one) for one in elements if not is_nil(one)]
        if method.inputs[name].endswith("[]"):
            arguments[name] = [text or "" for text in texts]
        else:
            arguments[name] = texts[0] if texts else None
    return arguments


async def _run(
    call: Call, resource: Resource, keys: dict[str, str] | None, method: MethodDef, arguments: Arguments
) -> dict[str, Any]:
    limit = min(call.request.timeout or call.host.winrm.operation_timeout, call.host.winrm.operation_timeout)
    running = asyncio.ensure_future(
        call.host.cim.invoke(resource.namespace, resource.class_name, keys, method.name, arguments)
    )
    done, _unused = await asyncio.wait({running}, timeout=limit)
    if not done:
        running.add_done_callback(lambda task: task.cancelled() or task.exception())
        raise Fault(Kind.TIMED_OUT)
    return running.result()
