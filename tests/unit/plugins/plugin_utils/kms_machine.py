# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Server 2008 R2 that remembers KMS settings: setters write the property they name, StdRegProv is a dictionary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import Instance, MethodResult

from . import sample_machines
from .fake_machine import FakeMachine

_SERVICE, _PRODUCT = "SoftwareLicensingService", "SoftwareLicensingProduct"
SPP = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"
PUBLISH_LIST = (SPP, "DnsDomainPublishList")
DNS_SUFFIX = (r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters", "Domain")

_PROPERTIES = {
    "KeyManagementServiceDnsPublishing": ("DisableKeyManagementServiceDnsPublishing", "DisablePublishing"),
    "KeyManagementServiceLowPriority": ("EnableKeyManagementServiceLowPriority", "EnableLowPriority"),
}


class KmsMachine(FakeMachine):
    """``registry`` is keyed by key and value name.

    ``refusals`` are raised by the methods they name, ``ignored`` methods say yes and do nothing, ``on_change`` runs
    after every change.
    """

    def __init__(self, counted: int | None = None) -> None:
        model = sample_machines.server_2008_r2(sample_machines.CSVLK if counted is not None else sample_machines.GVLK)
        super().__init__(**model.rows)
        self.methods = model.methods
        self.registry: dict[tuple[str, str], Any] = {}
        self.refusals: dict[str, Exception | int] = {}
        self.ignored: set[str] = set()
        self.on_change: Callable[[], None] = lambda: None
        self.service["KeyManagementServiceCurrentCount"] = counted or 0
        if counted is None:
            self.service["IsKeyManagementServiceMachine"] = 0

    @property
    def service(self) -> dict[str, Any]:
        return self.rows[_SERVICE][0]

    @property
    def primary(self) -> dict[str, Any]:
        return next(row for row in self.rows[_PRODUCT] if row["PartialProductKey"])

    @property
    def changes(self) -> list[str]:
        return [name for name in self.called if not name.startswith("Get")]

    def query(self, wql: str, namespace: str = "root/cimv2", types: Mapping[str, str] | None = None) -> Any:
        """A product shows the setting of the machine where it has none of its own."""
        rows = super().query(wql, namespace, types)
        if f"FROM {_PRODUCT}" not in wql:
            return rows
        names = ("KeyManagementServiceMachine", "KeyManagementServicePort")
        shown = [{name: row.get(name) or self.service[name] for name in names} for row in rows]
        return tuple(Instance(row.class_name, {**row.properties, **own}) for row, own in zip(rows, shown, strict=True))

    def invoke(
        self,
        class_name: str,
        method: str,
        arguments: Mapping[str, Any] | None = None,
        selectors: Mapping[str, str] | None = None,
        **_unused: Any,
    ) -> MethodResult:
        if method in self.refusals:
            refusal = self.refusals[method]
            if isinstance(refusal, int):
                return MethodResult(refusal, {})
            raise refusal
        if class_name == "StdRegProv":
            self.calls.append((method, dict(arguments or {})))
            return self._in_registry(method, dict(arguments or {}))
        if method in self.methods:
            return super().invoke(class_name, method, arguments, selectors)
        self.calls.append((method, dict(arguments or {})))
        key, value = next(iter((selectors or {}).items()))
        row = next(row for row in self.rows[class_name] if str(row[key]).lower() == value.lower())
        if method not in self.ignored:
            self._write(class_name, row, method, arguments or {})
        self.on_change()
        return MethodResult(0, {})

    def _write(self, class_name: str, row: dict[str, Any], method: str, arguments: Mapping[str, Any]) -> None:
        inverted = next((name for name, setter in _PROPERTIES.items() if setter[0] == method), None)
        if inverted:
            given = bool(next(iter(arguments.values())))
            row[inverted] = not given if method.startswith("Disable") else given
            return
        name = method.removeprefix("Set").removeprefix("Clear")
        value = next(iter(arguments.values()), None)
        row[name] = value if method.startswith("Set") else (0 if name.endswith("Port") else None)
        if class_name == _PRODUCT and name == "KeyManagementServiceMachine":
            path = rf"{SPP}\{row['ApplicationID']}\{row['ID']}"
            self.registry[path, "KeyManagementServiceName"] = value

    def _in_registry(self, method: str, arguments: dict[str, Any]) -> MethodResult:
        place = (arguments.pop("sSubKeyName"), arguments.pop("sValueName"))
        arguments.pop("hDefKey")
        if method.startswith("Get"):
            value = self.registry.get(place)
            output = "uValue" if "DWORD" in method else "sValue"
            return MethodResult(2, {}) if value is None else MethodResult(0, {output: value})
        if method == "DeleteValue":
            return MethodResult(2 if self.registry.pop(place, None) is None else 0, {})
        value = next(iter(arguments.values()))
        self.registry[place] = tuple(value) if isinstance(value, list) else value
        self.on_change()
        return MethodResult(0, {})
