# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Windows firewall as far as KMS needs it (Microsoft Learn, MSFT_NetFirewallRule class, Windows 8 and later).

The rule SPPSVC-In-TCP for TCP 1688 comes with Windows and is switched off until somebody enables it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..cim import (
    WBEM_E_INVALID_PARAMETER,
    WBEM_E_READ_ONLY,
    CimError,
    CimObject,
    ClassDef,
    MethodDef,
)
from .facts import numbers

NAMESPACE = "root/standardcimv2"
CLASS = "MSFT_NetFirewallRule"
KMS_RULE = "SPPSVC-In-TCP"

_STATES = numbers("property_value", "MSFT_NetFirewallRule.Enabled")
_TRUE, _FALSE = _STATES["enabled"], _STATES["disabled"]
_RULES = {
    KMS_RULE: ("Key Management Service (TCP-In)", "Key Management Service"),
    "WINRM-HTTP-In-TCP": ("Windows Remote Management (HTTP-In)", "Windows Remote Management"),
}
_STRINGS = (
    "Caption CreationClassName Description DisplayGroup DisplayName ElementName InstanceID Owner PolicyRuleName "
    "PolicyStoreSource RuleGroup Status SystemCreationClassName SystemName"
)
_KEYS = ("CreationClassName", "PolicyRuleName", "SystemCreationClassName", "SystemName")


def firewall_class() -> ClassDef:
    """The class with its two switches."""
    numbers = dict.fromkeys(("Action", "Direction", "Enabled", "PrimaryStatus", "Profiles"), "uint16")
    properties = {**dict.fromkeys(_STRINGS.split(), "string"), **numbers}
    # Declared with a return value, answered without: an empty _OUTPUT (networkoptix/nx_system_tests, its test
    # test_invoke_with_empty_output on virtual machines).
    methods = {name: MethodDef(name, returns=False) for name in ("Enable", "Disable")}
    return ClassDef(CLASS, NAMESPACE, properties, _KEYS, methods)


def firewall_rules(enabled: set[str]) -> list[CimObject]:
    """Every rule as an instance."""
    return [_rule(name, *titles, name in enabled) for name, titles in _RULES.items()]


def switch_rule(enabled: set[str], keys: dict[str, str], method: str) -> bool:
    """Enable or disable the rule with these keys; False when there is none."""
    name = keys.get("creationclassname", "").rpartition("|")[2]
    if name not in _RULES:
        return False
    if method == "Enable":
        enabled.add(name)
    else:
        enabled.discard(name)
    return True


def write_rule(enabled: set[str], current: CimObject, values: Mapping[str, Any]) -> None:
    """ModifyInstance, as Set-NetFirewallRule uses it: Enabled is 1 or 2, the rest stays as it is here."""
    wanted = str(values.get("Enabled", current.values["Enabled"]))
    if wanted not in (str(_TRUE), str(_FALSE)):
        raise CimError(WBEM_E_INVALID_PARAMETER, "Invalid parameter", parameter="Enabled")
    for name, value in values.items():
        held = current.values.get(name)
        if name != "Enabled" and name in current.values and str(held or "") != str(value or ""):
            raise CimError(WBEM_E_READ_ONLY, "Property is read only", parameter=name)
    method = "Enable" if wanted == str(_TRUE) else "Disable"
    switch_rule(enabled, {"creationclassname": str(current.values["CreationClassName"])}, method)


def _rule(name: str, title: str, group: str, enabled: bool) -> CimObject:
    values = dict.fromkeys(_STRINGS.split())
    return CimObject(
        CLASS,
        {
            **values,
            "Action": 2,
            "CreationClassName": f"MSFT|FW|FirewallRule|{name}",
            "Direction": 1,
            "DisplayGroup": group,
            "DisplayName": title,
            "ElementName": title,
            "Enabled": _TRUE if enabled else _FALSE,
            "InstanceID": name,
            "PolicyRuleName": "",
            "PolicyStoreSource": "PersistentStore",
            "PrimaryStatus": 1,
            "Profiles": 0,
            "RuleGroup": group,
            "Status": "OK",
            "SystemCreationClassName": "",
            "SystemName": "",
        },
    )
