# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry of one machine, and the WMI class StdRegProv that reaches it.

Return values are those of facts.tsv: no_such_value when the key is there, no_such_key, other_type for a value of
another type than the method reads. DeleteValue says the same in both cases of absence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..cim import WBEM_E_INVALID_METHOD, CimError, ClassDef, MethodDef
from .facts import numbers

_HIVE_NUMBERS = numbers("property_value", "hDefKey")
HKLM, HKU = _HIVE_NUMBERS["HKEY_LOCAL_MACHINE"], _HIVE_NUMBERS["HKEY_USERS"]
_HIVES = frozenset({0x80000000, 0x80000001, HKLM, HKU, 0x80000005})

REG_SZ, REG_EXPAND_SZ, REG_BINARY, REG_DWORD, REG_MULTI_SZ, REG_QWORD = 1, 2, 3, 4, 7, 11

_CODES = numbers("return_code", "StdRegProv")
_SUCCESS, _NO_SUCH_VALUE, _NOT_FOUND = _CODES["success"], _CODES["no_such_value"], _CODES["no_such_key"]
_BAD_HANDLE, _BAD_PARAMETER, _WRONG_TYPE = _CODES["no_such_hive"], _CODES["bad_parameter"], _CODES["other_type"]
_NOTHING_TO_DELETE = numbers("return_code", "StdRegProv.DeleteValue")["absent"]

Data = str | int | list[str] | bytes
Arguments = Mapping[str, str | list[str] | None]


@dataclass
class _Key:
    path: str
    values: dict[str, tuple[str, int, Data]] = field(default_factory=dict)


class Registry:
    """Keys and values; names keep their spelling and are compared without case."""

    def __init__(self) -> None:
        self._keys: dict[tuple[int, str], _Key] = {(hive, ""): _Key("") for hive in _HIVES}

    def create_key(self, path: str, hive: int = HKLM) -> None:
        """Make a key and everything above it."""
        walked = ""
        for part in path.strip("\\").split("\\"):
            walked = f"{walked}\\{part}" if walked else part
            self._keys.setdefault((hive, walked.lower()), _Key(walked))

    def has_key(self, path: str, hive: int = HKLM) -> bool:
        """Whether a key exists."""
        return (hive, path.strip("\\").lower()) in self._keys

    def delete_key(self, path: str, hive: int = HKLM) -> bool:
        """Remove a key without subkeys."""
        if self.subkeys(path, hive):
            return False
        return self._keys.pop((hive, path.strip("\\").lower()), None) is not None

    def subkeys(self, path: str, hive: int = HKLM) -> list[str]:
        """The names directly below a key."""
        prefix = path.strip("\\").lower() + "\\" if path.strip("\\") else ""
        found = [
            key.path[len(prefix) :]
            for (owner, lower), key in self._keys.items()
            if owner == hive and lower.startswith(prefix) and lower != prefix.rstrip("\\") and lower
        ]
        return sorted(name for name in found if "\\" not in name)

    def set(self, path: str, name: str, kind: int, data: Data, hive: int = HKLM) -> None:
        """Write a value, making its key when needed."""
        self.create_key(path, hive)
        self._keys[hive, path.strip("\\").lower()].values[name.lower()] = (name, kind, data)

    def get(self, path: str, name: str, hive: int = HKLM) -> Data | None:
        """The data of a value, or None."""
        found = self.value(path, name, hive)
        return None if found is None else found[1]

    def value(self, path: str, name: str, hive: int = HKLM) -> tuple[int, Data] | None:
        """Type and data of a value, or None."""
        key = self._keys.get((hive, path.strip("\\").lower()))
        found = None if key is None else key.values.get(name.lower())
        return None if found is None else found[1:]

    def delete(self, path: str, name: str, hive: int = HKLM) -> bool:
        """Remove a value; False when it is not there."""
        key = self._keys.get((hive, path.strip("\\").lower()))
        return key is not None and key.values.pop(name.lower(), None) is not None

    def values(self, path: str, hive: int = HKLM) -> list[tuple[str, int]]:
        """Names and types of the values of a key."""
        key = self._keys.get((hive, path.strip("\\").lower()))
        return [] if key is None else [(name, kind) for name, kind, _unused in key.values.values()]

    def text(self, path: str, name: str) -> str | None:
        """A string value of HKLM; anything else counts as absent."""
        data = self.get(path, name)
        return data if isinstance(data, str) else None

    def integer(self, path: str, name: str) -> int | None:
        """A number of HKLM, kept as REG_DWORD or, as ports are, as REG_SZ."""
        data = self.get(path, name)
        if isinstance(data, str) and data.isdigit():
            return int(data)
        return data if isinstance(data, int) else None


_PLACE = {"hDefKey": "uint32", "sSubKeyName": "string"}
_VALUE = {**_PLACE, "sValueName": "string"}

# method stem: registry type, name and CIM type of the data parameter
_TYPES: dict[str, tuple[int, str, str]] = {
    "String": (REG_SZ, "sValue", "string"),
    "ExpandedString": (REG_EXPAND_SZ, "sValue", "string"),
    "Binary": (REG_BINARY, "uValue", "uint8[]"),
    "DWORD": (REG_DWORD, "uValue", "uint32"),
    "MultiString": (REG_MULTI_SZ, "sValue", "string[]"),
    "QWORD": (REG_QWORD, "uValue", "uint64"),
}


def registry_class(namespace: str, *, quad_words: bool = True) -> ClassDef:
    """The definition of StdRegProv; the QWORD methods came with Vista."""
    methods = {
        "EnumKey": MethodDef("EnumKey", _PLACE, {"sNames": "string[]"}, static=True),
        "EnumValues": MethodDef("EnumValues", _PLACE, {"sNames": "string[]", "Types": "sint32[]"}, static=True),
        "CreateKey": MethodDef("CreateKey", _PLACE, static=True),
        "DeleteKey": MethodDef("DeleteKey", _PLACE, static=True),
        "DeleteValue": MethodDef("DeleteValue", _VALUE, static=True),
        "CheckAccess": MethodDef(
            "CheckAccess", {**_PLACE, "uRequired": "uint32"}, {"bGranted": "boolean"}, static=True
        ),
    }
    for stem, (_unused, parameter, cim_type) in _TYPES.items():
        if stem != "QWORD" or quad_words:
            getter, setter = f"Get{stem}Value", f"Set{stem}Value"
            methods[getter] = MethodDef(getter, _VALUE, {parameter: cim_type}, static=True)
            methods[setter] = MethodDef(setter, {**_VALUE, parameter: cim_type}, static=True)
    return ClassDef("StdRegProv", namespace, {}, (), methods)


def call_registry(registry: Registry, method: str, arguments: Arguments) -> dict[str, Any]:
    """Carry out one method of StdRegProv."""
    hive = int(_scalar(arguments, "hDefKey") or HKLM)
    path = (_scalar(arguments, "sSubKeyName") or "").strip("\\")
    if hive not in _HIVES:
        return {"ReturnValue": _BAD_HANDLE}
    if method in _KEY_METHODS:
        return _KEY_METHODS[method](registry, hive, path)
    name = _scalar(arguments, "sValueName") or ""
    if method == "DeleteValue":
        return {"ReturnValue": _SUCCESS if registry.delete(path, name, hive) else _NOTHING_TO_DELETE}
    verb, stem = method[:3], method[3:].removesuffix("Value")
    if verb not in ("Get", "Set") or stem not in _TYPES:
        raise CimError(WBEM_E_INVALID_METHOD, f"StdRegProv has no method {method}")
    kind, parameter, cim_type = _TYPES[stem]
    if verb == "Get":
        return _read(registry, hive, path, name, kind, parameter)
    if not registry.has_key(path, hive):
        return {"ReturnValue": _NOT_FOUND}
    try:
        data = _data(arguments.get(parameter), cim_type)
    except (TypeError, ValueError):
        return {"ReturnValue": _BAD_PARAMETER}
    registry.set(path, name, kind, data, hive)
    return {"ReturnValue": _SUCCESS}


def _scalar(arguments: Arguments, name: str) -> str | None:
    value = arguments.get(name)
    return value[0] if isinstance(value, list) else value


def _read(registry: Registry, hive: int, path: str, name: str, kind: int, parameter: str) -> dict[str, Any]:
    found = registry.value(path, name, hive)
    if found is None:
        return {parameter: None, "ReturnValue": _NO_SUCH_VALUE if registry.has_key(path, hive) else _NOT_FOUND}
    stored, data = found
    if stored != kind:
        return {parameter: None, "ReturnValue": _WRONG_TYPE}
    return {parameter: list(data) if isinstance(data, bytes) else data, "ReturnValue": _SUCCESS}


def _data(value: str | list[str] | None, cim_type: str) -> Data:
    if cim_type == "string[]":
        return list(value) if isinstance(value, list) else [value] if value else []
    if cim_type == "uint8[]":
        return bytes(int(part) for part in (value if isinstance(value, list) else [value or "0"]))
    scalar = value[0] if isinstance(value, list) else value
    if cim_type == "string":
        return scalar or ""
    return int(scalar or 0)


def _enumerate_keys(registry: Registry, hive: int, path: str) -> dict[str, Any]:
    if not registry.has_key(path, hive):
        return {"sNames": None, "ReturnValue": _NOT_FOUND}
    return {"sNames": registry.subkeys(path, hive) or None, "ReturnValue": _SUCCESS}


def _enumerate_values(registry: Registry, hive: int, path: str) -> dict[str, Any]:
    if not registry.has_key(path, hive):
        return {"sNames": None, "Types": None, "ReturnValue": _NOT_FOUND}
    values = registry.values(path, hive)
    names, kinds = [name for name, _unused in values], [kind for _unused, kind in values]
    return {"sNames": names or None, "Types": kinds or None, "ReturnValue": _SUCCESS}


def _create(registry: Registry, hive: int, path: str) -> dict[str, Any]:
    registry.create_key(path, hive)
    return {"ReturnValue": _SUCCESS}


def _delete(registry: Registry, hive: int, path: str) -> dict[str, Any]:
    return {"ReturnValue": _SUCCESS if registry.delete_key(path, hive) else _NOT_FOUND}


def _check(registry: Registry, hive: int, path: str) -> dict[str, Any]:
    if hive == HKLM and path.lower() in _OF_THE_SYSTEM:
        return {"bGranted": False, "ReturnValue": _SUCCESS}
    there = registry.has_key(path, hive)
    return {"bGranted": there, "ReturnValue": _SUCCESS if there else _NOT_FOUND}


# Windows keeps them for itself; their permissions name no administrator (Microsoft Learn, Registry Hives).
_OF_THE_SYSTEM = frozenset({"security"})

_KEY_METHODS: dict[str, Callable[[Registry, int, str], dict[str, Any]]] = {
    "EnumKey": _enumerate_keys,
    "EnumValues": _enumerate_values,
    "CreateKey": _create,
    "DeleteKey": _delete,
    "CheckAccess": _check,
}
