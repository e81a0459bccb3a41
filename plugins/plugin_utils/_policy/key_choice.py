# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which key a machine should get: decided before anything is sent, without guessing.

Pure. A decision is either a plan or a refusal with its reason; nothing here talks to a machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._licensing import classify, gvlk, office
from .._licensing.catalogue import Choice, Gvlk
from .._licensing.model import OperatingSystem, Product, Snapshot
from .._licensing.product_choice import (
    WINDOWS,
    ProductUnknown,
    choose,
    is_activation_id,
    means_office,
    means_windows,
)
from .._licensing.product_key import ProductKey
from .._licensing.selection import Refusal
from .._licensing.terms import KeyType


@dataclass(frozen=True)
class KeyRequest:
    """What the administrator asked for.

    ``key`` None means the GVLK of the machine's own edition; ``edition`` then names that edition where it is
    not chosen unattended. ``product`` is ``windows``, ``office``, or the activation ID or name of a product.
    ``allow_kms_host_key`` says that this machine may carry a KMS host key.
    """

    key: ProductKey | None = None
    edition: str | None = None
    product: str = WINDOWS
    allow_kms_host_key: bool = False

    @property
    def wants_windows(self) -> bool:
        return means_windows(self.product)


@dataclass(frozen=True)
class KeyPlan:
    """The key to install and the product it is for.

    ``target`` is the product that carries a key now, if any. ``installed`` says that the wanted key is
    there already. ``expected`` is the key type to find afterwards, where it can be known beforehand.
    ``product_name`` is what the key belongs to, for messages.
    """

    key: ProductKey
    target: Product | None
    installed: bool
    expected: KeyType | None
    product_name: str | None


@dataclass(frozen=True)
class KeyRefusal:
    """Why nothing will be done, and what the administrator can do instead.

    ``why`` is the kind of refusal where it comes from the edition. ``leave_alone``: the machine's licensing is right as
    it is, although it is not KMS.
    """

    reason: str
    advice: str
    why: Refusal | None = None
    leave_alone: bool = False


# Machines whose licensing is right although it is not KMS; turning them into KMS clients would break it.
_LEAVE_ALONE = {
    KeyType.AVMA: (
        "This machine is activated by its Hyper-V host (automatic virtual machine activation), which is correct as "
        "it is.",
        "If it has left that host and is to become a KMS client, pass the GVLK of its edition as the key.",
    ),
    KeyType.SUBSCRIPTION: (
        "This machine gets its edition from a subscription; a GVLK would change the basis of its license.",
        "If it is to become a KMS client all the same, pass the GVLK of its edition as the key.",
    ),
}

# What an edition is that has no GVLK because it is licensed in another way.
_LICENSED_OTHERWISE = (Refusal.MULTI_SESSION, Refusal.SUBSCRIPTION, Refusal.EVALUATION, Refusal.HOME, Refusal.NO_GVLK)


def runs_without_key(snapshot: Snapshot) -> bool:
    """Whether its Windows license may be left without a key: Server 2003, where such a key makes a KMS host."""
    choice = plan_key(snapshot, KeyRequest())
    return isinstance(choice, KeyRefusal) and choice.why is Refusal.BEFORE_VISTA


def plan_key(snapshot: Snapshot, request: KeyRequest) -> KeyPlan | KeyRefusal:
    """Decide which key goes where.

    Raises classify.AmbiguousProduct when ``windows`` is meant and several Windows licenses carry a key.
    """
    try:
        target = choose(snapshot, request.product)
    except ProductUnknown as unknown:
        if request.key is not None and is_activation_id(request.product):
            # A product without a key is not among those that were read, and a first key is what it may need.
            return _plan_first_key(snapshot, request.key, request)
        return KeyRefusal(unknown.message, unknown.advice)
    if request.key is None:
        return _plan_gvlk(snapshot, target, request)
    return _plan_given_key(snapshot, target, request.key, request)


def elsewhere(carrier: Product, target: Product | None, request: KeyRequest) -> bool:
    """Whether a key is on another product than the one that was named. ``target`` is that, if it carried a key before.

    The default, ``windows``, names none in particular: keys of add-ons and of Office come by it too.
    """
    if means_office(request.product):
        return not carrier.is_office
    if not is_activation_id(request.product) or _is_its_id(carrier, request):
        return False
    return target is None or not _takes_the_place(carrier, target)


def _takes_the_place(carrier: Product, target: Product) -> bool:
    """Whether a key on ``carrier`` is in the place of the one on ``target``: the same product by another channel."""
    if target.is_office:
        suite = office.suite_of(target)
        return carrier.is_office and suite is not None and office.suite_of(carrier) == suite
    return _is_windows_itself(carrier) and _is_windows_itself(target)


def _is_windows_itself(product: Product) -> bool:
    return product.is_windows and not classify.is_addon(product)


def _means_windows(target: Product | None, request: KeyRequest) -> bool:
    """By that word, or by the license of Windows itself, which is the way out where several carry a key."""
    return request.wants_windows or (target is not None and _is_windows_itself(target))


def _plan_gvlk(snapshot: Snapshot, target: Product | None, request: KeyRequest) -> KeyPlan | KeyRefusal:
    if not _means_windows(target, request):
        return _plan_other_gvlk(target)
    if target is not None and target.key_type in _LEAVE_ALONE:
        return KeyRefusal(*_LEAVE_ALONE[target.key_type], leave_alone=True)
    carried = _its_gvlk(target, snapshot.os) if target is not None and request.edition is None else None
    if carried is not None:
        # Also with a subscription on top, which shows another SKU than the license below it.
        return KeyPlan(carried.key, target, True, KeyType.GVLK, carried.label)
    edition = request.edition
    selection = gvlk.select_by_edition(edition, snapshot.os) if edition else gvlk.select(snapshot.os)
    row = selection.row
    if row is None:
        return KeyRefusal(
            selection.sentence,
            selection.advice,
            why=selection.reason,
            leave_alone=selection.reason in _LICENSED_OTHERWISE,
        )
    if not row.is_windows:
        return KeyRefusal(f"{row.label} is not an edition of Windows.", "Name the edition this machine runs.")
    return _gvlk_plan(row, target)


def _its_gvlk(target: Product, os: OperatingSystem) -> Gvlk | None:
    """The published key of its own edition on this build, if a license carries that already."""
    if target.key_type is not KeyType.GVLK or not target.partial_product_key:
        return None
    fitting = (
        row
        for row in gvlk.by_partial(target.partial_product_key)
        if row.covers_build(os.build) and row.fits_type(os.product_type) and _is_its_row(row, target)
    )
    return next(fitting, None)


def _is_its_row(row: Gvlk, target: Product) -> bool:
    return row.is_windows and row.choice is Choice.YES and row.is_edition(target.license_family)


def _plan_other_gvlk(target: Product | None) -> KeyPlan | KeyRefusal:
    if target is None:
        return KeyRefusal(
            "No Office product carries a key on this machine, so its GVLK cannot be chosen.",
            "Start Office once, which applies its key, or pass the key itself.",
        )
    if not target.is_office:
        return KeyRefusal(
            f"{target.name} is neither the Windows license nor Office, and has no GVLK.", "Pass the key of the product."
        )
    try:
        return _gvlk_plan(office.gvlk_of(target), target)
    except office.OfficeRefused as refused:
        return KeyRefusal(str(refused), "Nothing was changed.")


def _gvlk_plan(row: Gvlk, target: Product | None) -> KeyPlan:
    return KeyPlan(row.key, target, _carries(target, row.key, KeyType.GVLK), KeyType.GVLK, row.label)


def _plan_given_key(
    snapshot: Snapshot, target: Product | None, key: ProductKey, request: KeyRequest
) -> KeyPlan | KeyRefusal:
    rows = gvlk.by_key(key)
    if not rows:
        return _plan_unknown_kind(snapshot, target, key, request)
    fitting = [row for row in rows if row.fits(snapshot.os)]
    refusal = _misplaced(key, rows, bool(fitting), target, request, snapshot.os)
    if refusal is not None:
        return refusal
    name = fitting[0].label if fitting else _labels(rows)
    return KeyPlan(key, target, _carries(target, key, KeyType.GVLK), KeyType.GVLK, name)


def _misplaced(
    key: ProductKey,
    rows: Sequence[Gvlk],
    fits: bool,
    target: Product | None,
    request: KeyRequest,
    os: OperatingSystem,
) -> KeyRefusal | None:
    """Why a published key does not belong on the product that is meant: Windows puts it where it belongs, unasked."""
    what = f"The key ending in {key.partial} is the GVLK of {_labels(rows)}"
    named = target.name if target is not None else request.product
    if not any(row.is_windows for row in rows):
        if _means_windows(target, request):
            return KeyRefusal(
                f"{what}, and not of Windows.", "Name the product it is for: office, or its activation ID."
            )
        if target is not None and _is_its_id(target, request) and not _may_be_for(target, rows):
            return KeyRefusal(f"{what}, and not of {named}.", "Name the product it is for by its activation ID.")
        return None
    if not _means_windows(target, request):
        return KeyRefusal(f"{what}, and not of {named}.", "Say product=windows if that is what you mean.")
    if fits:
        return None
    return KeyRefusal(
        f"{what}, and this machine runs {os.caption or 'another edition'} (build {os.build}, SKU {os.sku}). A key of "
        "another edition is refused by Windows or, worse, changes the edition.",
        "Use key=gvlk to let the module choose the GVLK of the machine's own edition.",
    )


def _may_be_for(target: Product, rows: Sequence[Gvlk]) -> bool:
    """Whether a key of Office may be for a product, of which no key may be known."""
    try:
        return office.gvlk_of(target) in rows
    except office.OfficeRefused:
        return target.is_office


def _labels(rows: Sequence[Gvlk]) -> str:
    return ", ".join(sorted({row.label for row in rows}))


def _plan_unknown_kind(
    snapshot: Snapshot, target: Product | None, key: ProductKey, request: KeyRequest
) -> KeyPlan | KeyRefusal:
    """A key that is not published may be of any kind, and of any product: Windows decides where it goes.

    So it is in place already if any product carries it, unless another one was named.
    """
    carrier = _carrier(snapshot, key)
    if carrier is not None and elsewhere(carrier, target, request):
        return KeyRefusal(
            f"The key ending in {key.partial} is the key of {carrier.name} ({carrier.activation_id}), which carries it "
            "already, and not of the product that was named.",
            "Name that product, or pass the key of the one you mean.",
        )
    return KeyPlan(key, carrier or target, carrier is not None, None, None)


def _plan_first_key(snapshot: Snapshot, key: ProductKey, request: KeyRequest) -> KeyPlan | KeyRefusal:
    """A key for a product, named by its activation ID, that carries none yet."""
    rows = gvlk.by_key(key)
    if not rows:
        return _plan_unknown_kind(snapshot, None, key, request)
    # Which license the GVLK of Windows goes to is not for anybody to choose.
    refusal = _misplaced(key, rows, False, None, request, snapshot.os)
    return refusal or KeyPlan(key, None, False, KeyType.GVLK, rows[0].label)


def _is_its_id(target: Product, request: KeyRequest) -> bool:
    return request.product.strip().lower() == target.activation_id.lower()


def _carrier(snapshot: Snapshot, key: ProductKey) -> Product | None:
    return next((product for product in snapshot.products if _carries(product, key, None)), None)


def _carries(target: Product | None, key: ProductKey, key_type: KeyType | None) -> bool:
    """Windows shows five characters only, so the kind of key has to agree too where it is known."""
    if target is None or target.partial_product_key != key.partial:
        return False
    return key_type is None or target.key_type in (key_type, KeyType.UNKNOWN)
