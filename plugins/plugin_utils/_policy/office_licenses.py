# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volume licenses of Office on a machine: is each activated, for how long, and by which KMS host?

They are judged as the license of Windows is, one by one, and leave the verdict alone, which is about Windows. Which
kinds of key Office may carry is not a matter of the policy, since its ``accepted_key_types`` are those of Windows.
"""

from __future__ import annotations

from collections.abc import Iterator

from .._licensing.model import Product
from .._licensing.terms import LICENSED, KeyType
from . import activation
from .finding import Finding, finding
from .machine import Machine
from .policy import Policy
from .validity import time_left

# Retail and subscription leave licenses behind that nobody uses; volume keys are installed on purpose.
_VOLUME = (KeyType.GVLK, KeyType.MAK)


def findings(machine: Machine, policy: Policy) -> Iterator[Finding]:
    """What is wrong with each of them."""
    for product in machine.snapshot.products:
        if not product.is_office or product.key_type not in _VOLUME:
            continue
        if product.license_status_code != LICENSED:
            yield _not_activated(product)
        elif product.key_type is KeyType.GVLK:
            yield from _ends_soon(product, policy)
        if product.key_type is KeyType.GVLK and policy.approved and not product.by_directory:
            yield from _follows(product, policy)


def _not_activated(product: Product) -> Finding:
    explained = activation.reason_of(product)
    reason = f"{product.name} is not activated ({activation.told(product)})."
    remedy = activation.remedy(product).words
    code = explained.code_text if explained else None
    return finding("OFF-001", reason, remedy, **_about(product), code=code)


def _ends_soon(product: Product, policy: Policy) -> Iterator[Finding]:
    left = time_left(product, policy)
    if left is None:
        return
    reason = f"The activation of {product.name} ends in {left}; a client that reaches its KMS host renews every week."
    remedy = (
        "Check that a KMS host with an Office host key can be reached: module license_diagnosis with product=office."
    )
    yield finding("OFF-002", reason, remedy, **_about(product), grace_minutes=product.grace_minutes)


def _follows(product: Product, policy: Policy) -> Iterator[Finding]:
    configured, discovered = product.kms.configured_host, product.kms.discovered_host
    if configured and policy.lets_follow(configured) is False:
        reason = f"{product.name} is set to the KMS host {configured}, which is not approved."
        remedy = f"Clear it (kms_client with state=absent and product={product.activation_id})."
        yield finding("OFF-003", reason, remedy, **_about(product), kms_host=configured)
    elif not configured and discovered and policy.lets_follow(discovered) is False:
        reason = (
            f"{product.name} was last activated by {discovered}, or found it in DNS; it is not an approved KMS host."
        )
        remedy = (
            f"Turn {discovered} into a KMS client and delete its SRV record (playbooks winfleet.activation.enforce and "
            "winfleet.activation.kms_dns)."
        )
        yield finding("OFF-004", reason, remedy, **_about(product), kms_host=discovered)


def _about(product: Product) -> dict[str, str | None]:
    return {"product": product.name, "partial_product_key": product.partial_product_key}
