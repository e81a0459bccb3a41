# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Licensing methods as functions: each is one Invoke, and a refusal is a MethodFailed.

A licensing method fails either as a SOAP fault with the provider's HRESULT or as an ordinary answer
with a ReturnValue other than 0. Microsoft's script only ever sees the first; both are handled.
"""

from __future__ import annotations

from collections.abc import Mapping

from .._licensing.model import LicensingService, Product
from .._licensing.product_key import ProductKey
from .._winrm.session import Session
from .._wsman import WsmanFault
from . import schema
from .errors import MethodFailed
from .patience import patiently

# Activation waits for other machines: several KMS hosts, or Microsoft's service, each with its own timeout.
ACTIVATION_TIMEOUT = 180.0


def install_product_key(session: Session, service: LicensingService, key: ProductKey) -> None:
    """``slmgr.vbs /ipk``. The installed key of the same application is replaced."""
    _on_service(session, service, schema.INSTALL_PRODUCT_KEY, {"ProductKey": key.reveal()})


def refresh_license_status(session: Session, service: LicensingService) -> None:
    """Make the service read its licenses again, so that the next query tells the truth."""
    _on_service(session, service, schema.REFRESH_LICENSE_STATUS)


def activate(session: Session, product: Product) -> None:
    """``slmgr.vbs /ato``: ask the KMS host, Active Directory or Microsoft, whatever the key calls for."""
    _on_product(session, product, schema.ACTIVATE, timeout=ACTIVATION_TIMEOUT)


def uninstall_product_key(session: Session, product: Product) -> None:
    """``slmgr.vbs /upk`` for one product."""
    _on_product(session, product, schema.UNINSTALL_PRODUCT_KEY)


def deposit_confirmation_id(session: Session, product: Product, installation_id: str, confirmation_id: str) -> None:
    """``slmgr.vbs /atp``: the answer of the telephone activation for this installation ID."""
    arguments = {"InstallationId": installation_id, "ConfirmationId": confirmation_id}
    _on_product(session, product, schema.DEPOSIT_CONFIRMATION_ID, arguments)


def _on_service(
    session: Session,
    service: LicensingService,
    method: str,
    arguments: Mapping[str, str] | None = None,
) -> None:
    call(session, service.wmi_class, method, arguments, {"Version": service.version}, None)


def _on_product(
    session: Session,
    product: Product,
    method: str,
    arguments: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> None:
    call(session, product.wmi_class, method, arguments, {"ID": product.activation_id}, timeout)


def call(
    session: Session,
    class_name: str,
    method: str,
    arguments: Mapping[str, str | int | bool] | None,
    selectors: Mapping[str, str],
    timeout: float | None = None,
    namespace: str = schema.NAMESPACE,
) -> None:
    """Call any method that returns nothing. ``timeout`` is how many seconds the machine may work on it."""
    try:
        result = patiently(
            lambda: session.invoke(class_name, method, arguments, selectors, namespace=namespace, timeout=timeout)
        )
    except WsmanFault as fault:
        if not _is_refusal(fault):
            raise
        raise MethodFailed(method, fault.hresult or 0, fault.message) from fault
    if result.return_value:
        raise MethodFailed(method, result.return_value & 0xFFFFFFFF)


def _is_refusal(fault: WsmanFault) -> bool:
    """Whether the provider itself said no; a fault of WinRM (rights, quota, timeout) is another story."""
    code = fault.hresult
    return code is not None and code > 0xFFFF and code >> 16 != 0x8033 and not fault.access_denied
