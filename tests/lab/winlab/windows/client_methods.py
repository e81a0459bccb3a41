# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Methods for the settings of a KMS client: on the service, and from Windows 7 on also on each product."""

from __future__ import annotations

from collections.abc import Callable

from .method_call import MethodCall, Results, invalid_parameter

Action = Callable[[MethodCall], Results | None]


def _set_machine(call: MethodCall) -> None:
    call.settings.machine = call.words("MachineName")


def _clear_machine(call: MethodCall) -> None:
    call.settings.machine = None


def _set_port(call: MethodCall) -> None:
    call.settings.port = call.port()


def _clear_port(call: MethodCall) -> None:
    call.settings.port = None


def _set_domain(call: MethodCall) -> None:
    call.settings.lookup_domain = call.words("LookupDomain")


def _clear_domain(call: MethodCall) -> None:
    call.settings.lookup_domain = None


def _set_type(call: MethodCall) -> None:
    value = call.number("ActivationType")
    if value not in (1, 2, 3):
        raise invalid_parameter("ActivationType")
    call.settings.activation_type = value


def _clear_type(call: MethodCall) -> None:
    call.settings.activation_type = None


CLIENT_METHODS: dict[str, Action] = {
    "SetKeyManagementServiceMachine": _set_machine,
    "ClearKeyManagementServiceMachine": _clear_machine,
    "SetKeyManagementServicePort": _set_port,
    "ClearKeyManagementServicePort": _clear_port,
    "SetKeyManagementServiceLookupDomain": _set_domain,
    "ClearKeyManagementServiceLookupDomain": _clear_domain,
    "SetVLActivationTypeEnabled": _set_type,
    "ClearVLActivationTypeEnabled": _clear_type,
}
