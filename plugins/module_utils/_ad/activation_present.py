# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activation objects as result dictionaries. What others wrote into the directory is made harmless here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from .._host_skus import product_of
from .._text import printable
from .activation_objects import Activation, ActivationObject
from .activation_writers import Writer

Names = Mapping[str, str]
Result = dict[str, Any]


def trustees(found: Activation) -> set[str]:
    """Everybody whose name the result will need."""
    lists = [found.writers, *(one.writers for one in found.objects)]
    return {writer.trustee for writers in lists for writer in writers or ()}


def activation(found: Activation, names: Names) -> Result:
    """What module adba_info returns."""
    return {
        "domain_controller": found.controller,
        "forest": found.forest,
        "present": found.missing is None,
        "missing": found.missing,
        "reason": printable(found.reason) if found.reason else None,
        "schema_version": found.schema_version,
        "container": found.container,
        "container_writable_by": _writers(found.writers, names),
        "objects": [activation_object(one, names) for one in found.objects],
    }


def name_of(found: ActivationObject) -> str:
    return printable(found.name)


def activation_object(found: ActivationObject, names: Names) -> Result:
    """One object."""
    return {
        "dn": printable(found.dn),
        "name": name_of(found),
        "partial_product_key": _text(found.partial_product_key),
        "csvlk_pid": _text(found.csvlk_pid),
        "sku_id": found.sku_id,
        "product": product_of(found.sku_id),
        "kms_ids": list(found.kms_ids) if found.kms_ids is not None else None,
        "created": _time(found.created),
        "changed": _time(found.changed),
        "writable_by": _writers(found.writers, names),
    }


def _text(value: str | None) -> str | None:
    return printable(value) if value is not None else None


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment is not None else None


def _writers(found: Iterable[Writer] | None, names: Names) -> list[Result] | None:
    if found is None:
        return None
    return [
        {"trustee": printable(names.get(one.trustee, one.trustee)), "sid": one.trustee, "rights": one.words}
        for one in found
    ]
