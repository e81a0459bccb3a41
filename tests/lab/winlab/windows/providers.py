# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All classes of one machine under one roof: the `CimProvider` the wire talks to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..cim import (
    WBEM_E_INVALID_CLASS,
    WBEM_E_INVALID_METHOD,
    WBEM_E_NOT_FOUND,
    WBEM_E_PROVIDER_NOT_CAPABLE,
    WBEM_E_READ_ONLY,
    CimError,
    CimObject,
    ClassDef,
)
from .facts import numbers
from .firewall import CLASS as FIREWALL
from .firewall import firewall_class, firewall_rules, switch_rule, write_rule
from .licensing_provider import LicensingProvider
from .method_call import Arguments
from .registry import call_registry, registry_class
from .releases import Generation
from .service_class import service_classes, service_object
from .services import START_PENDING, STOP_PENDING
from .system_classes import system_classes, system_instances

if TYPE_CHECKING:
    from ..machine import Machine

_CIMV2, _DEFAULT = "root/cimv2", "root/default"
_SERVICE_CODES = numbers("return_code", "Win32_Service")
_NOT_SUPPORTED = _SERVICE_CODES["not_supported"]

# class, property: attribute of the machine. Everything else is read only here.
_WRITABLE = {
    ("Win32_OperatingSystem", "Description"): "description",
    ("Win32_LogicalDisk", "VolumeName"): "volume_name",
}


class Providers:
    """Dispatches by class; names ignore case, namespaces also take backslashes."""

    def __init__(self, machine: Machine, licensing: list[LicensingProvider]) -> None:
        self._machine = machine
        self._licensing = {definition.name: one for one in licensing for definition in one.classes()}
        definitions = [definition for one in licensing for definition in one.classes()]
        definitions += service_classes(machine.release.generation)
        definitions += system_classes(machine)
        modern = machine.release.version[0] != "5"
        definitions.append(registry_class(_DEFAULT, quad_words=modern))
        if modern:
            definitions.append(registry_class(_CIMV2))
        if machine.release.generation >= Generation.EIGHT:
            definitions.append(firewall_class())
        self._classes = {(one.namespace, one.name.lower()): one for one in definitions}

    def class_def(self, namespace: str, name: str) -> ClassDef | None:
        """See `CimProvider`."""
        return self._classes.get((_plain(namespace), name.lower()))

    def instances(self, namespace: str, class_name: str) -> list[CimObject]:
        """See `CimProvider`."""
        definition = self._defined(namespace, class_name)
        if provider := self._licensing.get(definition.name):
            return provider.instances(definition)
        if definition.name in ("Win32_Service", "Win32_TerminalService"):
            return self._service_instances(definition)
        if definition.name == "StdRegProv":
            return []
        if definition.name == FIREWALL:
            return firewall_rules(self._machine.open_rules)
        return system_instances(self._machine, definition.name)

    def get(self, namespace: str, class_name: str, keys: dict[str, str]) -> CimObject:
        """See `CimProvider`."""
        definition = self._defined(namespace, class_name)
        return _find(keys, self.instances(namespace, class_name), definition)

    def put(self, namespace: str, class_name: str, keys: dict[str, str], values: Mapping[str, Any]) -> CimObject:
        """See `CimProvider`. A value that is written back unchanged is accepted."""
        definition = self._defined(namespace, class_name)
        current = self.get(namespace, class_name, keys)
        if definition.name == FIREWALL:
            write_rule(self._machine.open_rules, current, values)
            return self.get(namespace, class_name, keys)
        writable = {name for owner, name in _WRITABLE if owner == definition.name}
        if not writable:
            raise CimError(WBEM_E_PROVIDER_NOT_CAPABLE, "Provider is not capable", parameter=definition.name)
        for name, value in values.items():
            if name in writable:
                setattr(self._machine, _WRITABLE[definition.name, name], value or "")
            elif name in current.values and str(current.values[name]) != str(value) and name in definition.keys:
                raise CimError(WBEM_E_READ_ONLY, "Property is read only", parameter=name)
        return self.get(namespace, class_name, keys)

    async def invoke(
        self,
        namespace: str,
        class_name: str,
        keys: dict[str, str] | None,
        method: str,
        arguments: Arguments,
    ) -> dict[str, Any]:
        """See `CimProvider`."""
        definition = self._defined(namespace, class_name)
        name = next((known for known in definition.methods if known.lower() == method.lower()), None)
        if name is None:
            raise CimError(WBEM_E_INVALID_METHOD, "Method is not found", operation=method)
        selectors = {key.lower(): value for key, value in (keys or {}).items()}
        if provider := self._licensing.get(definition.name):
            return await provider.invoke(definition, selectors, name, arguments)
        if definition.name == "StdRegProv":
            return call_registry(self._machine.registry, name, arguments)
        if definition.name in ("Win32_Service", "Win32_TerminalService"):
            return self._call_service(selectors, name, arguments)
        if definition.name == FIREWALL:
            if not switch_rule(self._machine.open_rules, selectors, name):
                raise CimError(WBEM_E_NOT_FOUND, "Not found", operation=name)
            return {}
        return self._call_system(name)

    def _defined(self, namespace: str, class_name: str) -> ClassDef:
        definition = self.class_def(namespace, class_name)
        if definition is None:
            raise CimError(WBEM_E_INVALID_CLASS, "Invalid class", parameter=class_name)
        return definition

    def _service_instances(self, definition: ClassDef) -> list[CimObject]:
        machine = self._machine
        objects = [
            service_object(service, machine.name.upper(), machine.release.generation)
            for service in machine.services.all()
        ]
        if definition.name == "Win32_Service":
            return objects
        return [one for one in objects if one.class_name == definition.name]

    def _call_service(self, keys: dict[str, str], method: str, arguments: Arguments) -> dict[str, Any]:
        control = self._machine.services
        service = control.find(keys.get("name", ""))
        if service is None:
            raise CimError(WBEM_E_NOT_FOUND, "Not found", operation=method)
        if method == "StartService":
            code = control.start(service)
        elif method == "StopService":
            code = control.stop(service)
        elif method == "ChangeStartMode":
            mode = arguments.get("StartMode")
            code = control.change_start_mode(service, mode if isinstance(mode, str) else None)
        elif method == "InterrogateService":
            code = _SERVICE_CODES["accepted" if service.state == "Running" else "not_running"]
        else:
            code = _NOT_SUPPORTED
        if service.state in (START_PENDING, STOP_PENDING) and service.settles is not None:
            self._settle_later((service.settles - self._machine.now()).total_seconds())
        return {"ReturnValue": code}

    def _settle_later(self, seconds: float) -> None:
        """A change completes, and a starting host publishes, also when nobody looks."""
        asyncio.get_running_loop().call_later(max(seconds, 0.0) + 0.001, self._machine.services.all)

    def _call_system(self, method: str) -> dict[str, Any]:
        if method == "Reboot":
            self._machine.reboot()
            return {"ReturnValue": 0}
        return {"ReturnValue": _NOT_SUPPORTED}


def _plain(namespace: str) -> str:
    return namespace.replace("\\", "/").strip("/").lower()


def _find(keys: dict[str, str], objects: list[CimObject], definition: ClassDef) -> CimObject:
    wanted = {name.lower(): value.lower() for name, value in keys.items()}
    for candidate in objects:
        held = {name.lower(): str(value).lower() for name, value in candidate.values.items()}
        if all(held.get(name) == value for name, value in wanted.items()):
            return candidate
    raise CimError(WBEM_E_NOT_FOUND, "Not found", operation="GetObject", parameter=definition.name)
