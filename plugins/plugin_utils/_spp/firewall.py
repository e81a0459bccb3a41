# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The built-in firewall rule for KMS clients, TCP 1688 inbound.

It exists on every release and is switched off until somebody enables it (Microsoft Learn, Guidelines for
troubleshooting KMS). WMI knows firewall rules from Windows 8 and Server 2012 on (MSFT_NetFirewallRule, methods Enable
and Disable).
"""

from __future__ import annotations

from dataclasses import dataclass

from .._wsman import WsmanFault, wql
from .steps import Invoke, Query, Work
from .writer import call

_NAMESPACE = "root/StandardCimv2"
_CLASS = "MSFT_NetFirewallRule"
_RULE = "SPPSVC-In-TCP"
# Keys of an instance, from CIM_PolicyRule; several are empty strings.
_KEYS = ("CreationClassName", "PolicyRuleName", "SystemCreationClassName", "SystemName")
# Enabled is an enumeration: 1 true, 2 false.
_TRUE = 1
_TYPES = {**dict.fromkeys(_KEYS, "string"), "Enabled": "uint16"}


@dataclass(frozen=True)
class FirewallRule:
    """The rule of one machine, with the keys that name it to WMI."""

    enabled: bool
    selectors: dict[str, str]


def read_rule() -> Work[FirewallRule | None]:
    """The rule, None where WMI knows no firewall rules, the firewall service is off, or the rule was deleted."""
    query = f"SELECT {','.join((*_KEYS, 'Enabled'))} FROM {_CLASS} WHERE InstanceID = {wql.quote(_RULE)}"
    try:
        rows = yield Query(query, _TYPES, _NAMESPACE)
    except WsmanFault as fault:
        if fault.access_denied or fault.quota_exceeded:
            raise
        return None
    if len(rows) != 1:
        return None
    selectors = {key: str(rows[0].get(key) or "") for key in _KEYS}
    return FirewallRule(rows[0].get("Enabled") == _TRUE, selectors)


def switch_rule(rule: FirewallRule, enabled: bool) -> Work[None]:
    """Enable or disable the rule. Raises MethodFailed."""
    return call(Invoke(_CLASS, "Enable" if enabled else "Disable", None, rule.selectors, _NAMESPACE))
