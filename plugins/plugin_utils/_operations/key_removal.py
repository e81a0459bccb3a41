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
from .._licensing.product_choice import ProductUnknown, choose, is_misspelt
from .._policy.key_choice import runs_without_key
from .._spp import writer
from .._spp.errors import MethodFailed
from .._spp.steps import Session, Work, take
from .audit import Audit, audit_steps
from .changing import Fate, Look, attempt, look, refusal, settle
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
    return take(session, removal_steps(wanted, check))


def removal_steps(wanted: str, check: bool = False) -> Work[RemovalReport]:
    """The steps of ``remove_product_key``."""
    before = yield from audit_steps(office=True)
    product = _chosen(before, wanted)
    if product is None:
        return RemovalReport(Result.VERIFIED, False, None, before, before)
    is_primary = before.primary is not None and product.activation_id == before.primary.activation_id
    if is_primary and not runs_without_key(before.snapshot):
        raise Refused(
            f"{product.name} is the Windows license of the machine; without a key it is unlicensed.",
            "Install another key instead, which replaces this one: key=gvlk makes the machine a KMS client.",
            before,
        )
    if check:
        return RemovalReport(Result.PLANNED, True, product, before, before)
    warnings = yield from remove_key(product, before)
    seen = yield from look(audit_steps(office=True))
    if seen.state is None:
        raise ChangeFailed(
            f"Windows accepted the removal of the key of {product.name}, but the machine could not be read "
            f"afterwards: {seen.failure}",
            "Run this task again, which is safe.",
            changed=True,
            before=before,
        ) from seen.failure
    gone = not _carries_key(seen.state, product)
    return RemovalReport(Result.VERIFIED if gone else Result.ACCEPTED, True, product, before, seen.state, warnings)


def _chosen(before: Audit, wanted: str) -> Product | None:
    """The product that is meant; None when it carries no key. Several that may be meant are for the user to choose.

    What cannot be the name of a product is misspelt, and finding nothing then is an error.
    """
    try:
        return choose(before.snapshot, wanted)
    except ProductUnknown as unknown:
        if unknown.several or is_misspelt(wanted):
            raise Refused(unknown.message, unknown.advice, before) from unknown
        return None


def remove_key(product: Product, before: Audit) -> Work[tuple[str, ...]]:
    """Uninstall the key of one product; what is worth a warning. Raises ChangeFailed."""
    sent = yield from attempt(writer.uninstall_product_key(product))
    if sent.fate is Fate.REFUSED:
        raise _refused(product, before, refusal(sent))
    if sent.fate is Fate.LOST:
        seen = yield from settle(lambda: audit_steps(office=True), lambda state: not _carries_key(state, product))
        if seen.state is None or _carries_key(seen.state, product):
            raise _lost(product, before, seen) from sent.failure
    refreshed = yield from attempt(writer.refresh_license_status(before.snapshot.service_of(product)))
    if refreshed.failure is not None:
        return (f"The key was removed, but the license status could not be refreshed: {refreshed.failure}",)
    return ()


def _carries_key(state: Audit, product: Product) -> bool:
    return state.snapshot.keyed(product.activation_id) is not None


def _refused(product: Product, before: Audit, failure: MethodFailed) -> ChangeFailed:
    return ChangeFailed(
        f"The key of {product.name} could not be removed: {failure}",
        failure.explanation.admin_action,
        changed=False,
        before=before,
        hresult=failure.hresult,
    )


def _lost(product: Product, before: Audit, seen: Look[Audit]) -> ChangeFailed:
    if seen.state is None:
        return ChangeFailed(
            f"The connection broke while the key of {product.name} was being removed, and the machine cannot be read "
            f"any more ({seen.failure}), so its state is not known.",
            "Run this task again, which is safe.",
            changed=None,
            before=before,
        )
    return ChangeFailed(
        f"The connection broke while the key of {product.name} was being removed; the machine was read for a minute "
        "afterwards and still carries it.",
        "Run this task again.",
        changed=False,
        before=before,
        after=seen.state,
    )
