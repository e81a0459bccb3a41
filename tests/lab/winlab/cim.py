# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seam between the wire and the machines: CIM classes, objects and the provider that holds them.

The wire half turns SOAP into calls of a `CimProvider`; the machine half implements one.  The words are those
of the WMI SDK: a class has properties, keys and methods, an object is an instance of a class, and a
failing provider answers with an HRESULT.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

WBEM_E_FAILED = 0x80041001
WBEM_E_NOT_FOUND = 0x80041002
WBEM_E_ACCESS_DENIED = 0x80041003
WBEM_E_PROVIDER_FAILURE = 0x80041004
WBEM_E_INVALID_PARAMETER = 0x80041008
WBEM_E_INVALID_NAMESPACE = 0x8004100E
WBEM_E_INVALID_CLASS = 0x80041010
WBEM_E_INVALID_QUERY = 0x80041017
WBEM_E_READ_ONLY = 0x80041023
WBEM_E_PROVIDER_NOT_CAPABLE = 0x80041024
WBEM_E_INVALID_METHOD = 0x8004102E


class CimError(Exception):
    """A provider, or WMI itself, failed a call with an HRESULT (unsigned 32 bit)."""

    def __init__(self, hresult: int, description: str = "", *, operation: str = "", parameter: str = "") -> None:
        super().__init__(f"0x{hresult:08X}" + (f": {description}" if description else ""))
        self.hresult = hresult
        self.description = description
        self.operation = operation
        self.parameter = parameter


class MissingColumn(CimError):
    """A query names a property that its class does not have."""


@dataclass(frozen=True)
class MethodDef:
    """One method of a class; `inputs` and `outputs` map parameter names to CIM types such as `string[]`.

    `outputs` leaves out `ReturnValue`; `returns` says whether the method has one.
    """

    name: str
    inputs: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    static: bool = False
    returns: bool = True


@dataclass(frozen=True)
class ClassDef:
    """One CIM class; `properties` maps names to CIM types: `string`, `boolean`, `uint32`, `datetime`, …

    A subclass may leave out what it inherits: `effective_class` puts the chain of superclasses together.
    """

    name: str
    namespace: str
    properties: dict[str, str]
    keys: tuple[str, ...] = ()
    methods: dict[str, MethodDef] = field(default_factory=dict)
    superclass: str | None = None
    singleton: bool = False


@dataclass
class CimObject:
    """One instance. An object of a subclass carries the name of its own class."""

    class_name: str
    values: dict[str, Any]


class CimProvider(Protocol):
    """What a machine offers to the wire. Namespaces are written `root/cimv2`; names ignore case.

    A call that fails raises `CimError`.
    """

    def class_def(self, namespace: str, name: str) -> ClassDef | None:
        """The definition of a class, or None when the namespace has no such class."""

    def instances(self, namespace: str, class_name: str) -> list[CimObject]:
        """Every instance of a class, those of its subclasses included."""

    def get(self, namespace: str, class_name: str, keys: dict[str, str]) -> CimObject:
        """The one instance with these keys."""

    def put(self, namespace: str, class_name: str, keys: dict[str, str], values: Mapping[str, Any]) -> CimObject:
        """Write properties of one instance and return it as it is afterwards."""

    async def invoke(
        self,
        namespace: str,
        class_name: str,
        keys: dict[str, str] | None,
        method: str,
        arguments: dict[str, str | list[str] | None],
    ) -> dict[str, Any]:
        """Call a method (no keys: static or singleton); returns its out parameters and `ReturnValue`."""


def effective_class(provider: CimProvider, namespace: str, name: str) -> ClassDef | None:
    """The definition with everything its superclasses contribute."""
    own = provider.class_def(namespace, name)
    if own is None or own.superclass is None:
        return own
    base = effective_class(provider, namespace, own.superclass)
    if base is None:
        return own
    return replace(
        own,
        properties={**base.properties, **own.properties},
        keys=own.keys or base.keys,
        methods={**base.methods, **own.methods},
        singleton=own.singleton or base.singleton,
    )
