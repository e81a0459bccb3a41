# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which key a machine should get: decided before anything is sent, without guessing.

Pure. A decision is either a plan or a refusal with its reason; nothing here talks to a machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import gvlk, office
from .catalogue import Gvlk
from .model import Product, Snapshot
from .product_choice import WINDOWS, ProductUnknown, choose, means_windows
from .product_key import ProductKey
from .terms import KeyType


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
    """Why nothing will be done, and what the administrator can do instead."""

    reason: str
    advice: str


# Machines whose licensing is right although it is no KMS; turning them into KMS clients would break it.
_LEAVE_ALONE = {
    KeyType.AVMA: (
        "This machine is activated by its Hyper-V host (automatic virtual machine activation), which is no "
        "mistake to repair.",
        "If it really has to become a KMS client, pass the GVLK of its edition as the key.",
    ),
    KeyType.SUBSCRIPTION: (
        "This machine gets its edition from a subscription; a GVLK would change the basis of its license.",
        "If it really has to become a KMS client, pass the GVLK of its edition as the key.",
    ),
    KeyType.EVALUATION: (
        "An evaluation edition takes no GVLK.",
        "Convert it first with DISM /online /Set-Edition:<edition> /ProductKey:<key> /AcceptEula and restart; "
        "ask DISM /online /Get-TargetEditions which editions are possible. A domain controller cannot be "
        "converted.",
    ),
}


def plan_key(snapshot: Snapshot, request: KeyRequest) -> KeyPlan | KeyRefusal:
    """Decide which key goes where.

    Raises classify.AmbiguousProduct when several Windows licenses carry a key.
    """
    try:
        target = choose(snapshot.products, request.product)
    except ProductUnknown as unknown:
        return KeyRefusal(unknown.message, unknown.advice)
    if request.key is None:
        return _plan_gvlk(snapshot, target, request)
    return _plan_given_key(snapshot, target, request.key, request)


def _plan_gvlk(snapshot: Snapshot, target: Product | None, request: KeyRequest) -> KeyPlan | KeyRefusal:
    if not request.wants_windows:
        return _plan_other_gvlk(target)
    if target is not None and target.key_type in _LEAVE_ALONE:
        return KeyRefusal(*_LEAVE_ALONE[target.key_type])
    edition = request.edition
    selection = gvlk.select_by_edition(edition, snapshot.os) if edition else gvlk.select(snapshot.os)
    row = selection.row
    if row is None:
        return KeyRefusal(selection.sentence, selection.advice)
    if not row.is_windows:
        return KeyRefusal(f"{row.label} is not an edition of Windows.", "Name the edition this machine runs.")
    return _gvlk_plan(row, target)


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
        return KeyPlan(key, target, _carries(target, key, None), None, None)
    names = ", ".join(sorted({row.label for row in rows}))
    if request.wants_windows:
        fitting = [row for row in rows if row.fits(snapshot.os)]
        if not fitting:
            return KeyRefusal(
                f"The key ending in {key.partial} is the GVLK of {names}, and this machine runs "
                f"{snapshot.os.caption or 'another edition'} (build {snapshot.os.build}, SKU {snapshot.os.sku}). "
                "A key of another edition is refused by Windows or, worse, changes the edition.",
                "Use key=gvlk to let the module choose the GVLK of the machine's own edition.",
            )
        names = fitting[0].label
    return KeyPlan(key, target, _carries(target, key, KeyType.GVLK), KeyType.GVLK, names)


def _carries(target: Product | None, key: ProductKey, key_type: KeyType | None) -> bool:
    """Windows shows five characters only, so the kind of key has to agree too where it is known."""
    if target is None or target.partial_product_key != key.partial:
        return False
    return key_type is None or target.key_type in (key_type, KeyType.UNKNOWN)
