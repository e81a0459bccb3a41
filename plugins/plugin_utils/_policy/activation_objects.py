# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The activation objects of the forest, as module adba_info has read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils._dn import is_same, parts_of
from .._licensing.model import Product

#: The first build that Active Directory activates: Windows 8 and Windows Server 2012 (Microsoft Learn, "Active
#: Directory-based activation overview").
FIRST_BUILD = 9200


@dataclass(frozen=True)
class ActivationObject:
    """One object. ``others`` are those that may write it and are not administrators; None where that was not shown."""

    dn: str
    name: str
    partial_product_key: str | None = None
    csvlk_pid: str | None = None
    sku_id: str | None = None
    product: str | None = None
    others: tuple[str, ...] | None = None

    @property
    def is_for_office(self) -> bool:
        """Whether it is known to activate Office only. Each release of Office has a key, and an object, of its own."""
        return (self.product or "").startswith("Office")

    def has_key(self, partial_product_key: str | None, pid: str | None = None) -> bool:
        """Whether it was made with this KMS host key. The last five characters tell keys apart."""
        if self.partial_product_key and partial_product_key:
            return self.partial_product_key.upper() == partial_product_key.upper()
        return bool(self.csvlk_pid) and self.csvlk_pid == pid


@dataclass(frozen=True)
class ActivationObjects:
    """All of a forest. ``others`` are those that may add or delete objects and are not administrators."""

    forest: str
    objects: tuple[ActivationObject, ...] = ()
    others: tuple[str, ...] | None = None

    @classmethod
    def parse(cls, result: Mapping[str, Any]) -> ActivationObjects:
        """From what adba_info returns. Raises ValueError for anything else."""
        found = result.get("objects")
        if not isinstance(found, (list, tuple)) or "present" not in result or result.get("failed"):
            raise ValueError(
                "activation_objects is not a result of adba_info: pass the registered variable of that task"
            )
        objects = tuple(_object(one) for one in found)
        return cls(str(result.get("forest") or ""), objects, _writers(result.get("container_writable_by")))

    def __iter__(self) -> Iterator[ActivationObject]:
        return iter(self.objects)

    @property
    def for_windows(self) -> tuple[ActivationObject, ...]:
        """Those that may activate Windows. What a host key of Windows is for is not known, so all but Office's."""
        return tuple(one for one in self.objects if not one.is_for_office)

    def of_product(self, product: Product) -> ActivationObject | None:
        """The object that was made with the key of a product."""
        matching = (one for one in self.objects if one.has_key(product.partial_product_key, product.product_key_id))
        return next(matching, None)

    def lacks(self, dn: str) -> bool:
        """Whether an object of this forest is not there. Those of other forests were not read."""
        parts = parts_of(dn) or ()
        forest = ".".join(value for kind, value in parts if kind == "dc")
        return forest == self.forest.lower() and not any(is_same(one.dn, dn) for one in self.objects)

    def twins(self) -> Iterator[tuple[ActivationObject, ...]]:
        """Objects that were made with one key."""
        rest = list(self.objects)
        while rest:
            first = rest.pop(0)
            same = [one for one in rest if one.has_key(first.partial_product_key, first.csvlk_pid)]
            rest = [one for one in rest if one not in same]
            if same:
                yield (first, *same)


def names_of(objects: Iterable[ActivationObject]) -> str:
    """Their names in a sentence."""
    return ", ".join(one.name for one in objects)


def _object(result: Mapping[str, Any]) -> ActivationObject:
    if not isinstance(result, Mapping) or not result.get("dn"):
        raise ValueError("activation_objects holds an object without a distinguished name")
    texts = {name: str(result[name]) for name in _TEXTS if result.get(name)}
    dn = str(result["dn"])
    return ActivationObject(dn, str(result.get("name") or dn), others=_writers(result.get("writable_by")), **texts)


_TEXTS = ("partial_product_key", "csvlk_pid", "sku_id", "product")


def _writers(found: Any) -> tuple[str, ...] | None:
    return None if found is None else tuple(str(one["trustee"]) for one in found)
