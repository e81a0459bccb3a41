# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Methods of SoftwareLicensingService (Microsoft Learn, Software License Provider)."""

from __future__ import annotations

from ..errors import (
    SL_E_INVALID_PACKAGE,
    SL_E_INVALID_PRODUCT_KEY_TYPE,
    SL_E_NOT_SUPPORTED,
    SL_E_VL_BINDING_SERVICE_NOT_ENABLED,
    licensing_error,
)
from ..identity import digits, guid
from ..keys import KeyKind, ProductKey
from .client_methods import CLIENT_METHODS, Action
from .key_entry import find_key
from .method_call import MethodCall, Results, invalid_parameter
from .rows import DirectoryBinding

_SHORTEST, _LONGEST = 15, 43200


def _install_key(call: MethodCall) -> None:
    call.platform.install_key(call.text("ProductKey"))


def _refresh(call: MethodCall) -> None:
    call.machine.record("status_refreshed")


def _clear_copy(call: MethodCall) -> None:
    call.machine.clear_registry_key()


def _rearm(call: MethodCall) -> None:
    call.platform.rearm()


def _rearm_application(call: MethodCall) -> None:
    wanted = call.words("ApplicationId").lower()
    rows = [row for row in call.platform.keyed() if row.license.application_id == wanted]
    if not rows:
        raise invalid_parameter("ApplicationId")
    for row in rows:
        call.platform.rearm_row(row)


def _install_license(call: MethodCall) -> None:
    text = call.text("License") or call.text("LicensePackage")
    if not text or "license" not in text.lower() or "<" not in text:
        raise licensing_error(SL_E_INVALID_PACKAGE, "The license package is invalid.")


def _validate(call: MethodCall) -> None:
    call.words("ServerUrl")


def _caching(call: MethodCall) -> None:
    call.platform.host_caching = not call.boolean("DisableCaching")


def _token_only(call: MethodCall) -> None:
    call.platform.token_only = call.boolean("DisableActivation")


def _publishing(call: MethodCall) -> None:
    call.host.publishing = not call.boolean("DisablePublishing")


def _priority(call: MethodCall) -> None:
    call.host.low_priority = call.boolean("EnableLowPriority")


def _listening_port(call: MethodCall) -> None:
    call.host.listening_port = call.port()


def _no_listening_port(call: MethodCall) -> None:
    call.host.listening_port = None


def _activation_interval(call: MethodCall) -> None:
    call.host.activation_interval = _interval(call, "ActivationInterval")


def _renewal_interval(call: MethodCall) -> None:
    call.host.renewal_interval = _interval(call, "RenewalInterval")


def _interval(call: MethodCall, name: str) -> int:
    """The intervals can only be set on a KMS host."""
    if not call.platform.role.serving:
        raise licensing_error(SL_E_VL_BINDING_SERVICE_NOT_ENABLED, "This machine is not a KMS host.")
    minutes = call.number(name)
    if not _SHORTEST <= minutes <= _LONGEST:
        raise invalid_parameter(name)
    return minutes


def _host_key(call: MethodCall) -> ProductKey:
    key = find_key(call.text("ProductKey"))
    if key.kind is not KeyKind.CSVLK:
        raise licensing_error(SL_E_INVALID_PRODUCT_KEY_TYPE, "The key cannot be used for this kind of activation.")
    return key


def _directory_activation(call: MethodCall) -> None:
    """On line and by confirmation ID alike end in an activation object of the forest."""
    key = _host_key(call)
    machine = call.machine
    if machine.domain is None:
        raise licensing_error(SL_E_NOT_SUPPORTED, "The computer is not a member of a domain.")
    machine.fleet.microsoft.activate(key, machine.hardware_id)
    name = call.text("ActivationObjectName") or f"activation-object-{key.partial}"
    machine.fleet.activation_object = directory_binding(name, key, machine.domain)


def directory_binding(name: str, key: ProductKey, domain: str) -> DirectoryBinding:
    """What a client learns from an activation object."""
    parts = ",".join(f"DC={part}" for part in domain.split("."))
    container = "CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration"
    return DirectoryBinding(
        name=name,
        dn=f"CN={name},{container},{parts}",
        csvlk_pid=f"55041-{digits(5, key.name)}-000-000000-03-1033-9600.0000-0012026",
        csvlk_sku=guid("license", "activation object", key.name),
    )


def _directory_request(call: MethodCall) -> Results:
    key = _host_key(call)
    return {"InstallationID": digits(63, "directory", key.name, call.machine.hardware_id)}


SERVICE_METHODS: dict[str, Action] = {
    **CLIENT_METHODS,
    "InstallProductKey": _install_key,
    "RefreshLicenseStatus": _refresh,
    "ClearProductKeyFromRegistry": _clear_copy,
    "ReArmWindows": _rearm,
    "ReArmApp": _rearm_application,
    "InstallLicense": _install_license,
    "InstallLicensePackage": _install_license,
    "AcquireGenuineTicket": _validate,
    "DisableKeyManagementServiceHostCaching": _caching,
    "DisableKeyManagementServiceDnsPublishing": _publishing,
    "EnableKeyManagementServiceLowPriority": _priority,
    "DisableKeyManagementServiceActivation": _token_only,
    "SetKeyManagementServiceListeningPort": _listening_port,
    "ClearKeyManagementServiceListeningPort": _no_listening_port,
    "SetVLActivationInterval": _activation_interval,
    "SetVLRenewalInterval": _renewal_interval,
    "DoActiveDirectoryOnlineActivation": _directory_activation,
    "GenerateActiveDirectoryOfflineActivationId": _directory_request,
    "DepositActiveDirectoryOfflineActivationConfirmation": _directory_activation,
}
