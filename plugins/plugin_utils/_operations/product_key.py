# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install a product key: read, decide, install, refresh, read again, judge.

Installing replaces the key of the same application at once; the KMS host role of a machine lasts
until its licensing service restarts (Microsoft, "KMS activation and 0xC004C008"), so the report
says whether a restart is due.
"""

from __future__ import annotations

from dataclasses import dataclass

from .._licensing import office
from .._licensing.classify import is_addon
from .._licensing.model import Product
from .._licensing.product_key import ProductKey
from .._licensing.terms import KeyType, Role
from .._policy.key_choice import KeyPlan, KeyRefusal, KeyRequest, elsewhere, plan_key
from .._spp import writer
from .._spp.errors import MethodFailed
from .._spp.steps import Session, Work, take
from .audit import Audit, audit_steps
from .changing import Fate, Look, attempt, look, refusal, settle
from .errors import ChangeFailed, Refused, Result
from .key_removal import remove_key


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
    return take(session, product_key_steps(request, check))


def product_key_steps(request: KeyRequest, check: bool = False) -> Work[KeyReport]:
    """The steps of ``set_product_key``."""
    before = yield from audit_steps(office=not request.wants_windows)
    plan = plan_key(before.snapshot, request)
    if isinstance(plan, KeyRefusal):
        raise Refused(plan.reason, plan.advice, before)
    if plan.installed:
        _refuse_host_key(plan.target, request, before)
        return KeyReport(Result.VERIFIED, False, plan, before, before, _pending(before))
    if check:
        return KeyReport(Result.PLANNED, True, plan, before, before, _needs_restart(plan.target))
    warnings = yield from install_key(plan.key, plan.target, before)
    after = yield from _read_back(plan, before)
    if _is_unwanted_host_key(after, plan, request):
        yield from _take_off(plan, before, after)
    return _judge(request, plan, before, after, warnings)


def install_key(key: ProductKey, target: Product | None, before: Audit) -> Work[tuple[str, ...]]:
    """Install a key and let the service read its licenses again; what is worth a warning. Raises ChangeFailed."""
    service = before.snapshot.service_of(target)
    sent = yield from attempt(writer.install_product_key(service, key))
    if sent.fate is Fate.REFUSED:
        refused = refusal(sent)
        raise _install_refused(key, before, refused) from refused
    if sent.fate is Fate.LOST:
        office = before.snapshot.office is not None
        seen = yield from settle(lambda: audit_steps(office=office), lambda state: _carrier(state, key) is not None)
        if seen.state is None or _carrier(seen.state, key) is None:
            raise _install_lost(key, before, seen) from sent.failure
    # slmgr.vbs ignores a failing refresh as well: the key is in place, only the display may lag.
    refreshed = yield from attempt(writer.refresh_license_status(service))
    if refreshed.failure is not None:
        return (f"The key was installed, but the license status could not be refreshed: {refreshed.failure}",)
    return ()


def _install_refused(key: ProductKey, before: Audit, failure: MethodFailed) -> ChangeFailed:
    return ChangeFailed(
        f"Windows refused the product key ending in {key.partial} with {failure.explanation.code_text}: "
        f"{failure.explanation.meaning} The machine still carries {_key_text(before.primary)}.",
        failure.explanation.admin_action,
        changed=False,
        before=before,
        hresult=failure.hresult,
    )


def _install_lost(key: ProductKey, before: Audit, seen: Look[Audit]) -> ChangeFailed:
    """The answer was lost on the way, and the machine was looked at instead of being asked twice."""
    if seen.state is None:
        return ChangeFailed(
            f"The connection broke while the key ending in {key.partial} was being installed, and the machine "
            f"cannot be read any more ({seen.failure}). It is not known whether the key is in place.",
            "Run license_info on the host; then run this task again, which is safe.",
            changed=None,
            before=before,
        )
    return ChangeFailed(
        f"The connection broke while the key ending in {key.partial} was being installed; the machine was read for a "
        f"minute afterwards and still carries {_key_text(seen.state.primary)}, so nothing was changed.",
        "Run the task again.",
        changed=False,
        before=before,
        after=seen.state,
    )


def _read_back(plan: KeyPlan, before: Audit) -> Work[Audit]:
    seen = yield from look(audit_steps(office=before.snapshot.office is not None))
    if seen.state is not None:
        return seen.state
    raise ChangeFailed(
        f"Windows accepted the key ending in {plan.key.partial}, but the machine could not be read afterwards: "
        f"{seen.failure}",
        "Run license_info on the host; then run this task again, which is safe.",
        changed=True,
        before=before,
    ) from seen.failure


def _judge(request: KeyRequest, plan: KeyPlan, before: Audit, after: Audit, warnings: tuple[str, ...]) -> KeyReport:
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
        return KeyReport(Result.ACCEPTED, True, plan, before, after, _needs_restart(plan.target), warnings)
    if elsewhere(carrier, plan.target, request):
        raise ChangeFailed(
            f"The key ending in {plan.key.partial} belongs to {carrier.name} ({carrier.activation_id}), which carries "
            "it now, and not to the product that was named.",
            f"Remove it with product_key state=absent product={carrier.activation_id} if it is not wanted there.",
            changed=True,
            before=before,
            after=after,
        )
    if plan.expected is not None and carrier.key_type not in (plan.expected, KeyType.UNKNOWN):
        raise ChangeFailed(
            f"The key ending in {plan.key.partial} is in place, but Windows calls it {carrier.channel} and not "
            f"{plan.expected.value}.",
            "Check license_info of the host before continuing.",
            changed=True,
            before=before,
            after=after,
        )
    return KeyReport(Result.VERIFIED, True, plan, before, after, _needs_restart(carrier), warnings)


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


def _take_off(refused: KeyPlan, before: Audit, installed: Audit) -> Work[None]:
    """A KMS host key was given to a machine that must not carry one. Always raises.

    It is taken off the product it has landed on, and no other product is touched.
    """
    why = f"The key ending in {refused.key.partial} turned out to be a KMS host key, and allow_kms_host_key is not set."
    carrier = _carrier(installed, refused.key)
    instead = _instead(carrier, before, installed)
    if isinstance(instead, KeyRefusal):
        raise ChangeFailed(
            f"{why} No GVLK could be put back: {instead.reason} The host key is still installed.",
            "Install the key the machine had before, and do not activate it meanwhile: activating would make it "
            "a KMS host and use up one of the key's activations.",
            changed=True,
            before=before,
            after=installed,
        )
    undo = remove_key(carrier, installed) if instead is None and carrier else None
    undone = yield from look(undo or install_key(instead or refused.key, carrier, installed))
    seen = yield from look(audit_steps(office=installed.snapshot.office is not None))
    still = seen.state is None or any(one.partial_product_key == refused.key.partial for one in _host_keys(seen.state))
    if undone.failure is not None or still:
        raise ChangeFailed(
            f"{why} Taking it off again failed, and the host key is probably still installed: "
            f"{undone.failure or seen.failure or 'it is still shown'}",
            "Run license_info on the host at once, and follow its advice.",
            changed=True,
            before=before,
            after=seen.state or installed,
        )
    raise ChangeFailed(
        f"{why} It was taken off {carrier.name if carrier else 'the machine'} again. {_now(before, seen.state)} The "
        "host key was not activated.",
        "Use a MAK, a retail key or key=gvlk; or set allow_kms_host_key=true if the machine is meant to be a KMS host.",
        changed=True,
        before=before,
        after=seen.state,
    )


def _instead(carrier: Product | None, before: Audit, installed: Audit) -> ProductKey | KeyRefusal | None:
    """The key to put in the place of the host key; None to leave the product without one, as it was."""
    main = installed.primary
    if carrier is not None and (main is None or main.activation_id != carrier.activation_id):
        had = before.snapshot.keyed(carrier.activation_id)
        if had is None or not had.is_office:
            return None
        try:
            return office.gvlk_of(carrier).key
        except office.OfficeRefused:
            return None
    choice = plan_key(installed.snapshot, KeyRequest())
    return choice if isinstance(choice, KeyRefusal) else choice.key


def _host_keys(state: Audit) -> list[Product]:
    return [product for product in state.snapshot.products if product.key_type is KeyType.CSVLK]


def _now(before: Audit, after: Audit | None) -> str:
    had, has = _key_text(before.primary), _key_text(after.primary if after else None)
    if had == has:
        return f"The machine carries {has} as before."
    return f"The machine now carries {has}; it had {had} before."


def _needs_restart(product: Product | None) -> bool:
    """Microsoft asks for a restart after every change of a Windows key; OSPP.VBS does without for Office.

    An add-on changes no role either, and a restart costs a KMS host its client count.
    """
    return product is None or (product.is_windows and not is_addon(product)) or product.key_type is KeyType.CSVLK


def _pending(state: Audit) -> bool:
    return state.role.role is Role.KMS_HOST_PENDING


def _key_text(product: Product | None) -> str:
    if product is None:
        return "no Windows product key"
    return f"the {product.key_type.value} key ending in {product.partial_product_key} ({product.channel})"
