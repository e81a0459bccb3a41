# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource URIs and selectors of WMI classes (MS-WSMV section 2.2.4, "Resource URI" and "Selectors").

From Windows 8 and Server 2012 on a class may also be named as DMTF has it (DSP0227): without a namespace, which the
selector `__cimnamespace` tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .cim import WBEM_E_INVALID_CLASS, CimError, CimProvider, ClassDef, effective_class
from .fault_kinds import Kind
from .faults import Fault
from .host import WinrmProfile
from .soap import CIM_ROOT, SHELL_NAMESPACES, WMI_ROOT, Request
from .values import ValueFormatError, parse_scalar

ANY_CLASS = "*"
# MS-WSMV: the namespace of a DMTF URI without the selector.
_DMTF_DEFAULT = "root/hardware"


@dataclass(frozen=True)
class Resource:
    """A class of a namespace; the class is `*` where a query names it."""

    namespace: str
    class_name: str
    dmtf: bool = False

    @property
    def uri(self) -> str:
        """The canonical URI, which is also the XML namespace of the class."""
        return f"{CIM_ROOT}{self.class_name}" if self.dmtf else f"{WMI_ROOT}{self.namespace}/{self.class_name}"

    def of_class(self, class_name: str) -> Resource:
        """Another class of the same namespace, named in the same way."""
        return replace(self, class_name=class_name)


def parse_resource(request: Request, profile: WinrmProfile) -> Resource:
    """The class a request is about; a URI of anything but WMI draws a fault."""
    uri = request.resource_uri
    if uri.lower().startswith(SHELL_NAMESPACES):
        raise Fault(Kind.SHELLS_NOT_ALLOWED)
    if uri.lower().startswith(CIM_ROOT) and profile.knows_dmtf_uris:
        return _dmtf_resource(uri[len(CIM_ROOT) :], request.selectors)
    path = uri[len(WMI_ROOT) :] if uri.lower().startswith(WMI_ROOT) else ""
    namespace, _unused, class_name = path.partition("?")[0].rstrip("/").rpartition("/")
    if not namespace or not class_name:
        raise Fault(Kind.RESOURCE_NOT_FOUND)
    return Resource(namespace.lower(), class_name)


def _dmtf_resource(class_name: str, selectors: Mapping[str, str]) -> Resource:
    if not class_name or "/" in class_name:
        raise Fault(Kind.RESOURCE_NOT_FOUND)
    chosen = next((value for name, value in selectors.items() if name.lower() == "__cimnamespace"), _DMTF_DEFAULT)
    return Resource(chosen.replace("\\", "/").lower(), class_name, dmtf=True)


def defined(provider: CimProvider, resource: Resource) -> tuple[Resource, ClassDef]:
    """The class with its own spelling and its definition."""
    definition = effective_class(provider, resource.namespace, resource.class_name)
    if definition is None:
        raise CimError(WBEM_E_INVALID_CLASS, parameter=resource.class_name)
    return resource.of_class(definition.name), definition


def key_selectors(definition: ClassDef, resource: Resource, selectors: Mapping[str, str]) -> dict[str, str]:
    """Selectors as key properties, checked; their names ignore case."""
    spelled = {key.lower(): key for key in definition.keys}
    keys: dict[str, str] = {}
    for name, value in selectors.items():
        if name.lower() == "__cimnamespace":
            _check_namespace(resource, value)
        elif name.lower() not in spelled:
            raise Fault(Kind.UNEXPECTED_SELECTORS)
        else:
            keys[spelled[name.lower()]] = value
    if keys and len(keys) < len(spelled):
        raise Fault(Kind.INSUFFICIENT_SELECTORS)
    for name, value in keys.items():
        _check_value(definition.properties.get(name, "string"), value)
    return keys


def instance_keys(definition: ClassDef, resource: Resource, selectors: Mapping[str, str]) -> dict[str, str]:
    """The keys of the one instance a request means; only a singleton goes without."""
    keys = key_selectors(definition, resource, selectors)
    if not keys and definition.keys and not definition.singleton:
        raise Fault(Kind.NOT_A_SINGLETON)
    return keys


def _check_namespace(resource: Resource, value: str) -> None:
    if value.replace("\\", "/").lower() != resource.namespace:
        raise Fault(Kind.INTERNAL_ERROR)


def _check_value(cim_type: str, value: str) -> None:
    try:
        parse_scalar(cim_type, value)
    except ValueFormatError as error:
        raise Fault(Kind.SELECTOR_VALUE) from error
