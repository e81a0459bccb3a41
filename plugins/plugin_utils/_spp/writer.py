# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Licensing methods as steps: each is one Invoke, and a refusal is a MethodFailed.

A licensing method fails either as a SOAP fault with the provider's HRESULT or as an ordinary answer
with a ReturnValue other than 0. Microsoft's script only ever sees the first; both are handled.
"""

from __future__ import annotations

from .._licensing.model import LicensingService, Product
from .._licensing.product_key import ProductKey
from .._wsman import WsmanFault
from . import schema
from .errors import MethodFailed
from .steps import Argument, Arguments, Invoke, Work, patiently

# Activation waits for other machines: several KMS hosts, or Microsoft's service, each with its own timeout.
ACTIVATION_TIMEOUT = 180.0

# Installing a key makes the service read its licenses again, which may take longer than a query.
INSTALL_TIMEOUT = 60.0


def install_product_key(service: LicensingService, key: ProductKey) -> Work[None]:
    """``slmgr.vbs /ipk``. The installed key of the same application is replaced."""
    arguments = {"ProductKey": key.reveal()}
    return call(_at(service, schema.INSTALL_PRODUCT_KEY, arguments=arguments, timeout=INSTALL_TIMEOUT))


def refresh_license_status(service: LicensingService) -> Work[None]:
    """Make the service read its licenses again, so that the next query tells the truth."""
    return call(_at(service, schema.REFRESH_LICENSE_STATUS))


def activate(product: Product) -> Work[None]:
    """``slmgr.vbs /ato``: ask the KMS host, Active Directory or Microsoft, whatever the key calls for."""
    return call(_at(product, schema.ACTIVATE, timeout=ACTIVATION_TIMEOUT))


def uninstall_product_key(product: Product) -> Work[None]:
    """``slmgr.vbs /upk`` for one product."""
    return call(_at(product, schema.UNINSTALL_PRODUCT_KEY))


def deposit_confirmation_id(product: Product, installation_id: str, confirmation_id: str) -> Work[None]:
    """``slmgr.vbs /atp``: the answer of the telephone activation for this installation ID."""
    arguments = {"InstallationId": installation_id, "ConfirmationId": confirmation_id}
    return call(_at(product, schema.DEPOSIT_CONFIRMATION_ID, arguments=arguments))


def set_value(instance: LicensingService | Product, method: tuple[str, str], value: Argument) -> Work[None]:
    """Call a setter of the service or of a product, given as its name and the name of its one parameter."""
    name, parameter = method
    return call(_at(instance, name, arguments={parameter: value}))


def clear_value(instance: LicensingService | Product, method: str) -> Work[None]:
    """Call a method without parameters."""
    return call(_at(instance, method))


def _at(
    instance: LicensingService | Product, method: str, arguments: Arguments | None = None, timeout: float | None = None
) -> Invoke:
    """A method of the licensing service or of one product of it."""
    key = {"ID": instance.activation_id} if isinstance(instance, Product) else {"Version": instance.version}
    return Invoke(instance.wmi_class, method, arguments, key, timeout=timeout)


def call(step: Invoke) -> Work[None]:
    """Call any method that returns nothing. Raises MethodFailed where the provider itself refuses."""
    try:
        result = yield from patiently(step)
    except WsmanFault as fault:
        if not _is_refusal(fault):
            raise
        raise MethodFailed(step.method, fault.hresult or 0, fault.message) from fault
    if result.return_value:
        raise MethodFailed(step.method, result.return_value & 0xFFFFFFFF)


def _is_refusal(fault: WsmanFault) -> bool:
    """Whether the provider itself said no; a fault of WinRM (rights, quota, timeout) is another story."""
    code = fault.hresult
    return code is not None and code > 0xFFFF and code >> 16 != 0x8033 and not fault.access_denied
