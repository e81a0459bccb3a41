# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Methods of SoftwareLicensingProduct other than Activate, which takes time."""

from __future__ import annotations

from ..errors import SL_E_NOT_SUPPORTED, SL_E_VALUE_NOT_FOUND, licensing_error
from .client_methods import CLIENT_METHODS, Action
from .method_call import MethodCall, Results

_POLICIES = {"Kernel-NativeVHDBoot": 1, "Security-SPP-GenuineLocalStatus": 1}


def _uninstall(call: MethodCall) -> None:
    call.platform.uninstall_key(call.product)


def _deposit(call: MethodCall) -> None:
    call.platform.deposit(call.product, call.text("InstallationId"), call.text("ConfirmationId"))


def _rearm(call: MethodCall) -> None:
    call.platform.rearm_row(call.product)


def _policy_number(call: MethodCall) -> Results:
    name = call.words("PolicyName")
    if name not in _POLICIES:
        raise licensing_error(SL_E_VALUE_NOT_FOUND, "The value for the input key was not found.")
    return {"PolicyValue": _POLICIES[name]}


def _policy_text(call: MethodCall) -> Results:
    raise licensing_error(SL_E_VALUE_NOT_FOUND, f"No text is kept for {call.words('PolicyName')}.")


def _no_tokens(call: MethodCall) -> Results:
    raise licensing_error(SL_E_NOT_SUPPORTED, f"{call.machine.name} has no token-based activation.")


PRODUCT_METHODS: dict[str, Action] = {
    **CLIENT_METHODS,
    "UninstallProductKey": _uninstall,
    "DepositOfflineConfirmationId": _deposit,
    "ReArmSku": _rearm,
    "GetPolicyInformationDWord": _policy_number,
    "GetPolicyInformationString": _policy_text,
    "GetTokenActivationGrants": _no_tokens,
    "GenerateTokenActivationChallenge": _no_tokens,
    "DepositTokenActivationResponse": _no_tokens,
}
