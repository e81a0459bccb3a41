# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removing one activation object, named exactly: what must be so before, and proof that it is gone after.

A removed object cannot be made again without the KMS host key, which it costs one of its few activations.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._dn import is_directly_below, is_same, parts_of
from .activation_objects import Activation, ActivationObject, read_activation
from .directory import Directory
from .errors import NoAnswer, NotFound, Refused, ServerSaysNo, SettingWrong

_NAMED = 10


@dataclass(frozen=True)
class Audit:
    """What the machines of an audit say of one object. ``unread`` are those that could not be asked."""

    users: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Removal:
    """``found`` is None where the object is not there. ``left`` are the others."""

    seen: Activation
    found: ActivationObject | None
    left: tuple[ActivationObject, ...]


def checked_name(text: str) -> str:
    """Raises SettingWrong."""
    if parts_of(text) is None:
        raise SettingWrong(f"dn: {text!r} is not a distinguished name. Copy it from adba_info; a name is not exact.")
    return text


def asked(hosts: Mapping[str, Any], dn: str) -> Audit:
    """From results of license_info or fleet_info by host name. Raises SettingWrong."""
    if not hosts:
        raise SettingWrong("hosts is empty, so it says nothing about how machines are activated.")
    strange = [name for name, result in hosts.items() if not isinstance(result, Mapping)]
    if strange:
        raise SettingWrong(f"hosts has no result of license_info for {strange[0]}: give hosts of fleet_info.")
    read = {name: result["products"] for name, result in hosts.items() if isinstance(result.get("products"), list)}
    users = sorted(name for name, products in read.items() if any(_uses(one, dn) for one in products))
    return Audit(tuple(users), tuple(sorted(set(hosts) - set(read))))


def _uses(product: Mapping[str, Any], dn: str) -> bool:
    """Whether Active Directory activates a license by this object, or by one that is not known."""
    if product.get("activation_method") != "ad":
        return False
    used = (product.get("activation_object") or {}).get("object_dn")
    return not used or is_same(str(used), dn)


def look(directory: Directory, dn: str) -> Removal:
    """Raises AdError; Refused where the name is none of an activation object."""
    seen = read_activation(directory)
    if not is_directly_below(dn, seen.container):
        what = f"{dn} does not lie in {seen.container}, so it is not an activation object of this forest"
        raise Refused(directory.label, what, "Take the name from adba_info")
    found = _named(directory, seen, dn)
    if found is None and seen.missing is None and directory.read(dn, ["objectClass"]) is not None:
        raise Refused(directory.label, f"{dn} is not an activation object", "Remove it with another tool, if needed")
    return Removal(seen, found, tuple(one for one in seen.objects if one is not found))


def _named(directory: Directory, seen: Activation, dn: str) -> ActivationObject | None:
    """Letter case and the like tell no two objects apart in Active Directory; in another server they may."""
    same = [one for one in seen.objects if is_same(one.dn, dn)]
    exact = [one for one in same if one.dn == dn]
    if len(same) > 1 and not exact:
        what = f"{dn} may be any of {', '.join(one.dn for one in same)}"
        raise Refused(directory.label, what, "Take the name from adba_info, letter for letter")
    return next(iter(exact or same), None)


def guard(removal: Removal, audit: Audit) -> None:
    """Raises Refused while a machine is activated by the object."""
    if removal.found is not None and audit.users:
        what = f"{len(audit.users)} machines are activated by {removal.found.name}: {_some(audit.users)}"
        advice = (
            "They would lose their activation within 180 days. Let another object or a KMS host activate them "
            "first (for KMS: kms_client with activation_type=kms, until they have asked again, within seven days), and "
            "audit them again"
        )
        raise Refused(removal.seen.controller, what, advice)


def remove(directory: Directory, found: ActivationObject) -> None:
    """Delete it and see that it is gone. Raises AdError, whose ``changed`` is None where that is not known."""
    try:
        # Somebody else may have been faster.
        with contextlib.suppress(NotFound):
            directory.delete(found.dn)
        left = directory.read(found.dn, ["objectClass"])
    except NoAnswer as error:
        error.changed = None
        raise
    if left is not None:
        what = f"{found.dn} was deleted, but is still there"
        raise ServerSaysNo(directory.label, what, "Look again with adba_info")


def warnings(removal: Removal, audit: Audit) -> Iterator[str]:
    """What the user has to know beforehand as well as afterwards."""
    if removal.found is None:
        return
    if not removal.left:
        yield (
            f"{removal.found.name} is the only activation object of {removal.seen.forest}. Without one, machines are "
            "activated by KMS hosts only."
        )
    if audit.unread:
        yield (
            f"{len(audit.unread)} machines of the audit were not read, and may be activated by {removal.found.name}: "
            f"{_some(audit.unread)}."
        )


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
