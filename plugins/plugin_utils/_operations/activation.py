# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring a keyed product to Licensed: online, through a KMS host, or by confirmation ID.

Activating costs: a KMS host key is good for six computers with up to ten activations each, a MAK for
a counted number. So a licensed product is never activated again.
"""

from __future__ import annotations

from dataclasses import dataclass

from .._licensing.error_codes import explain
from .._licensing.model import Product
from .._licensing.product_choice import WINDOWS, ProductUnknown, choose, means_windows
from .._licensing.terms import LICENSED, KeyType
from .._spp import reader, writer
from .._spp.errors import MethodFailed
from .._spp.steps import Session, Work, take
from .audit import Audit, audit_again, audit_steps
from .changing import Fate, attempt, look, refusal, settle
from .errors import ChangeFailed, Refused, Result

_TOKEN_ONLY = 3


@dataclass(frozen=True)
class ActivationRequest:
    """``product`` is ``windows``, ``office``, or the activation ID or name of a product.

    ``confirmation_id`` switches to telephone activation.
    """

    product: str = WINDOWS
    confirmation_id: str | None = None
    allow_kms_host_key: bool = False


@dataclass(frozen=True)
class ActivationReport:
    """What an activation came to. ``product`` is the activated product as read last."""

    result: Result
    changed: bool
    method: str
    product: Product
    before: Audit
    after: Audit
    warnings: tuple[str, ...] = ()


def activate(session: Session, request: ActivationRequest, check: bool = False) -> ActivationReport:
    """Activate the product unless it is activated.

    Raises Refused (nothing was sent) and ChangeFailed (an activation was tried), both with advice.
    """
    return take(session, activation_steps(request, check))


def activation_steps(request: ActivationRequest, check: bool = False) -> Work[ActivationReport]:
    """The steps of ``activate``."""
    before = yield from audit_steps(office=not means_windows(request.product))
    product = _find(before, request.product)
    method = "confirmation_id" if request.confirmation_id else "online"
    if product.license_status_code == LICENSED:
        return ActivationReport(Result.VERIFIED, False, method, product, before, before)
    _refuse_unsuitable(product, request, before)
    if check:
        return ActivationReport(Result.PLANNED, True, method, product, before, before)
    change = yield from _change(product, request, before)
    after, warnings = yield from activate_product(change, product, before)
    return _judge(product, method, before, after, warnings)


def _change(product: Product, request: ActivationRequest, before: Audit) -> Work[Work[None]]:
    """What is to be sent. Reading the installation ID for it changes nothing."""
    if not request.confirmation_id:
        return writer.activate(product)
    installation_id = yield from reader.installation_id(product)
    if not installation_id:
        raise Refused(
            f"{product.name} gives no installation ID, so a confirmation ID cannot belong to it.",
            "Activate it online instead.",
            before,
        )
    return writer.deposit_confirmation_id(product, installation_id, request.confirmation_id)


def activate_product(change: Work[None], product: Product, before: Audit) -> Work[tuple[Audit, tuple[str, ...]]]:
    """Send an activation once; the machine as it is then, and what is worth a warning. Raises ChangeFailed."""
    warnings: tuple[str, ...] = ()
    sent = yield from attempt(change)
    if sent.fate is Fate.REFUSED:
        refused = refusal(sent)
        seen = yield from look(audit_again(before))
        raise _refused_by_windows(product, refused, before, seen.state)
    if sent.fate is Fate.LOST:
        # The machine may still be talking to its KMS host or to Microsoft; only its state can tell.
        warnings = (
            f"The answer to the activation was lost ({sent.failure}); the result is the machine's present state.",
        )
    refreshed = yield from attempt(writer.refresh_license_status(before.snapshot.service_of(product)))
    if refreshed.failure is not None:
        warnings += (f"The license status could not be refreshed: {refreshed.failure}",)
    patience = 60.0 if sent.fate is Fate.LOST else 0.0
    seen = yield from settle(lambda: audit_again(before), lambda state: _is_licensed(state, product), patience)
    if seen.state is None:
        raise ChangeFailed(
            f"The activation was sent, but the machine could not be read afterwards: {seen.failure}",
            "Run license_info on the host; activating again is not needed when it says licensed.",
            changed=None,
            before=before,
        ) from seen.failure
    return seen.state, warnings


def _is_licensed(state: Audit, product: Product) -> bool:
    now = state.snapshot.keyed(product.activation_id)
    return now is not None and now.license_status_code == LICENSED


def _judge(product: Product, method: str, before: Audit, after: Audit, warnings: tuple[str, ...]) -> ActivationReport:
    now = after.snapshot.keyed(product.activation_id)
    if now is not None and now.license_status_code == LICENSED:
        return ActivationReport(Result.VERIFIED, True, method, now, before, after, warnings)
    reason = now.license_status_reason if now else None
    explained = explain(reason) if reason else None
    status = now.license_status if now else "without a key"
    raise ChangeFailed(
        f"{product.name} is {status} after the activation"
        + (f" ({explained.code_text}: {explained.meaning})" if explained else "")
        + (f". {warnings[0]}" if warnings else ""),
        explained.admin_action if explained else "Run license_info on the host in a few minutes.",
        changed=None if warnings else False,
        before=before,
        after=after,
        hresult=reason,
    )


def _refused_by_windows(product: Product, failure: MethodFailed, before: Audit, after: Audit | None) -> ChangeFailed:
    """The refusal itself is the news; ``after``, the state that was read then, is a courtesy."""
    return ChangeFailed(
        f"{product.name} could not be activated with {_key_text(product)}: {failure.explanation.code_text}: "
        f"{failure.explanation.meaning}",
        failure.explanation.admin_action,
        changed=False,
        before=before,
        after=after,
        hresult=failure.hresult,
    )


def _find(state: Audit, wanted: str) -> Product:
    try:
        product = choose(state.snapshot, wanted)
    except ProductUnknown as unknown:
        raise Refused(unknown.message, unknown.advice, state) from unknown
    if product is None:
        raise Refused(
            f"No {wanted} license on this machine carries a product key, so there is nothing to activate.",
            "Install one first with product_key.",
            state,
        )
    return product


def _refuse_unsuitable(product: Product, request: ActivationRequest, state: Audit) -> None:
    if product.key_type is KeyType.CSVLK and not request.allow_kms_host_key:
        raise Refused(
            f"{product.name} carries the KMS host key ending in {product.partial_product_key}. Activating it would "
            "make this machine a KMS host, publish it in DNS and use up one of the key's activations.",
            "Use product_key with key=gvlk to make it a KMS client, or set allow_kms_host_key=true if it is meant "
            "to be a KMS host.",
            state,
        )
    if product.kms.activation_type == _TOKEN_ONLY:
        raise Refused(
            f"{product.name} is set to token-based activation, which needs a certificate on the machine itself.",
            "Activate it there with slmgr.vbs /fta, or set the activation type back to automatic.",
            state,
        )


def _key_text(product: Product) -> str:
    return f"the {product.key_type.value} key ending in {product.partial_product_key}"
