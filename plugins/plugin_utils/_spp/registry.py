# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of a machine through StdRegProv, which WMI offers on every version of Windows.

Failure is a return value there, not a fault: 2 means that there is no such key or value (Microsoft Learn, StdRegProv).
"""

from __future__ import annotations

from collections.abc import Sequence

from .._winrm.session import Session
from .._wsman import Value
from .errors import SppError

_CLASS = "StdRegProv"
# root/default has the class on every version, root/cimv2 from Vista on only.
_NAMESPACE = "root/default"
_LOCAL_MACHINE = 0x80000002

# StdRegProv's own way: no such value, no such key, access denied, and a type mismatch as WMI has it. Microsoft Learn
# names none of them; two public programs that run against real Windows agree: networkoptix/nx_system_tests
# (os_access/_windows_registry.py, with a test of the type on a virtual machine) and SAGSA/SystemInfo (Registry.ps1).
_NO_VALUE, _NO_KEY, _ACCESS_DENIED = 1, 2, 5
_OTHER_TYPE = 0x80041005
_ABSENT = (_NO_VALUE, _NO_KEY)
# Registry access rights (Microsoft Learn, "Registry Key Security and Access Rights").
_QUERY_VALUE, _SET_VALUE = 0x1, 0x2
_RETURN_CODES = {
    _NO_VALUE: "there is no such value",
    _NO_KEY: "there is no such key",
    _ACCESS_DENIED: "access is denied",
    6: "there is no such hive",
    87: "a parameter is not valid",
    _OTHER_TYPE: "the value has another type",
}

_TYPES = {"uValue": "uint32", "sValue": "string", "ReturnValue": "uint32"}
_ACCESS_TYPES = {"bGranted": "boolean", "ReturnValue": "uint32"}
_LIST_TYPES = {"sValue": "string[]", "ReturnValue": "uint32"}


class RegistryRefused(SppError):
    """Reading or writing a value was refused; says which value and why."""


class Registry:
    """Values below HKEY_LOCAL_MACHINE of the machine behind a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def text(self, key: str, name: str) -> str | None:
        """A REG_SZ value, None when it is absent or empty."""
        value = self._read("GetStringValue", key, name, _TYPES, "sValue")
        return str(value) if value not in (None, "") else None

    def number(self, key: str, name: str) -> int | None:
        """A REG_DWORD value, None when it is absent."""
        value = self._read("GetDWORDValue", key, name, _TYPES, "uValue")
        return value if isinstance(value, int) else None

    def lines(self, key: str, name: str) -> tuple[str, ...]:
        """A REG_MULTI_SZ value, without empty lines; empty when it is absent."""
        value = self._read("GetMultiStringValue", key, name, _LIST_TYPES, "sValue")
        return tuple(str(line) for line in value if line) if isinstance(value, tuple) else ()

    def set_text(self, key: str, name: str, value: str) -> None:
        self._write("SetStringValue", key, name, {"sValue": value})

    def set_number(self, key: str, name: str, value: int) -> None:
        self._write("SetDWORDValue", key, name, {"uValue": value})

    def set_lines(self, key: str, name: str, value: Sequence[str]) -> None:
        self._write("SetMultiStringValue", key, name, {"sValue": list(value)})

    def may_change(self, key: str) -> bool:
        """Whether the account may read and set values of a key. Asks; changes nothing."""
        arguments: dict[str, str | int] = {
            "hDefKey": _LOCAL_MACHINE,
            "sSubKeyName": key,
            "uRequired": _QUERY_VALUE | _SET_VALUE,
        }
        result = self._session.invoke(_CLASS, "CheckAccess", arguments, None, namespace=_NAMESPACE, types=_ACCESS_TYPES)
        if result.return_value != _ACCESS_DENIED:
            self._refuse("CheckAccess", key, "", result.return_value)
        return result.outputs.get("bGranted") is True

    def delete(self, key: str, name: str) -> None:
        """Remove a value; one that is not there is as good."""
        self._write("DeleteValue", key, name, {}, tolerated=_ABSENT)

    def _read(self, method: str, key: str, name: str, types: dict[str, str], output: str) -> Value:
        arguments: dict[str, str | int] = {"hDefKey": _LOCAL_MACHINE, "sSubKeyName": key, "sValueName": name}
        result = self._session.invoke(_CLASS, method, arguments, None, namespace=_NAMESPACE, types=types)
        if result.return_value in _ABSENT:
            return None
        self._refuse(method, key, name, result.return_value)
        return result.outputs.get(output)

    def _write(
        self,
        method: str,
        key: str,
        name: str,
        value: dict[str, str | int | list[str]],
        tolerated: tuple[int, ...] = (),
    ) -> None:
        arguments = {"hDefKey": _LOCAL_MACHINE, "sSubKeyName": key, "sValueName": name, **value}
        result = self._session.invoke(_CLASS, method, arguments, None, namespace=_NAMESPACE, types=_TYPES)
        if result.return_value not in tolerated:
            self._refuse(method, key, name, result.return_value)

    @staticmethod
    def _refuse(method: str, key: str, name: str, code: int | None) -> None:
        if code:
            meaning = _RETURN_CODES.get(code & 0xFFFFFFFF, "see net helpmsg")
            shown = code if 0 <= code <= 0xFFFF else f"0x{code & 0xFFFFFFFF:08X}"
            raise RegistryRefused(f"{method} of HKLM\\{key}\\{name} returned {shown}: {meaning}")
