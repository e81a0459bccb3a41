# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The licensing classes: instances from the state of a platform, methods into it.

A failing method fails the call with its HRESULT, as slmgr.vbs expects; a successful one returns 0.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..cim import WBEM_E_INVALID_METHOD, WBEM_E_NOT_FOUND, CimError, CimObject, ClassDef
from ..errors import (
    ERROR_INTERNET_NAME_NOT_RESOLVED,
    ERROR_SERVICE_DISABLED,
    SL_E_SERVICE_STOPPING,
    SL_E_VL_BINDING_SERVICE_UNAVAILABLE,
    licensing_error,
)
from .client_methods import Action
from .licensing_classes import LicensingClasses
from .method_call import Arguments, MethodCall, Results
from .platform import LicensingPlatform
from .product_methods import PRODUCT_METHODS
from .product_view import product_object
from .rows import Row
from .service_methods import SERVICE_METHODS
from .service_view import service_object

if TYPE_CHECKING:
    from ..machine import Machine

# Windows waits for an answer before it reports these.
_WAITED_FOR = frozenset({SL_E_VL_BINDING_SERVICE_UNAVAILABLE, ERROR_INTERNET_NAME_NOT_RESOLVED})


class LicensingProvider:
    """Provider of one platform's classes."""

    def __init__(self, machine: Machine, platform: LicensingPlatform, classes: LicensingClasses) -> None:
        self._machine = machine
        self._platform = platform
        self._classes = classes

    def classes(self) -> list[ClassDef]:
        """Definitions."""
        return list(self._classes.all)

    def instances(self, definition: ClassDef) -> list[CimObject]:
        """Instances of one of the classes."""
        self._demand()
        if definition is self._classes.service:
            return [service_object(self._platform, definition.name, definition.properties)]
        if definition is self._classes.product:
            return [
                product_object(self._platform, row, definition.name, definition.properties)
                for row in self._platform.rows.values()
            ]
        return []

    async def invoke(self, definition: ClassDef, keys: dict[str, str], method: str, arguments: Arguments) -> Results:
        """Call a method of the service or of a product; `keys` has lower-case names."""
        if definition is self._classes.token:
            raise CimError(WBEM_E_NOT_FOUND, "Not found", operation=method)
        row = self._addressed(definition, keys, method)
        self._demand()
        if row is None:
            return self._call(SERVICE_METHODS, method, MethodCall(self._machine, self._platform, arguments))
        if method == "Activate":
            return await self._activate(row)
        return self._call(PRODUCT_METHODS, method, MethodCall(self._machine, self._platform, arguments, row))

    def _addressed(self, definition: ClassDef, keys: dict[str, str], method: str) -> Row | None:
        """The product of the call, or None for the service itself."""
        if definition is self._classes.service:
            if keys.get("version", "") != self._platform.version:
                raise CimError(WBEM_E_NOT_FOUND, "Not found", operation=method)
            return None
        row = self._platform.rows.get(keys.get("id", "").lower())
        if row is None:
            raise CimError(WBEM_E_NOT_FOUND, "Not found", operation=method)
        return row

    def _call(self, table: Mapping[str, Action], method: str, call: MethodCall) -> Results:
        action = table.get(method)
        if action is None:
            raise CimError(WBEM_E_INVALID_METHOD, "Method is not found", operation=method)
        return {"ReturnValue": 0, **(action(call) or {})}

    def _demand(self) -> None:
        """Start the service on demand; while it stops, every call is refused for a moment."""
        if self._machine.licensing_available(self._platform):
            return
        service = self._machine.services.find(self._platform.service)
        if service is not None and service.start_mode == "Disabled":
            raise CimError(ERROR_SERVICE_DISABLED, "The service cannot be started because it is disabled.")
        raise licensing_error(SL_E_SERVICE_STOPPING, "The Software Licensing Service is stopping.")

    async def _activate(self, row: Row) -> Results:
        delays = self._machine.delays
        await asyncio.sleep(delays.activation)
        try:
            self._platform.activate(row)
        except CimError as error:
            code = f"0x{error.hresult:08X}"
            self._machine.record("activation_failed", code=code, product=row.license.description)
            if error.hresult in _WAITED_FOR:
                await asyncio.sleep(delays.timeout)
            raise
        self._machine.record("activated", product=row.license.description, status=int(row.status))
        return {"ReturnValue": 0}
