# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances as XML: typed class elements, fragments of a projection, endpoint references."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .cim import CimObject, CimProvider, ClassDef, effective_class
from .host import WinrmProfile
from .resources import Resource
from .soap import ANONYMOUS, W
from .values import CIM, XSI, Style, escaped, properties_xml, scalar_text

EPR_ONLY = "EnumerateEPR"
OBJECT_AND_EPR = "EnumerateObjectAndEPR"


class ItemWriter:
    """Writes the instances of one query or request of one machine."""

    def __init__(self, provider: CimProvider, profile: WinrmProfile, resource: Resource, definition: ClassDef) -> None:
        self._provider = provider
        self._profile = profile
        self._resource = resource
        self._definition = definition

    def instance(self, one: CimObject) -> str:
        """The element of a whole instance, named for its class."""
        resource, definition = self._class_of(one)
        name = resource.class_name
        style = Style(null_arrays=self._profile.null_arrays, typed=resource.dmtf)
        return (
            f'<p:{name} xmlns:xsi="{XSI}" xmlns:p="{escaped(resource.uri)}" xmlns:cim="{CIM}" '
            f'xsi:type="p:{name}_Type">{properties_xml(definition.properties, one.values, style)}</p:{name}>'
        )

    def fragment(self, one: CimObject, names: tuple[str, ...]) -> str:
        """A projection: neither class name nor namespaces, only the chosen properties."""
        types = {name: self._definition.properties[name] for name in names}
        style = Style("", "", self._profile.null_arrays)
        inner = properties_xml(types, one.values, style)
        return f'<w:XmlFragment xmlns:xsi="{XSI}" xmlns:w="{W}">{inner}</w:XmlFragment>'

    def reference(self, one: CimObject) -> str:
        """The endpoint reference of an instance: its class and its keys."""
        resource, definition = self._class_of(one)
        return (
            f"<a:EndpointReference><a:Address>{ANONYMOUS}</a:Address><a:ReferenceParameters>"
            f"<w:ResourceURI>{escaped(resource.uri)}</w:ResourceURI>{_selector_set(resource, definition, one)}"
            f"</a:ReferenceParameters></a:EndpointReference>"
        )

    def for_mode(self, mode: str, names: tuple[str, ...] | None) -> Callable[[CimObject], str]:
        """How an enumeration writes its items."""

        def item(one: CimObject) -> str:
            return self.instance(one) if names is None else self.fragment(one, names)

        if mode == EPR_ONLY:
            return self.reference
        if mode == OBJECT_AND_EPR:
            return lambda one: f"<w:Item>{item(one)}{self.reference(one)}</w:Item>"
        return item

    def _class_of(self, one: CimObject) -> tuple[Resource, ClassDef]:
        own = one.class_name.lower() == self._definition.name.lower()
        if not own and self._profile.names_subclasses:
            definition = effective_class(self._provider, self._resource.namespace, one.class_name)
            if definition is not None:
                return self._resource.of_class(definition.name), definition
        return self._resource.of_class(self._definition.name), self._definition


def _selector_set(resource: Resource, definition: ClassDef, one: CimObject) -> str:
    """Namespace and keys; none at all for a singleton, as Windows answers for Win32_OperatingSystem."""
    if definition.singleton:
        return ""
    keys = "".join(
        f'<w:Selector Name="{key}">{escaped(scalar_text(one.values.get(key, "")))}</w:Selector>'
        for key in definition.keys
    )
    namespace = f'<w:Selector Name="__cimnamespace">{escaped(resource.namespace)}</w:Selector>'
    return f"<w:SelectorSet>{namespace}{keys}</w:SelectorSet>"


def method_output(resource: Resource, method: str, types: Mapping[str, str], values: Mapping[str, Any]) -> str:
    """The `_OUTPUT` element of a method."""
    inner = properties_xml(types, values, Style(typed=resource.dmtf))
    return (
        f'<p:{method}_OUTPUT xmlns:xsi="{XSI}" xmlns:p="{escaped(resource.uri)}" xmlns:cim="{CIM}">'
        f"{inner}</p:{method}_OUTPUT>"
    )
