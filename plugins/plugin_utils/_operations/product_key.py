# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install a product key: read, decide, install, refresh, read again, judge.

Installing replaces the key of the same application at once; the KMS host role of a machine lasts
until its licensing service restarts (Microsoft, "KMS activation and 0xC004C008"), so the report
says whether a restart is due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .._licensing import classify
from .._licensing.model import LicensingService, Product
from .._licensing.product_key import ProductKey
from .._licensing.terms import KeyType, Role
from .._policy.key_choice import KeyPlan, KeyRefusal, KeyRequest, plan_key
from .._spp import writer
from .._spp.errors import MethodFailed
from .._winrm.errors import OutcomeUnknown, WinrmError
from .._winrm.session import Session
from .._wsman import WsmanError
from .audit import Audit, audit
from .errors import ChangeFailed, Refused, Result

Connect = Callable[[], Session]


@dataclass(frozen=True)
class KeyReport:
    """What a key change came to. ``plan`` is what was decided; ``after`` is ``before`` when nothing was sent."""

    result: Result
    changed: bool
    plan: KeyPlan
    before: Audit
    after: Audit
    restart_required: bool
    warnings: tuple[str, ...] = ()


def set_product_key(session: Session, request: KeyRequest, check: bool = False) -> KeyReport:
    """Make the machine carry the wanted key.

    Raises Refused (nothing was changed) and ChangeFailed (something was tried), both with advice.
    """
    office = not request.wants_windows
    before = audit(session, office=office)
    plan = plan_key(before.snapshot, request)
    if isinstance(plan, KeyRefusal):
        raise Refused(plan.reason, plan.advice, before)
    if plan.installed:
        _refuse_host_key(plan.target, request, before)
        return KeyReport(Result.VERIFIED, False, plan, before, before, _pending(before))
    if check:
        return KeyReport(Result.PLANNED, True, plan, before, before, _needs_restart(plan))
    warnings = _install(session, plan.key, before, before.snapshot.service_of(plan.target))
    after = _read_back(session, plan, before, office)
    if _is_unwanted_host_key(after, plan, request):
        _put_gvlk_back(session, plan, before, after)
    return _judge(plan, before, after, warnings)


def _install(session: Session, key: ProductKey, before: Audit, service: LicensingService) -> tuple[str, ...]:
    try:
        writer.install_product_key(session, service, key)
    except MethodFailed as failure:
        raise _install_refused(failure, key, before) from failure
    except OutcomeUnknown as lost:
        _settle_lost_install(session, key, before, lost)
    # slmgr.vbs ignores a failing refresh as well: the key is in place, only the display may lag.
    try:
        writer.refresh_license_status(session, service)
    except (MethodFailed, WsmanError, WinrmError) as failure:
        return (f"The key was installed, but the license status could not be refreshed: {failure}",)
    return ()


def _install_refused(failure: MethodFailed, key: ProductKey, before: Audit) -> ChangeFailed:
    return ChangeFailed(
        f"Windows refused the product key ending in {key.partial} with {failure.explanation.code_text}: "
        f"{failure.explanation.meaning} The machine still carries {_key_text(before.primary)}.",
        failure.explanation.admin_action,
        changed=False,
        before=before,
        hresult=failure.hresult,
    )


def _settle_lost_install(session: Session, key: ProductKey, before: Audit, lost: OutcomeUnknown) -> None:
    """The answer was lost on the way, so the machine is asked what it carries now instead of asking twice."""
    try:
        now = audit(session, office=before.snapshot.office is not None)
    except (WsmanError, WinrmError) as failure:
        raise ChangeFailed(
            f"The connection broke while the key ending in {key.partial} was being installed, and the machine "
            f"cannot be read any more ({failure}). It is not known whether the key is in place.",
            "Run license_info on the host; then run this task again, which is safe.",
            changed=None,
            before=before,
        ) from lost
    if any(product.partial_product_key == key.partial for product in now.snapshot.products):
        return
    raise ChangeFailed(
        f"The connection broke while the key ending in {key.partial} was being installed; the machine was read "
        f"afterwards and still carries {_key_text(now.primary)}, so nothing was changed.",
        "Run the task again.",
        changed=False,
        before=before,
        after=now,
    ) from lost


def _read_back(session: Session, plan: KeyPlan, before: Audit, office: bool) -> Audit:
    try:
        return audit(session, office=office)
    except (WsmanError, WinrmError, classify.AmbiguousProduct) as failure:
        raise ChangeFailed(
            f"Windows accepted the key ending in {plan.key.partial}, but the machine could not be read "
            f"afterwards: {failure}",
            "Run license_info on the host to see its state; running this task again is safe.",
            changed=True,
            before=before,
        ) from failure


def _judge(plan: KeyPlan, before: Audit, after: Audit, warnings: tuple[str, ...]) -> KeyReport:
    if after.snapshot.os.sku != before.snapshot.os.sku:
        raise ChangeFailed(
            f"The key ending in {plan.key.partial} changed the edition of Windows: SKU {before.snapshot.os.sku} "
            f"became {after.snapshot.os.sku} ({after.snapshot.os.caption}).",
            "Only reinstalling the key of the former edition, or Windows itself, undoes that.",
            changed=True,
            before=before,
            after=after,
        )
    carrier = _carrier(after, plan.key)
    if carrier is None:
        return KeyReport(Result.ACCEPTED, True, plan, before, after, _needs_restart(plan), warnings)
    if plan.expected is not None and carrier.key_type not in (plan.expected, KeyType.UNKNOWN):
        raise ChangeFailed(
            f"The key ending in {plan.key.partial} is in place, but Windows calls it {carrier.channel} and not "
            f"{plan.expected.value}.",
            "Look at license_info of the host before going on.",
            changed=True,
            before=before,
            after=after,
        )
    return KeyReport(Result.VERIFIED, True, plan, before, after, _needs_restart(plan), warnings)


def _carrier(state: Audit, key: ProductKey) -> Product | None:
    for product in state.snapshot.products:
        if product.partial_product_key == key.partial:
            return product
    return None


def _is_unwanted_host_key(after: Audit, plan: KeyPlan, request: KeyRequest) -> bool:
    carrier = _carrier(after, plan.key)
    return carrier is not None and carrier.key_type is KeyType.CSVLK and not request.allow_kms_host_key


def _refuse_host_key(target: Product | None, request: KeyRequest, before: Audit) -> None:
    if target is not None and target.key_type is KeyType.CSVLK and not request.allow_kms_host_key:
        raise Refused(
            f"The key ending in {target.partial_product_key} is a KMS host key ({target.channel}), this machine "
            "carries it already, and allow_kms_host_key is not set.",
            "Use key=gvlk to turn the machine into a KMS client, or set allow_kms_host_key=true if it is meant to "
            "be a KMS host.",
            before,
        )


def _put_gvlk_back(session: Session, refused: KeyPlan, before: Audit, installed: Audit) -> None:
    """A KMS host key was given to a machine that must not carry one. Always raises."""
    why = f"The key ending in {refused.key.partial} turned out to be a KMS host key, and allow_kms_host_key is not set."
    plan = plan_key(installed.snapshot, KeyRequest())
    if isinstance(plan, KeyRefusal):
        raise ChangeFailed(
            f"{why} No GVLK could be put back: {plan.reason} The host key is still installed.",
            "Install the key the machine had before, and do not activate it meanwhile: activating would make it "
            "a KMS host and use up one of the key's activations.",
            changed=True,
            before=before,
            after=installed,
        )
    try:
        _install(session, plan.key, installed, installed.snapshot.service)
        after = audit(session)
    except (ChangeFailed, WsmanError, WinrmError) as failure:
        raise ChangeFailed(
            f"{why} Putting the GVLK back failed, and the host key is probably still installed: {failure}",
            "Run product_key with key=gvlk on the host at once, then licensing_service state=restarted.",
            changed=True,
            before=before,
            after=installed,
        ) from failure
    raise ChangeFailed(
        f"{why} The machine now carries {_key_text(after.primary)}; it had {_key_text(before.primary)} before. "
        "The host key was not activated.",
        "Use a MAK, a retail key or key=gvlk; or set allow_kms_host_key=true if the machine is meant to be a KMS host.",
        changed=True,
        before=before,
        after=after,
    )


def _needs_restart(plan: KeyPlan) -> bool:
    """Microsoft asks for a restart after every change of a Windows key; OSPP.VBS does without for Office."""
    return plan.target is None or not plan.target.is_office


def _pending(state: Audit) -> bool:
    return state.role.role is Role.KMS_HOST_PENDING


def _key_text(product: Product | None) -> str:
    if product is None:
        return "no Windows product key"
    return f"the {product.key_type.value} key ending in {product.partial_product_key} ({product.channel})"
