# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove the key of a product: an add-on, an Office product, an Office host key; never the Windows license itself.

Microsoft says to overwrite a Windows key rather than to uninstall it: a restart between the two leaves the machine
unlicensed (Microsoft Learn, Rebuild the Tokens.dat file; slmgr.vbs options).
"""

from __future__ import annotations

from dataclasses import dataclass

from .._licensing.model import Product
from .._licensing.product_choice import ProductUnknown, choose
from .._spp import writer
from .._spp.errors import MethodFailed
from .._winrm.errors import OutcomeUnknown, WinrmError
from .._winrm.session import Session
from .._wsman import WsmanError
from .audit import Audit, audit
from .errors import ChangeFailed, Refused, Result


@dataclass(frozen=True)
class RemovalReport:
    """``product`` is the product as it was; None when it carried no key in the first place."""

    result: Result
    changed: bool
    product: Product | None
    before: Audit
    after: Audit
    warnings: tuple[str, ...] = ()


def remove_product_key(session: Session, wanted: str, check: bool = False) -> RemovalReport:
    """Make the product carry no key. Raises Refused and ChangeFailed."""
    before = audit(session, office=True)
    try:
        product = choose(before.snapshot.products, wanted)
    except ProductUnknown:
        product = None
    if product is None:
        return RemovalReport(Result.VERIFIED, False, None, before, before)
    if before.primary is not None and product.activation_id == before.primary.activation_id:
        raise Refused(
            f"{product.name} is the Windows license of the machine; without a key it is unlicensed.",
            "Install another key instead, which replaces this one: key=gvlk makes the machine a KMS client.",
            before,
        )
    if check:
        return RemovalReport(Result.PLANNED, True, product, before, before)
    warnings = _remove(session, product, before)
    after = audit(session, office=True)
    gone = all(one.activation_id != product.activation_id for one in after.snapshot.products)
    return RemovalReport(Result.VERIFIED if gone else Result.ACCEPTED, True, product, before, after, warnings)


def _remove(session: Session, product: Product, before: Audit) -> tuple[str, ...]:
    try:
        writer.uninstall_product_key(session, product)
    except MethodFailed as failure:
        raise ChangeFailed(
            f"The key of {product.name} could not be removed: {failure}",
            failure.explanation.admin_action,
            changed=False,
            before=before,
            hresult=failure.hresult,
        ) from failure
    except OutcomeUnknown as lost:
        raise ChangeFailed(
            f"The connection broke while the key of {product.name} was being removed, so its state is not known.",
            "Run this task again, which is safe.",
            changed=None,
            before=before,
        ) from lost
    try:
        writer.refresh_license_status(session, before.snapshot.service_of(product))
    except (MethodFailed, WsmanError, WinrmError) as failure:
        return (f"The key was removed, but the license status could not be refreshed: {failure}",)
    return ()
