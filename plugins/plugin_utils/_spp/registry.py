# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of a machine through StdRegProv, which WMI offers on every version of Windows.

Failure is a return value there, not a fault.
"""

from __future__ import annotations

from collections.abc import Sequence

from .._wsman import Value
from .errors import SppError
from .facts import FACTS
from .steps import Arguments, Invoke, Work

_CLASS = "StdRegProv"
# root/default has the class on every version, root/cimv2 from Vista on only.
_NAMESPACE = "root/default"
_LOCAL_MACHINE = 0x80000002

# StdRegProv has codes of its own; Microsoft Learn names none of them, data/facts.tsv says who does.
_CODES = FACTS.of("return_code", _CLASS)
_MEANINGS = {fact.number: fact.note for fact in _CODES.values()}
_ABSENT = (_CODES["no_such_value"].number, _CODES["no_such_key"].number)
_ACCESS_DENIED = _CODES["access_denied"].number
_QUERY_VALUE, _SET_VALUE = 0x1, 0x2

_TYPES = {"uValue": "uint32", "sValue": "string", "ReturnValue": "uint32"}
_ACCESS_TYPES = {"bGranted": "boolean", "ReturnValue": "uint32"}
_LIST_TYPES = {"sValue": "string[]", "ReturnValue": "uint32"}


class RegistryRefused(SppError):
    """Reading or writing a value was refused; says which value and why."""


def read_text(key: str, name: str) -> Work[str | None]:
    """A REG_SZ value below HKEY_LOCAL_MACHINE, None when it is absent or empty."""
    value = yield from _read("GetStringValue", key, name, _TYPES, "sValue")
    return str(value) if value not in (None, "") else None


def read_number(key: str, name: str) -> Work[int | None]:
    """A REG_DWORD value, None when it is absent."""
    value = yield from _read("GetDWORDValue", key, name, _TYPES, "uValue")
    return value if isinstance(value, int) else None


def read_lines(key: str, name: str) -> Work[tuple[str, ...]]:
    """A REG_MULTI_SZ value, without empty lines; empty when it is absent."""
    value = yield from _read("GetMultiStringValue", key, name, _LIST_TYPES, "sValue")
    return tuple(str(line) for line in value if line) if isinstance(value, tuple) else ()


def set_text(key: str, name: str, value: str) -> Work[None]:
    """Write a REG_SZ value."""
    return _write("SetStringValue", key, name, {"sValue": value})


def set_number(key: str, name: str, value: int) -> Work[None]:
    """Write a REG_DWORD value."""
    return _write("SetDWORDValue", key, name, {"uValue": value})


def set_lines(key: str, name: str, value: Sequence[str]) -> Work[None]:
    """Write a REG_MULTI_SZ value."""
    return _write("SetMultiStringValue", key, name, {"sValue": list(value)})


def delete(key: str, name: str) -> Work[None]:
    """Remove a value; one that is not there is as good."""
    return _write("DeleteValue", key, name, {}, tolerated=_ABSENT)


def may_change(key: str) -> Work[bool]:
    """Whether the account may read and set values of a key. Asks; changes nothing."""
    arguments: Arguments = {
        "hDefKey": _LOCAL_MACHINE,
        "sSubKeyName": key,
        "uRequired": _QUERY_VALUE | _SET_VALUE,
    }
    step = Invoke(_CLASS, "CheckAccess", arguments, namespace=_NAMESPACE, types=_ACCESS_TYPES, reads=True)
    result = yield step
    if result.return_value != _ACCESS_DENIED:
        _refuse("CheckAccess", key, "", result.return_value)
    return result.outputs.get("bGranted") is True


def _read(method: str, key: str, name: str, types: dict[str, str], output: str) -> Work[Value]:
    arguments: Arguments = {"hDefKey": _LOCAL_MACHINE, "sSubKeyName": key, "sValueName": name}
    result = yield Invoke(_CLASS, method, arguments, namespace=_NAMESPACE, types=types, reads=True)
    if result.return_value in _ABSENT:
        return None
    _refuse(method, key, name, result.return_value)
    value: Value = result.outputs.get(output)
    return value


def _write(
    method: str, key: str, name: str, value: dict[str, str | int | list[str]], tolerated: tuple[int, ...] = ()
) -> Work[None]:
    arguments: Arguments = {"hDefKey": _LOCAL_MACHINE, "sSubKeyName": key, "sValueName": name, **value}
    result = yield Invoke(_CLASS, method, arguments, namespace=_NAMESPACE, types=_TYPES)
    if result.return_value not in tolerated:
        _refuse(method, key, name, result.return_value)


def _refuse(method: str, key: str, name: str, code: int | None) -> None:
    if code:
        meaning = _MEANINGS.get(code & 0xFFFFFFFF, "see net helpmsg")
        shown = code if 0 <= code <= 0xFFFF else f"0x{code & 0xFFFFFFFF:08X}"
        raise RegistryRefused(f"{method} of HKLM\\{key}\\{name} returned {shown}: {meaning}")
