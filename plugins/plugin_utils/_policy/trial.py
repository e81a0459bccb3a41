# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether changes may be tried out on a machine that is there for tests: only on a plain KMS client."""

from __future__ import annotations

from .._licensing.classify import RoleVerdict
from .._licensing.host_settings import HostSettings
from .._licensing.model import Product, Snapshot
from .._licensing.terms import KeyType, Role
from .key_choice import KeyPlan, KeyRefusal, KeyRequest, plan_key

_ADVICE = "Name a machine for tests that is a KMS client with the GVLK of its edition, or leave out changes."


def plan_trial(snapshot: Snapshot, role: RoleVerdict, settings: HostSettings) -> KeyPlan | KeyRefusal:
    """The key to put in place of itself; a refusal for a machine that is or may be more than a KMS client.

    Raises classify.AmbiguousProduct where several Windows licenses carry a key.
    """
    if role.role in (Role.KMS_HOST, Role.KMS_HOST_PENDING):
        return _refused(role.reason)
    if any(product.key_type is KeyType.CSVLK for product in snapshot.products):
        return _refused("It carries a KMS host key.")
    if settings.publish_list:
        return _refused("It has a list of domains to publish itself in, so it is meant to be a KMS host.")
    plan = plan_key(snapshot, KeyRequest())
    if isinstance(plan, KeyRefusal):
        return plan
    return _own_key(plan)


def _own_key(plan: KeyPlan) -> KeyPlan | KeyRefusal:
    """The plan where the license carries the published key of its own edition, and a KMS host activates it, if any."""
    carried = plan.target
    if carried is None or not plan.installed or carried.key_type is not KeyType.GVLK:
        return _refused(f"It carries {_words(carried)}, and not the published GVLK of its edition.")
    if carried.by_directory:
        return _refused("It was activated through Active Directory, and not by a KMS host.")
    if carried.token_activated:
        return _refused("It was activated by a token, and not by a KMS host.")
    return plan


def _words(carried: Product | None) -> str:
    return f"a {carried.key_type.value} key ({carried.channel})" if carried else "no Windows product key"


def _refused(reason: str) -> KeyRefusal:
    return KeyRefusal(reason, _ADVICE)
