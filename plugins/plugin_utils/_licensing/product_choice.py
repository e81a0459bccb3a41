# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which product of a machine is meant: by the word windows or office, by activation ID, or by name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from . import classify
from .model import Product, Snapshot

_ACTIVATION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NEARLY_ID = re.compile(r"[{}0-9a-f-]*[0-9-][{}0-9a-f-]*")

WINDOWS = "windows"
OFFICE = "office"


class ProductUnknown(ValueError):
    """No product, or more than one, is meant. ``advice`` lists the choice, ``several`` tells which of the two it is."""

    def __init__(self, message: str, products: Sequence[Product], several: bool = False) -> None:
        self.message = message
        self.several = several
        listed = "; ".join(f"{product.activation_id} ({product.name})" for product in products) or "none"
        self.advice = f"Products with a key are: {listed}."
        super().__init__(f"{message} {self.advice}")


def choose(snapshot: Snapshot, wanted: str) -> Product | None:
    """The keyed product that is meant; None when ``windows`` or ``office`` is meant and carries no key.

    Raises ProductUnknown, and classify.AmbiguousProduct where Windows is meant and several of its licenses carry a key.
    """
    products = snapshot.products
    word = wanted.strip().lower()
    if word == WINDOWS:
        return classify.primary_product(products, snapshot.os)
    if word == OFFICE:
        return _office(products)
    for product in products:
        names = (product.activation_id, product.license_family, product.name)
        # What has no family is not meant by a text that came out empty.
        if word in {name.lower() for name in names if name}:
            return product
    raise ProductUnknown(f"No product with the activation ID or name {wanted} carries a key on this machine.", products)


def means_windows(wanted: str) -> bool:
    return wanted.strip().lower() == WINDOWS


def means_office(wanted: str) -> bool:
    return wanted.strip().lower() == OFFICE


def is_activation_id(wanted: str) -> bool:
    return _ACTIVATION_ID.fullmatch(wanted.strip().lower()) is not None


def is_misspelt(wanted: str) -> bool:
    """Whether a text is nearly an activation ID or one of the two words, and neither, or nothing at all."""
    word = wanted.strip().lower()
    if is_activation_id(word) or word in (WINDOWS, OFFICE):
        return False
    return (
        not word
        or _NEARLY_ID.fullmatch(word) is not None
        or bool(difflib.get_close_matches(word, (WINDOWS, OFFICE), 1, 0.75))
    )


def _office(products: Sequence[Product]) -> Product | None:
    found = [product for product in products if product.is_office]
    if len(found) > 1:
        raise ProductUnknown(
            "Several Office products carry a key on this machine; name one of them.", found, several=True
        )
    return found[0] if found else None
