# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the machine keyed and activated the way we decided? Snapshot and policy in, one verdict out.

This is the only place where such a verdict is made; modules, roles and reports pass it on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from . import classify, gvlk
from .model import Product, Snapshot
from .terms import LICENSED, KeyType, Role

_NETBIOS_LENGTH = 15


@dataclass(frozen=True)
class Policy:
    """What must hold for one machine.

    ``approved_kms_host``: this machine is one of the organization's KMS hosts. ``accepted_key_types``:
    the kinds of Windows key the others may carry.
    """

    approved_kms_host: bool = False
    accepted_key_types: frozenset[KeyType] = frozenset({KeyType.GVLK})


class Verdict(str, Enum):
    """What is to be said of a machine. The first two are as decided."""

    KMS_CLIENT_OK = "kms_client_ok"
    KMS_HOST_OK = "kms_host_ok"
    ACCEPTED_KEY_OK = "accepted_key_ok"
    KMS_UNAPPROVED = "kms_unapproved"
    KMS_HOST_NOT_SERVING = "kms_host_not_serving"
    NOT_ACTIVATED = "not_activated"
    WRONG_KEY_TYPE = "wrong_key_type"
    NO_GVLK = "no_gvlk"
    NO_KEY = "no_key"

    @property
    def compliant(self) -> bool:
        return self in (Verdict.KMS_CLIENT_OK, Verdict.KMS_HOST_OK, Verdict.ACCEPTED_KEY_OK)


@dataclass(frozen=True)
class Assessment:
    """A verdict, why, and what to do. ``advice`` is empty when there is nothing to do."""

    verdict: Verdict
    reason: str
    advice: str = ""


def assess(snapshot: Snapshot, primary: Product | None, role: classify.RoleVerdict, policy: Policy) -> Assessment:
    """Judge one machine. ``primary`` and ``role`` are the verdicts of ``classify`` on the same snapshot."""
    if policy.approved_kms_host:
        return _assess_approved_host(snapshot, role)
    if role.role in (Role.KMS_HOST, Role.KMS_HOST_PENDING):
        return Assessment(
            Verdict.KMS_UNAPPROVED,
            f"{role.reason} It is not an approved KMS host.",
            "Turn it into a KMS client: install the GVLK of its edition, restart the licensing service, then delete "
            "its SRV record.",
        )
    if primary is None:
        return Assessment(Verdict.NO_KEY, role.reason, "Install a key: product_key with key=gvlk.")
    if primary.key_type not in policy.accepted_key_types:
        return _assess_other_key(snapshot, primary, role)
    if primary.license_status_code != LICENSED:
        return Assessment(
            Verdict.NOT_ACTIVATED,
            f"{role.reason} It is not activated ({primary.license_status}).",
            "Activate it: module license.",
        )
    if primary.key_type is KeyType.GVLK:
        return Assessment(Verdict.KMS_CLIENT_OK, role.reason)
    return Assessment(Verdict.ACCEPTED_KEY_OK, role.reason)


def _assess_approved_host(snapshot: Snapshot, role: classify.RoleVerdict) -> Assessment:
    if role.role is not Role.KMS_HOST:
        return Assessment(
            Verdict.KMS_HOST_NOT_SERVING,
            f"It is an approved KMS host but does not serve: {role.reason}",
            "Install the KMS host key, restart the licensing service and activate it.",
        )
    unlicensed = [
        product
        for product in snapshot.products
        if product.key_type is KeyType.CSVLK and product.license_status_code != LICENSED
    ]
    if unlicensed:
        return Assessment(
            Verdict.NOT_ACTIVATED,
            f"{role.reason} Its key is not activated ({unlicensed[0].license_status}), so it answers clients with "
            "0xC004F041.",
            "Activate it: module license with allow_kms_host_key=true.",
        )
    return Assessment(Verdict.KMS_HOST_OK, role.reason)


def _assess_other_key(snapshot: Snapshot, primary: Product, role: classify.RoleVerdict) -> Assessment:
    selection = gvlk.select(snapshot.os)
    if selection.row is None:
        return Assessment(Verdict.NO_GVLK, f"{role.reason} {selection.sentence}", selection.advice)
    return Assessment(
        Verdict.WRONG_KEY_TYPE,
        f"{role.reason} The policy does not accept {primary.key_type.value} keys.",
        f"Install the GVLK of {selection.row.label} (product_key with key=gvlk), or accept {primary.key_type.value} "
        "keys in the policy.",
    )


def names_machine(approved: Iterable[str], names: Iterable[str]) -> bool:
    """Whether a list of approved hosts names a machine that goes by any of ``names``.

    Letter case and a trailing dot do not matter. A short name and a full one match by their first label, of which a
    NetBIOS name keeps 15 characters; two full names have to be equal, since the same short name in another domain is
    another machine.
    """
    wanted = [normal_name(name) for name in approved if name.strip()]
    return any(_same(one, other) for one in wanted for other in map(normal_name, names) if other)


def normal_name(name: str) -> str:
    """A name for comparing: letter case and a trailing dot do not matter."""
    return name.strip().rstrip(".").lower()


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    if one.replace(".", "").isdigit() or other.replace(".", "").isdigit():
        return False  # addresses have no first label
    short = "." not in one or "." not in other
    first, second = one.split(".")[0], other.split(".")[0]
    if not short:
        return False
    return first == second or (
        _NETBIOS_LENGTH in (len(first), len(second)) and first[:_NETBIOS_LENGTH] == second[:_NETBIOS_LENGTH]
    )
